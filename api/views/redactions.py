"""A redaction as it is shown."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import Field

from api.views.shown import Moment, Shown
from store.tables.redactions import Redaction


class RedactionView(Shown):
    """A person's redaction."""

    person: str = Field(examples=["cu-000001"])
    early: bool = Field(description="Before the retention period was over: two persons did it.")
    asked_by: str
    asked: Moment
    approved_by: str | None
    done: Moment | None = Field(description="Null while it waits for its second person.")


def redaction_view(row: Redaction, *, zone: ZoneInfo) -> RedactionView:
    """The row as it is shown."""
    return RedactionView(
        person=row.person_id,
        early=row.early,
        asked_by=row.asked_by,
        asked=row.asked_at.astimezone(zone),
        approved_by=row.approved_by,
        done=row.done_at.astimezone(zone) if row.done_at else None,
    )
