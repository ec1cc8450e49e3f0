"""Letter batches: what is queued is printed together, and counts as mailed when somebody says so."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from activities.delivery import to_case
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.engine import engine_answers
from api.problems import Conflict, Invalid, NotFound
from api.services import Services
from api.views.lists import batch_view
from store.tables.batches import LetterBatch
from store.tables.papers import Letter
from workflows.machine.events import Message

MOST = 1000  #: letters in one batch


def make(office: Services, ask: Ask) -> Answer:
    """The batch of the letters that are queued now, the oldest first; they count as printed."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "print-letters")
        letters = session.exec(
            select(Letter)
            .where(Letter.status == "queued", col(Letter.batch).is_(None))
            .order_by(col(Letter.queued_at), col(Letter.id))
            .limit(MOST)
            .with_for_update()
        ).all()
        if not letters:
            raise Conflict("No letter is queued; there is nothing to print.")
        batch = LetterBatch(id=f"lb-{uuid4().hex[:12]}", made_at=ask.at, made_by=ask.person.id, letters=len(letters))
        session.add(batch)
        for letter in letters:
            letter.batch, letter.status, letter.printed_at = batch.id, "printed", ask.at
        record.id, record.rule = batch.id, "right print-letters"
        return Answer(status=201, body=batch_view(batch, zone=office.zone).model_dump(mode="json"))

    return once(office.store, ask, Record(act="print-letters", kind="letter-batch", id="new"), work)


async def mail(office: Services, ask: Ask, batch_id: str, *, mailed_on: date) -> Answer:
    """The batch, mailed: each letter's case hears of it, since notices count from their mailing."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "print-letters")
        batch = session.exec(select(LetterBatch).where(LetterBatch.id == batch_id).with_for_update()).first()
        if batch is None:
            raise NotFound(f"There is no letter batch {batch_id[:60]!r}.")
        if batch.mailed_on is not None:
            raise Conflict(f"{batch.mailed_by} has mailed this batch on {batch.mailed_on.isoformat()}.")
        made_on = batch.made_at.astimezone(office.zone).date()
        if not made_on <= mailed_on <= office.today():
            raise Invalid(
                "A batch is mailed after it was made, and not in the future.",
                fields={"mailed_on": "is too early or too late"},
            )
        batch.mailed_on, batch.mailed_by = mailed_on, ask.person.id
        for letter in _letters(session, batch_id):
            if letter.status == "printed":
                letter.status, letter.mailed_on = "mailed", mailed_on
        record.rule = "right print-letters"
        return Answer(body=batch_view(batch, zone=office.zone).model_dump(mode="json"))

    record = Record(act="mail-letters", kind="letter-batch", id=batch_id)
    answer = await run_in_threadpool(once, office.store, ask, record, work)
    for letter in await run_in_threadpool(_mailed, office, batch_id):
        data = {"template": letter.template, "mailed": str(letter.mailed_on), "languages": letter.language}
        event = Message(name="letter-mailed", data=data, by=ask.person.id)
        told = to_case(office.world, letter.case_id, event, name=f"mailed {letter.id}", at=ask.at, quiet=True)
        await engine_answers(told)
    return answer


def _mailed(office: Services, batch_id: str) -> list[Letter]:
    with office.store.reading() as session:
        return [letter for letter in _letters(session, batch_id) if letter.status == "mailed"]


def _letters(session: Session, batch_id: str) -> list[Letter]:
    return list(session.exec(select(Letter).where(Letter.batch == batch_id).order_by(col(Letter.id))))
