"""Memos: what one person writes to another or to a crew, with a receipt when it is read."""

from __future__ import annotations

from uuid import uuid4

from sqlmodel import Session

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.rules import case_seen
from api.problems import Invalid, NotFound
from api.security.people import Person
from api.services import Services
from definitions.language.sentences import say
from store.queries.inbox import members_of
from store.tables.inbox import Memo, MemoRead
from store.tables.people import User


def write(office: Services, ask: Ask, *, to: str | None, crew: str | None, text: str, case: str | None) -> Answer:
    """The memo's id; Invalid when it is for nobody here."""
    memo_id = f"m-{uuid4().hex[:12]}"

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        if (to is None) == (crew is None):
            raise Invalid(
                say("A memo is for one person or for one crew."), fields={"to": say("give either a person or a crew")}
            )
        user = session.get(User, to) if to is not None else None
        if to is not None and (user is None or not user.active):
            raise Invalid(say("There is no such person here."), fields={"to": say("is somebody who works here")})
        if crew is not None and not members_of(session, [crew])[crew]:
            known = ", ".join(sorted(office.district.crews))
            raise Invalid(
                say("Nobody is in such a crew."),
                fields={"crew": say("is one of %(known)s, with somebody in it", known=known)},
            )
        if case is not None:
            row = case_seen(session, ask.person, case)
            record.case, record.account = row.id, row.account_id
        session.add(
            Memo(id=memo_id, sender=ask.person.id, to_user=to, to_crew=crew, at=ask.at, text=text, case_id=case)
        )
        record.rule = "right work"
        return Answer(status=201, body={"id": memo_id})

    return once(office.store, ask, Record(act="write-memo", kind="memo", id=memo_id), work)


def read(office: Services, ask: Ask, memo_id: str) -> Answer:
    """Nothing: the receipt is written, the first time it is read."""

    def work(session: Session, record: Record) -> Answer:
        memo = session.get(Memo, memo_id)
        if memo is None or not is_for(ask.person, memo):
            raise NotFound(
                say("There is no memo %(memo)s to %(person)s.", memo=repr(memo_id[:60]), person=ask.person.id)
            )
        if session.get(MemoRead, (memo_id, ask.person.id)) is None:
            session.add(MemoRead(memo_id=memo_id, user_id=ask.person.id, read_at=ask.at))
        return Answer(status=204)

    return once(office.store, ask, Record(act="read-memo", kind="memo", id=memo_id), work)


def is_for(person: Person, memo: Memo) -> bool:
    """Whether the memo was written to them or to a crew of theirs."""
    return memo.to_user == person.id or (memo.to_crew is not None and memo.to_crew in person.crews)
