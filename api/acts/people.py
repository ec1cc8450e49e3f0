"""Keeping people: users with their roles, crews and limits, absences with a substitute, leaving."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlmodel import Session, col, delete, select

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.problems import Changed, Conflict, Invalid, NotFound
from api.security.passwords import must_do
from api.security.people import Person
from api.services import Services
from api.views.people import Limit, UserView, absence_view, user_view
from api.views.tasks import etag
from definitions.language.sentences import say, word
from store import people
from store.tables.people import Absence, ApprovalLimit, User

RULE: Final = "right manage-people"


def add_user(
    office: Services,
    ask: Ask,
    *,
    user_id: str,
    name: str,
    password: str | None,
    roles: Sequence[str],
    crews: Sequence[str],
    limits: Sequence[Limit],
    sees_confidential: bool,
) -> Answer:
    """The new user."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "manage-people")
        if session.get(User, user_id) is not None:
            raise Conflict(say("Somebody is called %(user)s already. Choose another short name.", user=repr(user_id)))
        user = people.add_user(
            session,
            user_id,
            name,
            roles=_roles(office, roles),
            crews=_crews(office, crews),
            by=ask.person.id,
            at=ask.at,
            sees_confidential=sees_confidential,
        )
        if password is not None:
            must_do(password, user_id, name, office.district.district, field="password")
            people.set_password(session, user_id, password, once=True)
        _set_limits(session, user_id, limits)
        record.rule = f"{RULE}: {', '.join(sorted(roles)) or 'no role'}"
        return _shown(session, user, status=201)

    return once(office.store, ask, Record(act="add-user", kind="user", id=user_id), work)


def user_called(session: Session, user_id: str) -> User:
    """The user; NotFound where there is none."""
    user = session.get(User, user_id)
    if user is None:
        raise _nobody(user_id)
    return user


def _nobody(user_id: str) -> NotFound:
    return NotFound(say("Nobody is called %(user)s.", user=repr(user_id[:60])))


def user_at(session: Session, user_id: str, version: str) -> User:
    """The user, locked until the act ends; NotFound where there is none, Changed where somebody else was first."""
    user = session.exec(select(User).where(User.id == user_id).with_for_update()).first()
    if user is None:
        raise _nobody(user_id)
    if str(user.version) != version:
        raise Changed(
            say(
                "%(user)s is at version %(version)s, not %(asked)s. Read it again first.",
                user=user_id,
                version=user.version,
                asked=version[:20],
            )
        )
    return user


def change_user(office: Services, ask: Ask, user_id: str, *, version: str, changes: dict[str, Any]) -> Answer:
    """The user, changed; Changed when somebody else was first. Whoever becomes inactive is signed out at once."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "manage-people")
        user = user_at(session, user_id, version)
        before = user_view(session, user)
        if changes.get("name") is not None:
            user.name = changes["name"]
        if changes.get("sees_confidential") is not None:
            user.sees_confidential = changes["sees_confidential"]
        if changes.get("password") is not None:
            must_do(changes["password"], user_id, user.name, user.email, office.district.district, field="password")
            people.set_password(session, user_id, changes["password"], once=True)
        if changes.get("active") is False:
            people.leave(session, user_id, office.today(), datetime.now(UTC))
        elif changes.get("active") is True:
            user.active, user.left_on = True, None
        if changes.get("roles") is not None:
            people.set_roles(session, user_id, _roles(office, changes["roles"]), by=ask.person.id, at=ask.at)
        if changes.get("crews") is not None:
            people.set_crews(session, user_id, _crews(office, changes["crews"]))
        if changes.get("limits") is not None:
            _set_limits(session, user_id, changes["limits"])
        user.version += 1
        session.flush()
        must_leave_an_administrator(office, session)
        record.rule = f"{RULE}: {told_apart(before, user_view(session, user), changes)}"
        return _shown(session, user)

    return once(office.store, ask, Record(act="change-user", kind="user", id=user_id), work)


def add_absence(
    office: Services, ask: Ask, user_id: str, *, starts: date, ends: date, substitute: str | None, reason: str
) -> Answer:
    """The absence: from its first day to its last, the substitute may do what is offered to or was claimed by the user."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, keeping_absences(ask.person, user_id))
        record.rule = "own" if user_id == ask.person.id else f"right {keeping_absences(ask.person, user_id)}"
        user_called(session, user_id)
        wrong = {}
        if ends < starts:
            wrong["ends"] = say("is not before starts")
        stand_in = session.get(User, substitute) if substitute is not None else None
        if substitute is not None and (stand_in is None or not stand_in.active or substitute == user_id):
            wrong["substitute"] = say("is somebody else who works here")
        if wrong:
            raise Invalid(say("The absence cannot be kept as it is."), fields=wrong)
        absence = Absence(user_id=user_id, starts=starts, ends=ends, substitute_id=substitute, reason=reason)
        session.add(absence)
        session.flush()
        return Answer(status=201, body=absence_view(absence).model_dump(mode="json"))

    return once(office.store, ask, Record(act="add-absence", kind="user", id=user_id), work)


def end_absence(office: Services, ask: Ask, user_id: str, absence_id: int) -> Answer:
    """Nothing: the absence is gone."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, keeping_absences(ask.person, user_id))
        record.rule = "own" if user_id == ask.person.id else f"right {keeping_absences(ask.person, user_id)}"
        absence = session.get(Absence, absence_id)
        if absence is None or absence.user_id != user_id:
            raise NotFound(
                say(
                    "There is no absence %(absence)s of %(user)s.",
                    absence=absence_id,
                    user=repr(user_id[:60]),
                )
            )
        session.delete(absence)
        return Answer(status=204)

    return once(office.store, ask, Record(act="end-absence", kind="user", id=user_id), work)


def keeping_absences(person: Person, user_id: str) -> str:
    """The right that noting this user's absences needs: people note their own."""
    if user_id == person.id:
        return "work"
    return "manage-people" if person.may("manage-people") else "keep-absences"


def must_leave_an_administrator(office: Services, session: Session) -> None:
    """Raises Conflict when nobody is left who keeps people: nobody could put that right any more."""
    roles = {name for name, role in office.district.roles.items() if "manage-people" in role.rights}
    if not any(each.active and each.roles & roles for each in people.people(session)):
        raise Conflict(say("Nobody would be left who keeps people. Give that right to somebody else first."))


def told_apart(before: UserView, after: UserView, changes: Mapping[str, Any]) -> str:
    """What was changed of a user, for the audit: roles, crews and limits with what they were; no name and no password."""
    said = [] if changes.get("password") is None else ["password"]
    if before.name != after.name:
        said.append("name")
    if before.active != after.active:
        said.append("back" if after.active else "left")
    if before.sees_confidential != after.sees_confidential:
        said.append(f"confidential accounts {'yes' if after.sees_confidential else 'no'}")
    for what, was, now in (
        ("roles", before.roles, after.roles),
        ("crews", before.crews, after.crews),
        ("limits", _written(before.limits), _written(after.limits)),
    ):
        if was != now:
            said.append(f"{what} {', '.join(was) or 'none'} → {', '.join(now) or 'none'}")
    return "; ".join(said) or "nothing"


def _written(limits: Sequence[Limit]) -> list[str]:
    return [f"{limit.kind} {limit.amount_usd}" for limit in limits]


def _roles(office: Services, roles: Sequence[str]) -> frozenset[str]:
    return _known("roles", roles, office.district.roles)


def _crews(office: Services, crews: Sequence[str]) -> frozenset[str]:
    return _known("crews", crews, office.district.crews)


def _known(field: str, given: Sequence[str], known: Iterable[str]) -> frozenset[str]:
    wanted, there = frozenset(given), sorted(known)
    if unknown := wanted - set(there):
        sentence = say("%(unknown)s: there are %(known)s", unknown=", ".join(sorted(unknown)), known=", ".join(there))
        raise Invalid(say("There are no such %(field)s.", field=word(field)), fields={field: sentence})
    return wanted


def _set_limits(session: Session, user_id: str, limits: Sequence[Limit]) -> None:
    session.exec(delete(ApprovalLimit).where(col(ApprovalLimit.user_id) == user_id))
    for limit in limits:
        people.set_approval_limit(session, limit.kind, limit.amount_usd, user_id=user_id)


def _shown(session: Session, user: User, status: int = 200) -> Answer:
    view = user_view(session, user)
    return Answer(status=status, body=view.model_dump(mode="json"), headers={"ETag": etag(view.version)})
