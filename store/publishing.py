"""Publishing: what runs is what was published, with its version inside."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from definitions.language.compiled import Compiled
from store import records
from store.tables.definitions import DefinitionVersion


def is_published(session: Session, compiled: Compiled) -> bool:
    """Whether exactly this was published before, whatever its version's number."""
    return records.is_published(session, _digest(compiled))


def publish_compiled(
    session: Session,
    compiled: Compiled,
    *,
    source: str,
    by: str,
    at: datetime,
    effective_from: datetime | None = None,
    approved_by: str | None = None,
    note: str = "",
) -> DefinitionVersion:
    """The next version of the definition; DefinitionStandsError when exactly this was published before.

    Two definitions are the same when they are but for their version's number."""
    return records.publish(
        session,
        compiled.definition.case,
        title=compiled.definition.title,
        digest=_digest(compiled),
        compiled=lambda number: compiled.model_copy(update={"version": number}).to_bytes(),
        source=source,
        by=by,
        at=at,
        effective_from=effective_from,
        approved_by=approved_by,
        note=note,
    )


def _digest(compiled: Compiled) -> str:
    return compiled.model_copy(update={"version": 0}).digest
