"""Drafts and proposals of definitions as they are shown."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from api.views.shown import Moment, Shown, local
from store.tables.definitions import Draft, Proposal


class DraftView(Shown):
    """What an author writes and nothing runs on."""

    id: str
    definition: str
    author: str
    based_on: int = Field(description="The version that it began with; 0: a new definition.")
    version: int = Field(description="Counts its changes.")
    changed: Moment
    changed_by: str


class DraftDetail(DraftView):
    """A draft with its text."""

    source: str = Field(description="The YAML.")


class ProposalView(Shown):
    """A definition that one person wants published, and what the second one said."""

    id: str = Field(examples=["pr-0123456789ab"])
    case: str = Field(description="The case type's name.", examples=["high-consumption"])
    based_on: int = Field(description="The newest version when it was proposed; 0: none.")
    note: str
    proposed_by: str
    proposed: Moment
    status: Literal["open", "approved", "sent-back", "withdrawn"]
    decided_by: str | None
    decided: Moment | None
    reason: str | None = Field(description="Why it was sent back.")
    published: int | None = Field(description="The version that it became.")


class ProposalDetail(ProposalView):
    """A proposal with its text."""

    source: str = Field(description="The YAML.")


def draft_view(row: Draft, *, zone: ZoneInfo) -> DraftView:
    """The draft as it is shown."""
    return DraftView.model_validate(_draft(row, zone))


def draft_detail(row: Draft, *, zone: ZoneInfo) -> DraftDetail:
    """The draft with its text."""
    return DraftDetail.model_validate({**_draft(row, zone), "source": row.source})


def proposal_view(row: Proposal, *, zone: ZoneInfo) -> ProposalView:
    """The proposal as it is shown."""
    return ProposalView.model_validate(_fields(row, zone))


def proposal_detail(row: Proposal, *, zone: ZoneInfo) -> ProposalDetail:
    """The proposal with its text."""
    return ProposalDetail.model_validate({**_fields(row, zone), "source": row.source})


def _draft(row: Draft, zone: ZoneInfo) -> dict[str, object]:
    return {
        "id": row.id,
        "definition": row.definition,
        "author": row.author,
        "based_on": row.based_on,
        "version": row.version,
        "changed": row.changed_at.astimezone(zone),
        "changed_by": row.changed_by,
    }


def _fields(row: Proposal, zone: ZoneInfo) -> dict[str, object]:
    return {
        "id": row.id,
        "case": row.definition,
        "based_on": row.based_on,
        "note": row.note,
        "proposed_by": row.proposed_by,
        "proposed": row.proposed_at.astimezone(zone),
        "status": row.status,
        "decided_by": row.decided_by,
        "decided": local(row.decided_at, zone),
        "reason": row.reason,
        "published": row.published,
    }
