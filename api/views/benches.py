"""What the author's bench shows: case types with their versions, and who works on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from api.problems import NotFound
from api.views.bench import DraftView, ProposalView, draft_view, proposal_view
from api.views.books import DefinitionView, definition_fields
from definitions.language.sentences import say
from store.queries import bench


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """A version, and how many open cases run on it."""

    version: DefinitionView
    open_cases: int
    current: bool  #: new cases take it


@dataclass(frozen=True, kw_only=True)
class CaseTypeLine:
    """A case type with what there is of it, the newest version first."""

    case: str
    title: str
    versions: Sequence[VersionLine]
    own: DraftView | None  #: the reader's draft
    others: Sequence[DraftView]  #: drafts of others
    proposal: ProposalView | None  #: that waits for a second person


def case_types(
    session: Session,
    reader: str,
    *,
    zone: ZoneInfo,
    only: str | None = None,
    counts: Mapping[tuple[str, int], int] | None = None,
) -> list[CaseTypeLine]:
    """Every case type that was published or is being written, by title; four queries, however many there are.

    `counts` says how many open cases each version has, where that was counted before."""
    counts = bench.open_cases(session, only) if counts is None else counts
    drafts: dict[str, list[DraftView]] = {}
    for draft in bench.drafts_of(session, only):
        drafts.setdefault(draft.definition, []).append(draft_view(draft, zone=zone))
    proposals = {row.definition: proposal_view(row, zone=zone) for row in bench.open_proposals(session, only)}
    versions: dict[str, list[Any]] = {}
    for row in bench.published_versions(session, only):
        versions.setdefault(row.definition, []).append(row)
    found = []
    for case in {*versions, *drafts, *proposals}:
        rows = versions.get(case, [])
        written = drafts.get(case, [])
        found.append(
            CaseTypeLine(
                case=case,
                title=rows[0].title if rows else case,
                versions=[
                    VersionLine(
                        version=DefinitionView(**definition_fields(row, zone=zone)),
                        open_cases=counts[case, row.version],
                        current=row is rows[0],
                    )
                    for row in rows
                ],
                own=next((draft for draft in written if draft.author == reader), None),
                others=[draft for draft in written if draft.author != reader],
                proposal=proposals.get(case),
            )
        )
    return sorted(found, key=lambda line: (line.title.lower(), line.case))


def case_type(session: Session, case: str, reader: str, *, zone: ZoneInfo) -> CaseTypeLine:
    """One case type; NotFound when nothing of it was published or is being written."""
    found = case_types(session, reader, zone=zone, only=case)
    if not found:
        raise NotFound(say("No case type is called %(case)s.", case=repr(case[:60])))
    return found[0]
