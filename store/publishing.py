"""Publishing: what runs is what was published, with its version inside."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from definitions.language.compiled import Compiled
from store import records
from store.tables.definitions import DefinitionVersion


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
        digest=compiled.model_copy(update={"version": 0}).digest,
        compiled=lambda number: compiled.model_copy(update={"version": number}).to_bytes(),
        source=source,
        by=by,
        at=at,
        effective_from=effective_from,
        approved_by=approved_by,
        note=note,
    )
