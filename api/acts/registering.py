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
            raise NotFound(f"There is no device {item_id[:60]!r} in the registers.")
        record.account = item.account_id
        must_see_account(session, ask.person, item.account_id)
        if doing.on > office.today():
            raise Invalid("The day has not come yet.", fields={"on": "is today or earlier"})
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
            raise Conflict(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
        session.flush()
        return Answer(status=201, body=event_view(event).model_dump(mode="json"))

    return once(office.store, ask, Record(act="register-event", kind="register-item", id=item_id), work)


def _fits(item: RegisterItem, doing: Doing) -> None:
    allowed = {"backflow": ("tested", "removed"), "grease": ("inspected", "pumped", "removed")}[item.register_name]
    if doing.kind not in allowed:
        raise Invalid(
            f"A device of this register is {' or '.join(allowed)}.", fields={"kind": f"is one of {', '.join(allowed)}"}
        )
    if doing.kind == "tested" and doing.passed is None:
        raise Invalid("A test passes or fails.", fields={"passed": "is needed for a test"})
    if doing.kind == "inspected" and doing.percent is None:
        raise Invalid("An inspection measures.", fields={"percent": "is needed for an inspection"})
