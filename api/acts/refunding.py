"""Runs of refunds: collected by one person, issued by another; each refund's case hears of its check."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool

from activities.delivery import to_case
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.engine import engine_answers
from api.problems import Conflict, Invalid, NotFound, NotPermitted
from api.services import Services
from api.views.money import run_view
from definitions.language.sentences import say
from store import refunds
from store.tables.money import RefundRow, RefundRun
from workflows.machine.events import Message

RIGHT = "issue-refunds"


def collect(office: Services, ask: Ask) -> Answer:
    """The run of the refunds that are payable today; Conflict when there is none."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        run_id = f"rr-{uuid4().hex[:12]}"
        run = refunds.collect(session, run_id, on=office.today(), at=ask.at, by=ask.person.id)
        if run is None:
            raise Conflict(say("No refund is payable today; there is nothing to run."))
        record.id, record.rule = run.id, f"right {RIGHT}"
        return Answer(status=201, body=run_view(run, zone=office.zone).model_dump(mode="json"))

    return once(office.store, ask, Record(act="collect-refunds", kind="refund-run", id="new"), work)


def dissolve(office: Services, ask: Ask, run_id: str) -> Answer:
    """Puts the refunds of a run back among those that are payable; Conflict once it is issued."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        refunds.dissolve(session, _not_issued(session, run_id))
        record.rule = f"right {RIGHT}"
        return Answer(status=204)

    return once(office.store, ask, Record(act="dissolve-refunds", kind="refund-run", id=run_id), work)


async def issue(office: Services, ask: Ask, run_id: str, *, first_check: int, issued_on: date) -> Answer:
    """The run, issued by somebody else than who collected it; each refund is paid by a check of its own."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        run = _not_issued(session, run_id)
        if run.made_by == ask.person.id:
            raise NotPermitted(say("Whoever collected the run does not issue it: two persons."), rule="two persons")
        made_on = run.made_at.astimezone(office.zone).date()
        if not made_on <= issued_on <= office.today():
            raise Invalid(
                say("A run is issued after it was collected, and not in the future."),
                fields={"issued_on": say("is too early or too late")},
            )
        if session.exec(select(RefundRow).where(RefundRow.check_no == first_check)).first() is not None:
            raise Invalid(
                say("Another refund has that check."), fields={"first_check": say("is the number of another check")}
            )
        refunds.issue(session, run, first_check=first_check, on=issued_on, at=ask.at, by=ask.person.id)
        record.rule = f"right {RIGHT}, two persons"
        return Answer(body=run_view(run, zone=office.zone).model_dump(mode="json"))

    record = Record(act="issue-refunds", kind="refund-run", id=run_id)
    answer = await run_in_threadpool(once, office.store, ask, record, work)
    for row in await run_in_threadpool(_issued, office, run_id):
        data = {
            "refund": row.id,
            "check": str(row.check_no),
            "issued": str(row.issued_on),
            "amount": f"{row.amount_usd:.2f}",
        }
        event = Message(name="refund-issued", data=data, by=ask.person.id)
        told = to_case(office.world, row.case_id, event, name=f"check {row.check_no} {row.id}", at=ask.at, quiet=True)
        await engine_answers(told)
    return answer


def _not_issued(session: Session, run_id: str) -> RefundRun:
    run = session.exec(select(RefundRun).where(RefundRun.id == run_id).with_for_update()).first()
    if run is None:
        raise NotFound(say("There is no run of refunds %(run)s.", run=repr(run_id[:60])))
    if run.issued_on is not None:
        raise Conflict(say("%(who)s has issued this run on %(day)s.", who=run.issued_by, day=run.issued_on))
    return run


def _issued(office: Services, run_id: str) -> list[RefundRow]:
    with office.store.reading() as session:
        return [row for row in refunds.refunds_of(session, run_id) if row.status == "issued"]
