"""The definition that a case runs on, read from what was published."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from definitions.catalogue.replies import EffectRefused
from definitions.language.compiled import Compiled, from_bytes
from store.records import versions_of
from store.tables.cases import CaseRow
from store.tables.definitions import DefinitionVersion

ZONE = "America/Los_Angeles"  #: where nothing is published


def of_case(session: Session, case_id: str) -> Compiled:
    """The compiled definition of the case's own version; raises EffectRefused when it was never published."""
    found = session.exec(
        select(DefinitionVersion.digest, DefinitionVersion.compiled)
        .join(
            CaseRow,
            (col(CaseRow.definition) == col(DefinitionVersion.definition))
            & (col(CaseRow.version) == col(DefinitionVersion.version)),
        )
        .where(col(CaseRow.id) == case_id)
    ).first()
    if found is None:
        raise EffectRefused(
            f"the definition that case {case_id} runs on is not among the published", code="unpublished"
        )
    return _compiled(*found)


def decoded(version: DefinitionVersion) -> Compiled:
    """The compiled definition of a version, each decoded once in a process."""
    return _compiled(version.digest, version.compiled)


def in_effect(session: Session, at: datetime) -> list[Compiled]:
    """The definitions that new cases take at this moment."""
    newest: dict[str, DefinitionVersion] = {}
    for row in versions_of(session):
        if row.effective_from <= at:
            newest.setdefault(row.definition, row)
    return [_compiled(row.digest, row.compiled) for row in newest.values()]


def district_zone(session: Session) -> ZoneInfo:
    """The zone that the district's days are counted in, by what was published last."""
    found = session.exec(
        select(DefinitionVersion.digest, DefinitionVersion.compiled)
        .order_by(col(DefinitionVersion.effective_from).desc())
        .limit(1)
    ).first()
    return ZoneInfo(_compiled(*found).district.time_zone) if found is not None else ZoneInfo(ZONE)


@lru_cache(maxsize=64)
def _compiled(_digest: str, content: bytes) -> Compiled:
    return from_bytes(content)
