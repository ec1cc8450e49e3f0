"""Publishing: what runs is what was published, with its version inside."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlmodel import Session

from definitions.language.compiled import Compiled, from_bytes, renewed, rules_of
from store import records
from store.tables.definitions import DefinitionVersion

VERSIONS: Final = "published versions"  #: what a session has read, by name and number


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


def content_of(session: Session, definition: str, version: int, rules: int | None = None) -> bytes | None:
    """The compiled bytes of a version, with the calendar and the laws of a later one where those bind; None when either
    was never published."""
    row = published_version(session, definition, version)
    if row is None or not rules or rules == version:
        return row.compiled if row is not None else None
    later = published_version(session, definition, rules)
    return renewed(row.compiled, rules_in(later.compiled)) if later is not None else None


def published_version(session: Session, definition: str, version: int) -> DefinitionVersion | None:
    """This version with its texts, which a session reads once; None when it was never published."""
    read: dict[tuple[str, int], DefinitionVersion] = session.info.setdefault(VERSIONS, {})
    row = read.get((definition, version)) or session.get(DefinitionVersion, (definition, version))
    if row is not None:
        read[definition, version] = row
    return row


@lru_cache(maxsize=128)
def rules_in(content: bytes) -> str:
    """The calendar and the laws of a compiled definition's bytes, as they travel in an event."""
    return rules_of(from_bytes(content))


def _digest(compiled: Compiled) -> str:
    return compiled.model_copy(update={"version": 0}).digest
