"""Letter batches until they are printed: collected, reviewed letter by letter, printed once as one PDF."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlmodel import Session, col, select

from activities.batches import Composed, composed, marked_as_copy
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.problems import Conflict, NotFound
from api.services import Services
from api.views.batches import batch_detail
from definitions.language.sentences import say
from store.papers import lock_content
from store.queries.letters import of_batch, recall, to_print
from store.tables.batches import LetterBatch
from store.tables.papers import Letter

MOST = 1000  #: letters in one batch
RIGHT = "print-letters"


class BatchChangedError(Exception):
    """Somebody took a letter out, a case recalled one, or the PDF went, while the pages were put together."""


AS_LONG_AS = 3  #: how often a batch is put together anew when its letters change meanwhile


def collect(office: Services, ask: Ask) -> Answer:
    """A batch of the letters that wait for the post, the oldest first; nothing is printed yet."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        letters = to_print(session, MOST)
        if not letters:
            raise Conflict(say("No letter is queued; there is nothing to print."))
        batch = LetterBatch(id=f"lb-{uuid4().hex[:12]}", made_at=ask.at, made_by=ask.person.id, letters=len(letters))
        session.add(batch)
        for letter in letters:
            letter.batch = batch.id
        session.flush()
        record.id, record.rule = batch.id, f"right {RIGHT}"
        return Answer(status=201, body=_shown(office, session, batch))

    return once(office.store, ask, Record(act="collect-letters", kind="letter-batch", id="new"), work)


def take_out(office: Services, ask: Ask, batch_id: str, letter_id: str, *, reason: str, for_good: bool) -> Answer:
    """The batch without a letter: it waits for the next batch, or is recalled for good."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        batch = locked(session, batch_id)
        letter = session.get(Letter, letter_id)
        if letter is None or letter.batch != batch_id:
            raise NotFound(
                say(
                    "There is no letter %(letter)s in batch %(batch)s.",
                    letter=repr(letter_id[:80]),
                    batch=repr(batch_id),
                )
            )
        if batch.printed_at is not None:
            raise Conflict(say("The batch is printed. Recall the letter, and pull its sheets."))
        letter.batch = None
        session.flush()
        if for_good:
            recall(session, col(Letter.id) == letter_id, at=ask.at, because=reason)
            session.expire_all()
        batch.letters = len(of_batch(session, batch_id))
        record.rule = f"right {RIGHT}: {reason}"
        record.account, record.case = letter.account_id, letter.case_id
        return Answer(body=_shown(office, session, batch))

    act = "recall-letter" if for_good else "take-letter-out"
    return once(office.store, ask, Record(act=act, kind="letter", id=letter_id), work)


def print_batch(office: Services, ask: Ask, batch_id: str, *, reason: str | None) -> Answer:
    """The batch, printed: once; again, the same file, only for a reason."""
    for _ in range(AS_LONG_AS):
        made = _composed(office, ask, batch_id)
        digest = office.files.put(made.pdf, f"batch {batch_id}") if made is not None else None
        try:
            return _printed(office, ask, batch_id, made, digest, reason)
        except BatchChangedError:
            continue
    raise Conflict(say("The batch changes while it is printed. Look at it again, and print it then."))


def _printed(
    office: Services, ask: Ask, batch_id: str, made: Composed | None, digest: str | None, reason: str | None
) -> Answer:
    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        batch = locked(session, batch_id)
        record.rule = f"right {RIGHT}"
        if batch.printed_at is not None:
            if reason is None:
                at = batch.printed_at.astimezone(office.zone)
                raise Conflict(
                    say(
                        "%(who)s has printed this batch on %(at)s. Say a reason to print it again.",
                        who=batch.printed_by,
                        at=at,
                    )
                )
            batch.copies += 1
            record.rule += f": again, {reason}"
            return Answer(body=_shown(office, session, batch))
        letters = of_batch(session, batch_id)
        if not letters:
            raise Conflict(say("No letter is left in the batch; there is nothing to print."))
        if made is None or {letter.id: letter.file_digest for letter in letters} != dict(made.digests):
            raise BatchChangedError
        lock_content(session, str(digest))
        if not office.files.has(str(digest)):
            raise BatchChangedError  # a file with the same content has gone meanwhile
        for letter in letters:
            letter.status, letter.printed_at = "printed", ask.at
            letter.sheet, letter.sheets = made.sheets[letter.id]
        batch.printed_at, batch.printed_by, batch.file_digest = ask.at, ask.person.id, digest
        batch.copies, batch.letters = 1, len(letters)
        session.flush()
        return Answer(body=_shown(office, session, batch))

    return once(office.store, ask, Record(act="print-letters", kind="letter-batch", id=batch_id), work)


def preview(office: Services, batch_id: str) -> bytes:
    """The batch's PDF: what was printed (from the second time on marked as a copy), or what would be printed now."""
    with office.store.reading() as session:
        batch = session.get(LetterBatch, batch_id)
        if batch is None:
            raise NotFound(say("There is no letter batch %(batch)s.", batch=repr(batch_id[:60])))
        letters = of_batch(session, batch_id)
    if batch.file_digest is not None:
        printed = office.files.get(batch.file_digest)
        said = {"batch": batch.id, "date": office.today().isoformat(), "copy": batch.copies}
        return printed if batch.copies < 2 else marked_as_copy(printed, letters, said)
    if not letters:
        raise NotFound(say("No letter is left in the batch."))
    return composed(letters, _said(office, batch, "nobody yet")).pdf


def locked(session: Session, batch_id: str) -> LetterBatch:
    """The batch, for this transaction alone; raises NotFound."""
    batch = session.exec(select(LetterBatch).where(LetterBatch.id == batch_id).with_for_update()).first()
    if batch is None:
        raise NotFound(say("There is no letter batch %(batch)s.", batch=repr(batch_id[:60])))
    return batch


def _composed(office: Services, ask: Ask, batch_id: str) -> Composed | None:
    """The pages, put together before the transaction; None when there is nothing to put together."""
    with office.store.reading() as session:
        batch = session.get(LetterBatch, batch_id)
        letters = of_batch(session, batch_id) if batch is not None and batch.printed_at is None else []
    if batch is None or not letters or not ask.person.may(RIGHT):
        return None
    return composed(letters, _said(office, batch, ask.person.id))


def _said(office: Services, batch: LetterBatch, printed_by: str) -> dict[str, Any]:
    made = batch.made_at.astimezone(office.zone)
    return {
        "batch": batch.id,
        "date": made.date().isoformat(),
        "district": office.district.district,
        "made": f"{made:%d %B %Y %H:%M}",
        "made_by": batch.made_by,
        "printed_by": printed_by,
    }


def _shown(office: Services, session: Session, batch: LetterBatch) -> dict[str, Any]:
    return batch_detail(session, batch, zone=office.zone).model_dump(mode="json")
