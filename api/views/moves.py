"""Moves of cases to another state, as they are shown."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from api.views.shown import Moment, Shown, local
from store.tables.moves import CaseMove


class MoveView(Shown):
    """A case that somebody wants moved to another state."""

    id: str = Field(examples=["mv-0123456789ab"])
    case: str
    target: str = Field(description="Path of the state.")
    reason: str
    asked_by: str
    asked: Moment
    status: Literal["asked", "moved", "refused"]
    decided_by: str | None
    decided: Moment | None
    refusal: str | None = Field(description="Why the second person did not agree.")


def move_view(row: CaseMove, *, zone: ZoneInfo) -> MoveView:
    """The move as it is shown."""
    return MoveView(
        id=row.id,
        case=row.case_id,
        target=row.target,
        reason=row.reason,
        asked_by=row.asked_by,
        asked=row.asked_at.astimezone(zone),
        status=row.status,
        decided_by=row.decided_by,
        decided=local(row.decided_at, zone),
        refusal=row.refusal,
    )
