"""The definition that a case runs on, read from what was published."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from definitions.catalogue.replies import EffectRefused
from definitions.language.compiled import Compiled, from_bytes
from definitions.language.sentences import say
from store.publishing import content_of
from store.tables.cases import CaseRow
from store.tables.definitions import DefinitionVersion

_KEPT: dict[str, Compiled] = {}  #: by digest: what was published never changes
ZONE = "America/Los_Angeles"  #: where nothing is published


def of_case(session: Session, case_id: str) -> Compiled:
    """The compiled definition of the case's own version, with the calendar and laws that bind it; raises EffectRefused when
    it was never published."""
    row = session.get(CaseRow, case_id)
    content = content_of(session, row.definition, row.version, row.rules_version) if row is not None else None
    if content is None:
        raise EffectRefused(
            say("the definition that case %(case)s runs on is not among the published", case=case_id),
            code="unpublished",
        )
    return from_bytes(content)


def in_effect(session: Session, at: datetime) -> list[Compiled]:
    """The definitions that new cases take at this moment."""
    return list(in_effect_by_digest(session, at).values())


def in_effect_by_digest(session: Session, at: datetime) -> dict[str, Compiled]:
    """The definitions that new cases take at this moment, by their digests; what was read before is not read again.

    Last comes the one that came into effect last: its wording of a list stands."""
    version = DefinitionVersion
    rows = session.exec(
        select(version.definition, version.digest, version.effective_from)
        .where(version.effective_from <= at)
        .order_by(col(version.definition), col(version.version).desc())
    )
    found: dict[str, tuple[datetime, str]] = {}
    for definition, digest, since in rows:
        found.setdefault(definition, (since, digest))
    newest = [digest for _, digest in sorted(found.values(), key=lambda each: each[0])]
    unknown = [digest for digest in newest if digest not in _KEPT]
    if unknown:
        asked = select(version.digest, version.compiled).where(col(version.digest).in_(unknown))
        _KEPT.update({digest: from_bytes(content) for digest, content in session.exec(asked)})
    return {digest: _KEPT[digest] for digest in newest}


def wordings(session: Session) -> frozenset[str]:
    """The digests of all letters' texts that versions were published with: open cases print them, however old they are."""
    found = session.exec(select(DefinitionVersion.compiled))
    return frozenset(digest for content in found for digest in from_bytes(content).letters.values())


def district_zone(session: Session) -> ZoneInfo:
    """The zone that the district's days are counted in, by what was published last."""
    found = session.exec(
        select(DefinitionVersion.compiled).order_by(col(DefinitionVersion.effective_from).desc()).limit(1)
    ).first()
    return ZoneInfo(from_bytes(found).district.time_zone) if found is not None else ZoneInfo(ZONE)
