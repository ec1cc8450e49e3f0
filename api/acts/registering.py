"""Registers: what was done with a backflow assembly or a grease interceptor is taken down, and its next day reckoned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.rules import must_see_account
from api.problems import Conflict, Invalid, NotFound
from api.services import Services
from api.views.connections import event_view
from definitions.language.sentences import OR, listed, say, sentence_of, whole
from store.registers import Done, RegisterError, note
from store.tables.connections import RegisterItem


@dataclass(frozen=True, kw_only=True)
class Doing:
    """What was done with a device."""

    on: date
    kind: str
    passed: bool | None
    percent: int | None
    note: str


def take_down(office: Services, ask: Ask, item_id: str, doing: Doing) -> Answer:
    """The event as it was taken down, with the day on which the next is due."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        ask.person.must("see-accounts")
        item = session.exec(select(RegisterItem).where(RegisterItem.id == item_id).with_for_update()).first()
        if item is None:
            raise NotFound(say("There is no device %(item)s in the registers.", item=repr(item_id[:60])))
        record.account = item.account_id
        must_see_account(session, ask.person, item.account_id)
        if doing.on > office.today():
            raise Invalid(say("The day has not come yet."), fields={"on": say("is today or earlier")})
        _fits(item, doing)
        done = Done(
            id=f"re-{ask.person.id}-{ask.key}"[:160],
            on=doing.on,
            kind=doing.kind,
            by=ask.person.id,
            at=ask.at,
            passed=doing.passed,
            percent=doing.percent,
            note=doing.note,
        )
        try:
            event = note(session, item, done)
        except RegisterError as error:
            raise Conflict(whole(sentence_of(error))) from error
        session.flush()
        return Answer(status=201, body=event_view(event).model_dump(mode="json"))

    return once(office.store, ask, Record(act="register-event", kind="register-item", id=item_id), work)


def _fits(item: RegisterItem, doing: Doing) -> None:
    allowed = {"backflow": ("tested", "removed"), "grease": ("inspected", "pumped", "removed")}[item.register_name]
    if doing.kind not in allowed:
        raise Invalid(
            say("A device of this register is %(allowed)s.", allowed=listed(allowed, OR)),
            fields={"kind": say("is one of %(allowed)s", allowed=", ".join(allowed))},
        )
    if doing.kind == "tested" and doing.passed is None:
        raise Invalid(say("A test passes or fails."), fields={"passed": say("is needed for a test")})
    if doing.kind == "inspected" and doing.percent is None:
        raise Invalid(say("An inspection measures."), fields={"percent": say("is needed for an inspection")})
