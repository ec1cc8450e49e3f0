"""Small books: idempotency keys, published definitions, archived histories."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from store import vault
from store.dialects import insert_for
from store.owners import owner_of_case
from store.tables.cases import CaseArchive, CaseRow
from store.tables.definitions import DefinitionVersion
from store.tables.outbox import IdempotencyKey
from store.vault import KeyDestroyedError


class KeyReusedError(Exception):
    """A person has used this idempotency key before, for something else."""

    code = "key-reused"


class DefinitionStandsError(Exception):
    """Exactly this definition is published already."""

    code = "definition-stands"


def answer_to_key(session: Session, person: str, key: str, digest: str) -> IdempotencyKey | None:
    """What was answered when this person used this key, None when it is new; KeyReusedError for another request.

    An answer with a case and a step holds once the case's workflow has that step: SQL may be ahead of history."""
    row = session.get(IdempotencyKey, (person, key))
    if row is not None and row.digest != digest:
        raise KeyReusedError("this Idempotency-Key was used for another request; take a new key for a new request")
    return row


def forget_keys(session: Session, before: datetime) -> int:
    """How many keys older than this moment were forgotten."""
    return int(session.connection().execute(delete(IdempotencyKey).where(col(IdempotencyKey.at) < before)).rowcount)


def is_published(session: Session, digest: str) -> bool:
    """Whether a version with this digest was published."""
    found = session.execute(select(col(DefinitionVersion.version)).where(col(DefinitionVersion.digest) == digest))
    return found.first() is not None


def publish(
    session: Session,
    definition: str,
    *,
    title: str,
    digest: str,
    compiled: Callable[[int], bytes],
    source: str,
    by: str,
    at: datetime,
    effective_from: datetime | None = None,
    approved_by: str | None = None,
    note: str = "",
) -> DefinitionVersion:
    """The next version of the definition; DefinitionStandsError when exactly this was published before.

    `compiled` gives the compiled bytes of the version with a number, which is inside."""
    if is_published(session, digest):
        raise DefinitionStandsError(f"exactly this {definition} is published already")
    last = session.execute(
        select(func.max(col(DefinitionVersion.version))).where(col(DefinitionVersion.definition) == definition)
    ).scalar_one()
    number = (last or 0) + 1
    version = DefinitionVersion(
        definition=definition,
        version=number,
        title=title,
        digest=digest,
        compiled=compiled(number),
        source=source,
        published_by=by,
        published_at=at,
        effective_from=effective_from or at,
        approved_by=approved_by,
        note=note,
    )
    session.add(version)
    session.flush()
    return version


def version_in_effect(session: Session, definition: str, at: datetime) -> DefinitionVersion | None:
    """The version that a case opened at this moment takes: the newest that is in effect."""
    query = (
        select(DefinitionVersion)
        .where(col(DefinitionVersion.definition) == definition, col(DefinitionVersion.effective_from) <= at)
        .order_by(col(DefinitionVersion.version).desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def versions_of(session: Session, definition: str | None = None) -> list[DefinitionVersion]:
    """All versions of a definition, or of all, by name and then the newest first."""
    query = select(DefinitionVersion).order_by(col(DefinitionVersion.definition), col(DefinitionVersion.version).desc())
    if definition is not None:
        query = query.where(col(DefinitionVersion.definition) == definition)
    return list(session.execute(query).scalars())


def archive_history(session: Session, case_id: str, run_id: str, history: bytes, at: datetime) -> None:
    """Keep the history of one run of a case's workflow, in Temporal's own bytes; a run that is kept already stays as it is."""
    if session.get(CaseArchive, (case_id, run_id)) is None:
        row = {"case_id": case_id, "run_id": run_id, "history": _sealed(session, case_id, run_id, history)}
        connection = session.connection()
        kept = insert_for(connection.dialect.name)(CaseArchive).values(row | {"archived_at": at})
        connection.execute(kept.on_conflict_do_nothing())  # another worker may have been first


def history_kept(session: Session, case_id: str, closed_at: datetime, at: datetime) -> None:
    """Note that nothing of the case is left to archive, unless it has been reopened since it closed then."""
    session.connection().execute(
        update(CaseRow).where(col(CaseRow.id) == case_id, col(CaseRow.closed_at) == closed_at).values(kept_at=at)
    )


def archived_histories(session: Session, case_id: str) -> list[bytes]:
    """The kept histories of a case's runs, the oldest first; an empty one is of a case that never had a workflow.

    Raises KeyDestroyedError for a person whose data were redacted."""
    query = select(CaseArchive).where(col(CaseArchive.case_id) == case_id).order_by(col(CaseArchive.archived_at))
    return [_opened(row) for row in session.execute(query).scalars()]


def kept_histories(session: Session, case_id: str | None = None) -> Iterator[tuple[str, str, bytes]]:
    """The kept histories of a case or of all, with case and run, read one at a time; a case without a workflow has none.

    Those of people whose data were redacted are left out: nobody can read them."""
    keys = select(col(CaseArchive.case_id), col(CaseArchive.run_id)).order_by(col(CaseArchive.case_id))
    if case_id is not None:
        keys = keys.where(col(CaseArchive.case_id) == case_id)
    for case_id, run_id in session.execute(keys).all():
        row = session.get(CaseArchive, (case_id, run_id))
        if row is None:
            continue
        with suppress(KeyDestroyedError):
            if history := _opened(row):
                yield case_id, run_id, history
        session.expunge(row)


def replace_history(session: Session, case_id: str, run_id: str, history: bytes) -> None:
    """Keep these bytes instead: the same history under another key."""
    session.get_one(CaseArchive, (case_id, run_id)).history = _sealed(session, case_id, run_id, history)
    session.flush()


def _sealed(session: Session, case_id: str, run_id: str, history: bytes) -> bytes:
    """Compressed, and encrypted with the key of the person whom the case is about."""
    packed, owner = zlib.compress(history, 6), owner_of_case(session, case_id)
    return packed if owner is None or not history else vault.current().seal(owner, packed, f"{case_id} {run_id}")


def _opened(row: CaseArchive) -> bytes:
    return zlib.decompress(vault.current().open(row.history, f"{row.case_id} {row.run_id}"))


def pack(value: Any) -> bytes:
    """A plain JSON value, compressed."""
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def unpack(packed: bytes) -> Any:
    """The value that `pack` compressed."""
    return json.loads(zlib.decompress(packed))
