"""Outages as they are shown, and where they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from api.views.shown import Moment, Shown, local
from store.tables.outages import Outage

Kind = Literal["planned", "emergency"]
Status = Literal["announced", "on", "ended", "called-off"]

_EXTENT: dict[str, Any] = {
    "route": None,
    "street": {"name": "Well St", "first": 100, "last": 240},
    "accounts": ["a-10017"],
}


class Part(BaseModel):
    """A reading route or a street, or a part of one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=80, description="As addresses or routes have it.", examples=["Well St"])
    first: int | None = Field(None, ge=0, le=10**6, description="The first place on the route, or house number.")
    last: int | None = Field(None, ge=0, le=10**6, description="The last one.")


class Extent(BaseModel):
    """Where the water is off: all that lies along the route, along the street, or belongs to one of the accounts."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [_EXTENT]})

    route: Part | None = None
    street: Part | None = None
    accounts: list[str] = Field(default_factory=list, max_length=500, description="Accounts by their numbers.")


class OutageView(Shown):
    """Water that is, was or will be off somewhere."""

    id: str = Field(examples=["ou-0123456789ab"])
    kind: Kind
    status: Status
    late: bool = Field(description="It was expected to be over by now.")
    begins: Moment
    expected_until: Moment | None = Field(description="Null while nobody knows.")
    reason: str = Field(description="As customers are told.")
    extent: Extent
    premises: int = Field(description="How many it concerns.")
    announced_by: str
    announced: Moment
    changed_by: str | None
    changed: Moment | None
    ended: Moment | None
    ended_by: str | None
    version: int


def outage_view(row: Outage, *, at: datetime, zone: ZoneInfo) -> OutageView:
    """The outage as it is shown."""
    status = status_of(row, at)
    return OutageView.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "status": status,
            "late": row.ended_at is None and row.expected_until is not None and row.expected_until < at,
            "begins": row.begins_at.astimezone(zone),
            "expected_until": local(row.expected_until, zone),
            "reason": row.reason,
            "extent": row.extent,
            "premises": row.premises,
            "announced_by": row.announced_by,
            "announced": row.announced_at.astimezone(zone),
            "changed_by": row.changed_by,
            "changed": local(row.changed_at, zone),
            "ended": local(row.ended_at, zone),
            "ended_by": row.ended_by,
            "version": row.version,
        }
    )


def status_of(row: Outage, at: datetime) -> Status:
    """Whether it is to come, is on, is over, or never came about."""
    if row.ended_at is not None:
        return "called-off" if row.ended_at <= row.begins_at else "ended"
    return "announced" if row.begins_at > at else "on"
