"""People: who works here, what they may do, and how they come and go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select

from api.acts import leaving, own
from api.acts import people as acts
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.names import names_in
from api.pages.posted import Form, Posted
from api.pages.urls import urls
from api.problems import Changed, Invalid, NotFound, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _, desk_time
from api.views.audit import AuditView, audit_views
from api.views.people import AbsenceView, Limit, SignInView, UserView, absence_view, sign_in_view, user_view
from store import people
from store.leaving import held_by
from store.tables.audit import Audit
from store.tables.people import Absence, User

router = APIRouter(include_in_schema=False)

RIGHT: Final = "manage-people"
FORMS: Final = ("change", "password", "leave", "back", "absence", "end")


@dataclass(frozen=True, kw_only=True)
class PersonLine:
    """Somebody in the list."""

    id: str
    name: str
    roles: Sequence[str]  #: titles
    crews: Sequence[str]
    active: bool
    left_on: date | None
    sees_confidential: bool
    away: str | None  #: until when, and who stands in


@dataclass(frozen=True, kw_only=True)
class PeoplePage:
    """Everybody who works here or did."""

    here: Sequence[PersonLine]
    gone: Sequence[PersonLine]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A role, a crew or a kind of limit."""

    name: str
    title: str
    chosen: bool = False
    value: str = ""  #: of a limit: the person's own
    hint: str = ""  #: of a limit: the roles'


@dataclass(frozen=True, kw_only=True)
class PersonPage:
    """One person, or the form for a new one."""

    user: UserView | None  #: None for somebody new
    given: Mapping[str, str]
    roles: Sequence[Choice]
    crews: Sequence[Choice]
    limits: Sequence[Choice]
    absences: Sequence[AbsenceView]
    colleagues: Sequence[tuple[str, str]]  #: who can stand in or take over
    sign_ins: Sequence[SignInView]
    held: int  #: tasks and inbox items that they hold, or that are offered to them by name
    history: Sequence[AuditView]  #: of changes to this person, the newest first
    left_on: date | None
    keys: Mapping[str, str]
    changed: str | None  #: who changed them meanwhile
    trouble: Trouble | None


@router.get("/people")
def show_all(request: Request, office: Office, person: SignedIn) -> Response:
    """Shows everybody."""
    person.must(RIGHT)
    today, roles = office.today(), office.district.roles
    with office.store.reading() as session:
        away = {
            row.user_id: _away(row)
            for row in session.exec(select(Absence).where(col(Absence.starts) <= today, col(Absence.ends) >= today))
        }
        left = {row.id: row.left_on for row in session.exec(select(User).where(col(User.active).is_(False)))}
        lines = [
            PersonLine(
                id=each.id,
                name=each.name,
                roles=[roles[name].title if name in roles else name for name in sorted(each.roles)],
                crews=sorted(each.crews),
                active=each.active,
                left_on=left.get(each.id),
                sees_confidential=each.sees_confidential,
                away=away.get(each.id),
            )
            for each in people.people(session)
        ]
    lines.sort(key=lambda line: line.name)
    content = PeoplePage(here=[line for line in lines if line.active], gone=[line for line in lines if not line.active])
    return page(request, "people/people.html", content, person=person)


@router.get("/people/new")
def ask(request: Request, office: Office, person: SignedIn) -> Response:
    """Asks who begins to work here."""
    return _shown(request, office, person, None)


@router.post("/people/new")
def add(request: Request, office: Office, form: Form) -> Response:
    """Adds somebody."""
    try:
        if not form.text("name"):
            raise Invalid(_("Something is missing."), fields={"name": _("is needed")})
        acts.add_user(
            office,
            form.ask,
            user_id=_short_name(form.text("id")),
            name=form.text("name")[:120],
            password=form.secret("password") or None,
            roles=form.fields.get("roles", []),
            crews=form.fields.get("crews", []),
            limits=_limits(office, form),
            sees_confidential=form.text("confidential") == "yes",
        )
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return _shown(request, office, form.ask.person, None, form, problem)
    return RedirectResponse(urls.person(form.text("id")), status_code=303)


@router.get("/people/{user_id}")
def show(request: Request, office: Office, person: SignedIn, user_id: str) -> Response:
    """Shows a person."""
    return _shown(request, office, person, user_id)


@router.post("/people/{user_id}/{act}")
def do(request: Request, office: Office, form: Form, user_id: str, act: str) -> Response:
    """Changes a person, or says what stands against it where it was asked."""
    try:
        _done(office, form, user_id, act)
    except Problem as problem:
        if problem.status not in (409, 412, 422):
            raise
        return _shown(request, office, form.ask.person, user_id, form, problem)
    return RedirectResponse(urls.person(user_id), status_code=303)


def _done(office: Services, form: Posted, user_id: str, act: str) -> None:
    ask, version = form.ask, form.text("version")[:20]
    match act:
        case "change":
            changes: dict[str, Any] = {
                "name": form.text("name")[:120] or None,
                "roles": form.fields.get("roles", []),
                "crews": form.fields.get("crews", []),
                "limits": _limits(office, form),
                "sees_confidential": form.text("confidential") == "yes",
            }
            acts.change_user(office, ask, user_id, version=version, changes=changes)
        case "password":
            acts.change_user(office, ask, user_id, version=version, changes={"password": form.secret("password")})
        case "leave":
            reason = form.text("reason")[:1000]
            if not reason:
                raise Invalid(_("Say why: the reason stays in the audit."), fields={"reason": _("is needed")})
            leaving.let_go(office, ask, user_id, version=version, to=form.text("to") or None, reason=reason)
        case "back":
            acts.change_user(office, ask, user_id, version=version, changes={"active": True})
        case "absence":
            keep_absence(office, form, user_id)
        case "end-absence":
            acts.end_absence(office, ask, user_id, _number(form.text("absence")))
        case "end-sign-ins":
            own.end_sign_ins(office, ask, user_id)
        case "end-sign-in":
            own.end_sign_in(office, ask, user_id, form.text("sign-in")[:40])
        case _:
            raise NotFound(_("Nothing of this kind is done with a person."))


def keep_absence(office: Services, form: Posted, user_id: str) -> None:
    """Notes the absence of a form: days, substitute, reason."""
    try:
        starts, ends = date.fromisoformat(form.text("starts")), date.fromisoformat(form.text("ends"))
    except ValueError:
        raise Invalid(_("A day is missing."), fields={"starts": _("is a day"), "ends": _("is a day")}) from None
    acts.add_absence(
        office,
        form.ask,
        user_id,
        starts=starts,
        ends=ends,
        substitute=form.text("substitute") or None,
        reason=form.text("why")[:200],
    )


def absence_number(form: Posted) -> int:
    """The number of the absence that a form is about."""
    return _number(form.text("absence"))


def _shown(
    request: Request,
    office: Services,
    person: Person,
    user_id: str | None,
    form: Posted | None = None,
    problem: Problem | None = None,
) -> Response:
    person.must(RIGHT)
    with office.store.reading() as session:
        user = acts.user_called(session, user_id) if user_id is not None else None
        content = _content(session, office, user, form, problem)
    status = problem.status if problem else 200
    return page(request, "people/person.html", content, person=person, status=status)


def _content(
    session: Session, office: Services, user: User | None, form: Posted | None, problem: Problem | None
) -> PersonPage:
    view = user_view(session, user) if user else None
    kept = form.fields if form is not None and problem is not None else None
    roles = kept.get("roles", []) if kept is not None and "name" in kept else view.roles if view else []
    crews = kept.get("crews", []) if kept is not None and "name" in kept else view.crews if view else []
    names = ("id", "name", "password", "reason", "starts", "ends", "why")
    given = {name: form.text(name) for name in names if form is not None and name in form.fields} if kept else {}
    district, now = office.district, datetime.now(UTC)
    history = (
        session.exec(
            select(Audit)
            .where(Audit.object_kind == "user", Audit.object_id == user.id)
            .order_by(col(Audit.id).desc())
            .limit(30)
        ).all()
        if user
        else ()
    )
    held = held_by(session, user.id) if user else None
    return PersonPage(
        user=view,
        given={"id": "", "name": view.name if view else "", **given},
        roles=[
            Choice(name=name, title=role.title, chosen=name in roles) for name, role in sorted(district.roles.items())
        ],
        crews=[
            Choice(name=name, title=crew.title, chosen=name in crews) for name, crew in sorted(district.crews.items())
        ],
        limits=_limit_choices(office, view, roles, form if kept else None),
        absences=_absences(session, office, user.id) if user else (),
        colleagues=[
            (each.id, each.name)
            for each in people.people(session)
            if each.active and (user is None or each.id != user.id)
        ],
        sign_ins=[sign_in_view(row, zone=office.zone) for row in people.sign_ins_of(session, user.id, now)]
        if user
        else (),
        held=len({row.id for row in (*held.tasks, *held.named)}) + len(held.items) if held else 0,
        history=audit_views(session, history, zone=office.zone),
        left_on=user.left_on if user else None,
        keys={name: new_key() for name in FORMS},
        changed=_changed(session, office, history) if isinstance(problem, Changed) else None,
        trouble=trouble_of(problem) if problem else None,
    )


def _limit_choices(office: Services, view: UserView | None, roles: Sequence[str], form: Posted | None) -> list[Choice]:
    held = {limit.kind: f"{limit.amount_usd:.2f}" for limit in view.limits} if view else {}
    found = []
    for kind, by_role in sorted(office.district.limits.items()):
        of_roles = [Decimal(amount) for role, amount in by_role.items() if role in roles]
        value = form.text(f"limit.{kind}") if form is not None else held.get(kind, "")
        found.append(Choice(name=kind, title=kind, value=value, hint=f"{max(of_roles):.2f}" if of_roles else ""))
    return found


def _limits(office: Services, form: Posted) -> list[Limit]:
    limits = []
    for kind in sorted(office.district.limits):
        given = form.text(f"limit.{kind}").replace(",", "").removeprefix("$")
        if not given:
            continue
        try:
            amount = Decimal(given).quantize(Decimal("0.01"))
        except InvalidOperation:
            raise Invalid(_("A limit is an amount."), fields={f"limit.{kind}": _("is an amount, as 250.00")}) from None
        if not 0 <= amount < 10_000_000_000:
            raise Invalid(_("A limit is an amount."), fields={f"limit.{kind}": _("is an amount, as 250.00")})
        limits.append(Limit(kind=kind, amount_usd=amount))
    return limits


def _absences(session: Session, office: Services, user_id: str) -> list[AbsenceView]:
    rows = session.exec(
        select(Absence)
        .where(Absence.user_id == user_id, col(Absence.ends) >= office.today())
        .order_by(col(Absence.starts), col(Absence.id))
    )
    return [absence_view(row) for row in rows]


def _changed(session: Session, office: Services, history: Sequence[Audit]) -> str | None:
    if not history:
        return None
    last = history[0]
    who, at = names_in(session).told(last.person), desk_time(last.at.astimezone(office.zone))
    return _("%(who)s changed this person: %(at)s. %(what)s", who=who, at=at, what=last.rule or "")


def _short_name(given: str) -> str:
    name = given.strip().lower()
    if not name or len(name) > 40 or not all(each.isascii() and (each.isalnum() or each in "_-") for each in name):
        raise Invalid(_("The short name cannot be used."), fields={"id": _("has letters, digits, _ and - only")})
    return name


def _number(given: str) -> int:
    if not given.isdecimal() or len(given) > 9:
        raise NotFound(_("There is no such absence."))
    return int(given)


def _away(row: Absence) -> str:
    return f"{row.ends.isoformat()}{f' ({row.substitute_id})' if row.substitute_id else ''}"
