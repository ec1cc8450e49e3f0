"""What people keep of themselves: their password, and where they are signed in."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import Session

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.people import user_called
from api.problems import Invalid, NotFound
from api.security.passwords import must_do
from api.services import Services
from definitions.language.sentences import say
from store import people
from store.tables.people import User


def choose_password(office: Services, ask: Ask, *, present: str, new: str, session_token: str) -> Answer:
    """Nothing: the password is another, and every other browser session of the person's ends.

    Who has signed in with a password that somebody else had set says none."""

    def work(session: Session, record: Record) -> Answer:
        user = session.get_one(User, ask.person.id)
        chooses_first = user.password_once and user.password_hash is None
        if not chooses_first and not people.check_password(session, user.id, present):
            raise Invalid(say("The present password is wrong."), fields={"present": say("is not your password")})
        if new == present or new.casefold() == user.id.casefold():
            raise Invalid(
                say("Choose another password."), fields={"new": say("is not the one before, and not your name")}
            )
        must_do(new, user.id, user.name, user.email, office.district.district, field="new")
        people.set_password(session, user.id, new)
        people.revoke_others(session, user.id, session_token, datetime.now(UTC))
        record.rule = "own"
        return Answer(status=204)

    return once(office.store, ask, Record(act="choose-password", kind="user", id=ask.person.id), work)


def end_sign_in(office: Services, ask: Ask, user_id: str, sign_in_id: str) -> Answer:
    """Nothing: the session or token is good no more. One's own, or anybody's for who keeps people."""

    def work(session: Session, record: Record) -> Answer:
        record.rule = "own"
        if user_id != ask.person.id:
            must_change_things(ask.person, "manage-people")
            record.rule = "right manage-people"
        if not people.revoke_sign_in(session, user_id, sign_in_id, datetime.now(UTC)):
            raise NotFound(
                say(
                    "There is no sign-in %(sign_in)s of %(user)s that is still good.",
                    sign_in=repr(sign_in_id[:40]),
                    user=repr(user_id[:60]),
                )
            )
        return Answer(status=204)

    return once(office.store, ask, Record(act="end-sign-in", kind="user", id=user_id), work)


def end_sign_ins(office: Services, ask: Ask, user_id: str, *, keep: str = "") -> Answer:
    """Nothing: every session and token of the user is good no more, but the one that asks. One's own, or who keeps people."""

    def work(session: Session, record: Record) -> Answer:
        own = user_id == ask.person.id
        if not own:
            must_change_things(ask.person, "manage-people")
            user_called(session, user_id)
        ended = people.revoke_all(session, user_id, datetime.now(UTC), keep=keep if own else "")
        record.rule = f"{'own' if own else 'right manage-people'}: {ended} ended"
        return Answer(status=204)

    return once(office.store, ask, Record(act="end-sign-ins", kind="user", id=user_id), work)
