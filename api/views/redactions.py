"""A person's redaction as it is shown, and what stands in its way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from api.views.shown import Moment, Said, Shown
from store.persons import Belongings, Obstacle
from store.tables.redactions import Redaction


class RedactionView(Shown):
    """A person's redaction."""

    person: str = Field(examples=["cu-000001"])
    early: bool = Field(description="Before the retention period was over: two persons did it.")
    asked_by: str
    asked: Moment
    reason: str
    approved_by: str | None
    done: Moment | None = Field(description="Null while it waits for its second person.")


class ObstacleView(Shown):
    """Why a person's data cannot be redacted now."""

    kind: str = Field(examples=["open-account"])
    sentence: Said
    lasting: bool = Field(description="Two persons cannot set it aside either.")


class PersonalDataView(Shown):
    """What a person has here, in numbers of rows alone, and whether it can be redacted."""

    person: str = Field(examples=["cu-000001"])
    name: str = Field(description="What they are called, as long as it is kept.")
    kind: Literal["customer", "applicant"]
    accounts: Sequence[str]
    cases: Sequence[str]
    obstacles: Sequence[ObstacleView] = Field(description="Empty when one person may redact it now.")
    redaction: RedactionView | None


def redaction_view(row: Redaction, *, zone: ZoneInfo) -> RedactionView:
    """The row as it is shown."""
    return RedactionView(
        person=row.person_id,
        early=row.early,
        asked_by=row.asked_by,
        asked=row.asked_at.astimezone(zone),
        reason=row.reason,
        approved_by=row.approved_by,
        done=row.done_at.astimezone(zone) if row.done_at else None,
    )


def personal_data_view(
    whose: Belongings,
    name: str,
    found: Sequence[Obstacle],
    standing: Sequence[Obstacle],
    row: Redaction | None,
    *,
    zone: ZoneInfo,
) -> PersonalDataView:
    """The person as they are shown; `standing` are the obstacles that last."""
    return PersonalDataView(
        person=whose.person,
        name=name,
        kind=whose.kind,
        accounts=whose.accounts,
        cases=whose.cases,
        obstacles=[ObstacleView(kind=each.kind, sentence=each.sentence, lasting=each in standing) for each in found],
        redaction=redaction_view(row, zone=zone) if row is not None else None,
    )
