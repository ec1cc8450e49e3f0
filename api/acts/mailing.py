"""Letters after they are printed: mailed, with the day that the law counts from; recalled; returned by the post.

What is said here is in the books first and told to the cases then; the worker tells whatever a process that died did not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool

from activities.delivery import to_account, to_case
from activities.telling import tell_mailed
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.printing import RIGHT, locked
from api.engine import engine_answers
from api.problems import Conflict, Invalid, NotFound
from api.services import Services
from api.views.accounts import letter_view
from api.views.batches import batch_detail
from definitions.language.sentences import say, word
from store.outbox import account_event_delivered, tell_account
from store.queries.letters import of_batch, recall
from store.tables.papers import Letter
from workflows.machine.events import Message


async def mail(office: Services, ask: Ask, batch_id: str, *, mailed_on: date, reason: str | None) -> Answer:
    """The batch, mailed: each letter's case hears of it, since notices count from their mailing.

    Once said, the day is put right only to a later one, and for a reason: an earlier one would make notices older."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        batch = locked(session, batch_id)
        if batch.printed_at is None:
            raise Conflict(say("The batch is not printed yet. Print it, then say when it was mailed."))
        if not batch.printed_at.astimezone(office.zone).date() <= mailed_on <= office.today():
            raise Invalid(
                say("A batch is mailed after it was printed, and not in the future."),
                fields={"mailed_on": say("is too early or too late")},
            )
        record.rule = f"right {RIGHT}"
        if batch.mailed_on is not None:
            if reason is None:
                raise Conflict(
                    say(
                        "%(who)s has mailed this batch on %(day)s. Say a reason to put the day right.",
                        who=batch.mailed_by,
                        day=batch.mailed_on,
                    )
                )
            if mailed_on <= batch.mailed_on:
                raise Conflict(
                    say(
                        "The batch counts as mailed on %(day)s; that day is put right to a later one only.",
                        day=batch.mailed_on,
                    )
                )
            record.rule += f": was {batch.mailed_on.isoformat()}, {reason}"
        batch.mailed_on, batch.mailed_by = mailed_on, ask.person.id
        for letter in of_batch(session, batch_id):
            if letter.status in ("printed", "mailed"):
                letter.status, letter.mailed_on, letter.told_on = "mailed", mailed_on, None
        session.flush()
        return Answer(body=batch_detail(session, batch, zone=office.zone).model_dump(mode="json"))

    record = Record(act="mail-letters", kind="letter-batch", id=batch_id)
    answer = await run_in_threadpool(once, office.store, ask, record, work)
    await engine_answers(tell_mailed(office.world, batch_id))
    return answer


def recall_one(office: Services, ask: Ask, letter_id: str, *, reason: str) -> Answer:
    """The letter, recalled before it is mailed; its sheets are to be pulled when it was printed."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        letter = _letter(session, letter_id, record)
        if not recall(session, col(Letter.id) == letter.id, at=ask.at, because=reason):
            raise Conflict(
                say(
                    "The letter is %(status)s; only one that is not mailed yet is recalled.", status=word(letter.status)
                )
            )
        session.refresh(letter)
        record.rule = f"right {RIGHT}: {reason}"
        return Answer(body=letter_view(letter, zone=office.zone).model_dump(mode="json"))

    return once(office.store, ask, Record(act="recall-letter", kind="letter", id=letter_id), work)


def certify(office: Services, ask: Ask, letter_id: str, *, number: str) -> Answer:
    """The letter with its number of certified mail."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        letter = _letter(session, letter_id, record)
        if letter.status not in ("printed", "mailed"):
            raise Conflict(
                say("The letter is %(status)s; a number is given to one that is printed.", status=word(letter.status))
            )
        letter.certified = number
        record.rule = f"right {RIGHT}"
        return Answer(body=letter_view(letter, zone=office.zone).model_dump(mode="json"))

    return once(office.store, ask, Record(act="certify-letter", kind="letter", id=letter_id), work)


async def come_back(office: Services, ask: Ask, letter_id: str, *, returned_on: date) -> Answer:
    """The letter, returned by the post: its case and the account's others hear of it as `mail-returned`."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        letter = _letter(session, letter_id, record)
        if letter.status != "mailed" or letter.mailed_on is None or letter.delivery != "mail":
            raise Conflict(
                say("The letter is %(status)s; only one that was mailed comes back.", status=word(letter.status))
            )
        if not letter.mailed_on <= returned_on <= office.today():
            raise Invalid(
                say("A letter comes back after it was mailed, and not in the future."),
                fields={"returned_on": say("is too early or too late")},
            )
        letter.status, letter.returned_on = "returned", returned_on
        session.flush()
        if letter.account_id is not None:
            data = {"letter": letter.id, "template": letter.template, "returned_on": returned_on.isoformat()}
            tell_account(session, f"mail-returned:{letter.id}", letter.account_id, "mail-returned", data, ask.at)
        record.rule = f"right {RIGHT}"
        return Answer(body=letter_view(letter, zone=office.zone).model_dump(mode="json"))

    answer = await run_in_threadpool(
        once, office.store, ask, Record(act="mail-returned", kind="letter", id=letter_id), work
    )
    await _tell_returned(office, ask, answer.body)
    return answer


async def _tell_returned(office: Services, ask: Ask, letter: Mapping[str, Any]) -> None:
    """The letter's own case takes the day down for the laws; all of the account's cases may act on it."""
    number, case, account, on = letter["id"], letter["case"], letter["account"], letter["returned_on"]
    noted = Message(name="letter-returned", data={"template": letter["template"], "returned": on}, by=ask.person.id)
    await engine_answers(to_case(office.world, case, noted, name=f"returned {number}", at=ask.at, quiet=True))
    data = {"letter": number, "template": letter["template"], "returned_on": on}
    event, name = Message(name="mail-returned", data=data, by=ask.person.id), f"mail-returned:{number}"
    if account is None:
        await engine_answers(to_case(office.world, case, event, name=name, at=ask.at, quiet=True))
        return
    await engine_answers(to_account(office.world, account, event, name=name, at=ask.at, quiet=True))
    await run_in_threadpool(_delivered, office, name, ask)


def _delivered(office: Services, event: str, ask: Ask) -> None:
    with office.store.writing() as session:
        account_event_delivered(session, event, ask.at)


def _letter(session: Session, reference: str, record: Record) -> Letter:
    """The letter by the reference that is printed on it, with or without the `l-` of its id."""
    wanted = reference.strip()
    letter = session.get(Letter, wanted if wanted.startswith("l-") else f"l-{wanted}", with_for_update=True)
    if letter is None:
        raise NotFound(say("There is no letter %(wanted)s.", wanted=repr(wanted[:80])))
    record.id, record.case, record.account = letter.id, letter.case_id, letter.account_id
    return letter
