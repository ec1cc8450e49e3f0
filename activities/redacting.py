"""Redaction: a person's rows are overwritten in one transaction, then their key is destroyed and Temporal forgets their cases.

What is left says what happened, when, under which rule and with which figures, and not of whom. Every part may be done twice: a
redaction that was interrupted is finished by the worker's rounds.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Table, delete, select, update
from sqlmodel import Session, col
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.service import RPCError, RPCStatusCode

from activities import files, published
from activities.files import FileStore
from activities.personal import IDENTITY, REDACTED, STRUCTURED, WRITTEN, key_of, plain_of, tables_of
from activities.world import World
from definitions.language.pack import District
from store import vault
from store.finding import keep_account_words, keep_applicant_words
from store.persons import Belongings, Obstacle, PersonError, Retention, belongings, obstacles, over, redacted_elsewhere
from store.tables.audit import Audit
from store.tables.base import table_of
from store.tables.batches import LetterBatch
from store.tables.cases import CaseArchive
from store.tables.outbox import IdempotencyKey
from store.tables.papers import File, Letter
from store.tables.parties import AccountParty
from store.tables.redactions import Redaction

YEARS: Final = "personal-data-years"  #: the district's setting
IN_TIME: Final = "its time is over"
NOTHING: Final = zlib.compress(b"")  #: a history of a case that no workflow is known of
AGAIN: Final = "redacted before; the database was put back"
BY: Final = "headgate"
ANSWERS_KEPT: Final = timedelta(days=30)  #: answers to acts on accounts are not kept by account: all older ones go
RUN_LETTERS: Final = 36  #: of a run's id at Temporal: a case that never had a workflow has another mark
ROUND: Final = 20  #: people in one round of the worker

log = logging.getLogger(__name__)


class NotNowError(PersonError):
    """The person's data cannot be redacted now."""

    code = "not-now"


def retention_of(district: District) -> Retention:
    """What this district decided."""
    years = district.settings.get(YEARS)
    keeping = frozenset(kind for kind, hold in district.holds.items() if hold.keeps_records)
    return Retention(years=int(years) if years is not None else None, keeping=keeping)


def lasting(found: list[Obstacle]) -> list[Obstacle]:
    """What two persons cannot set aside either: all but that the time is not over."""
    return [each for each in found if each.kind != "retention"]


def redact(session: Session, whose: Belongings, row: Redaction, at: datetime) -> None:
    """Overwrites the person's rows and notes it; `destroy` follows when the transaction is committed."""
    for kind, columns in WRITTEN.items():
        table = table_of(kind)
        for name in columns:
            column = table.c[name]
            filled = tables_of(kind, whose), column.is_not(None), column != ""
            session.execute(update(table).where(*filled).values({name: REDACTED}))
    _scrub(session, whose)
    _overwrite_people(session, whose)
    _seal_archives(session, whose)
    keys = table_of(IdempotencyKey)
    unclaimed = keys.c.case_id.is_(None), keys.c.at < at - ANSWERS_KEPT
    session.execute(update(keys).where(*unclaimed).values(response=None))
    row.done_at = at
    session.add(row)
    session.add(
        Audit(
            at=at,
            person=row.approved_by or row.asked_by,
            act="redact",
            object_kind="person",
            object_id=whose.person,
            rule=f"early, asked for by {row.asked_by}" if row.early else f"setting {YEARS}: {row.reason}",
        )
    )


def destroy(session: Session, whose: Belongings, kept: FileStore) -> None:
    """Destroys the person's key, those of the batches that their letters were printed in, and what was kept without a key."""
    letters = list(session.execute(select(Letter).where(tables_of(Letter, whose))).scalars())
    batches = {letter.batch for letter in letters if letter.batch is not None}
    printed = session.execute(
        select(col(LetterBatch.file_digest)).where(
            col(LetterBatch.id).in_(batches), col(LetterBatch.file_digest).is_not(None)
        )
    )
    digests = {digest for letter in letters for digest in (letter.file_digest, letter.data_digest) if digest}
    digests |= set(session.execute(select(col(File.digest)).where(tables_of(File, whose))).scalars()) | set(
        printed.scalars()
    )
    for owner in (whose.person, *whose.applicants, *(f"batch {batch}" for batch in sorted(batches))):
        vault.current().destroy(owner)
    for digest in sorted(digests):
        kept.forget_plain(digest)


@dataclass(frozen=True, kw_only=True)
class Redacting:
    """The worker's part: what is due, and what was begun."""

    world: World

    async def round(self) -> int:
        """How many people were redacted, or their redaction finished."""
        begun = await asyncio.to_thread(self._again) + await asyncio.to_thread(self._due)
        return begun + await self._finish()

    def _due(self) -> int:
        at = self.world.now()
        with self.world.store.reading() as session:
            district = district_of(session, at)
            retention = retention_of(district) if district else Retention(years=None)
            if retention.years is None:
                return 0
            today = at.astimezone(published.district_zone(session)).date()
            due = []
            for person in over(session, today, retention.years):
                whose = belongings(session, person)
                if not obstacles(session, whose, today, retention):
                    due.append(person)
                if len(due) == ROUND:
                    break
        for person in due:
            with self.world.store.writing() as session:
                whose = belongings(session, person)
                if obstacles(session, whose, today, retention):
                    continue
                row = session.get(Redaction, person) or _in_time(person, at)
                row.early, row.reason = False, IN_TIME
                redact(session, whose, row, at)
        return len(due)

    def _again(self) -> int:
        """A database that was put back from before a redaction shows the person again; their key stays destroyed."""
        at = self.world.now()
        with self.world.store.reading() as session:
            found = redacted_elsewhere(session, vault.current().destroyed())
        for person in found:
            with self.world.store.writing() as session:
                whose = belongings(session, person)
                if lasting(obstacles(session, whose, at.date(), Retention(years=None))):
                    log.error("a redacted person has something open again: look at it", extra={"person": person})
                    continue
                row = session.get(Redaction, person) or _in_time(person, at)
                row.reason = AGAIN
                redact(session, whose, row, at)
        return len(found)

    async def _finish(self) -> int:
        for number, whose in enumerate(await asyncio.to_thread(self._begun), 1):
            for case, run in await asyncio.to_thread(self._destroy, whose):
                await _forget(self.world, case, run)
            await asyncio.to_thread(self._finished, whose.person)
            log.info("a redaction is finished", extra={"number": number})
        return 0

    def _begun(self) -> list[Belongings]:
        with self.world.store.reading() as session:
            query = select(col(Redaction.person_id)).where(
                col(Redaction.done_at).is_not(None), col(Redaction.finished_at).is_(None)
            )
            return [belongings(session, person) for person in session.execute(query.limit(ROUND)).scalars()]

    def _destroy(self, whose: Belongings) -> list[tuple[str, str]]:
        """The runs that Temporal may still know."""
        with self.world.store.reading() as session:
            destroy(session, whose, files.current())
            query = select(col(CaseArchive.case_id), col(CaseArchive.run_id))
            runs = session.execute(query.where(col(CaseArchive.case_id).in_(whose.cases))).all()
        return [(case, run) for case, run in runs if len(run) == RUN_LETTERS]

    def _finished(self, person: str) -> None:
        at = self.world.now()
        with self.world.store.writing() as session:
            session.get_one(Redaction, person).finished_at = at


def _in_time(person: str, at: datetime) -> Redaction:
    return Redaction(person_id=person, asked_by=BY, asked_at=at, reason=IN_TIME, early=False)


def district_of(session: Session, at: datetime) -> District | None:
    """The district as it was published last; None where nothing is."""
    found = published.in_effect(session, at)
    return found[-1].district if found else None


def _scrub(session: Session, whose: Belongings) -> None:
    plain = plain_of(session, whose)
    for kind, names in STRUCTURED.items():
        table = table_of(kind)
        for key, values in _rows(session, table, kind, whose, names):
            clean = {name: plain.value(value) for name, value in values.items()}
            changed = {name: value for name, value in clean.items() if value != values[name]}
            if changed:
                where = [column == value for column, value in zip(key_of(table), key, strict=True)]
                session.execute(update(table).where(*where).values(changed))


def _rows(
    session: Session, table: Table, kind: Any, whose: Belongings, names: tuple[str, ...]
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    key = key_of(table)
    query = select(*key, *(table.c[name] for name in names)).where(tables_of(kind, whose))
    for row in session.execute(query).all():
        yield tuple(row[: len(key)]), dict(zip(names, row[len(key) :], strict=True))


def _overwrite_people(session: Session, whose: Belongings) -> None:
    for kind, values in IDENTITY.items():
        session.execute(update(table_of(kind)).where(tables_of(kind, whose)).values(**values))
    session.execute(delete(AccountParty).where(col(AccountParty.account_id).in_(whose.accounts)))
    session.flush()
    keep_account_words(session.connection(), whose.accounts)
    keep_applicant_words(session.connection(), whose.applicants)


def _seal_archives(session: Session, whose: Belongings) -> None:
    """What was archived before people had keys is sealed now, so that it goes with the key; where that is gone, it goes too."""
    archives = table_of(CaseArchive)
    for case, run in session.execute(
        select(archives.c.case_id, archives.c.run_id).where(archives.c.case_id.in_(whose.cases))
    ).all():
        row = session.get_one(CaseArchive, (case, run))
        if row.history and not vault.is_sealed(row.history):
            gone = vault.current().is_destroyed(whose.person)
            row.history = NOTHING if gone else vault.current().seal(whose.person, row.history, f"{case} {run}")


async def _forget(world: World, case: str, run: str) -> None:
    """Temporal forgets a run of a closed case, which it otherwise does when its own retention is over."""
    asked = DeleteWorkflowExecutionRequest(
        namespace=world.client.namespace, workflow_execution=WorkflowExecution(workflow_id=case, run_id=run)
    )
    try:
        await world.client.workflow_service.delete_workflow_execution(asked)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
