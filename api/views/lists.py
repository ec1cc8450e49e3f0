"""Lists that a lead reviews, and letter batches, as they are shown."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from api.views.shown import Moment, Shown
from definitions.language.pack import ReviewList
from store.tables.batches import LetterBatch
from store.tables.cases import ListLine


class ListView(Shown):
    """A list that is reviewed before it runs."""

    id: str = Field(description="Its name.", examples=["lock-off"])
    title: str
    waiting: int = Field(description="Lines that nobody has decided.")
    persons: int = Field(description="How many people approve it.")
    review: list[str] = Field(description="Roles that do.")


class LineView(Shown):
    """A case on a list, and why it is there."""

    id: str
    case: str
    account: str | None
    columns: dict[str, Any]
    joined: Moment
    status: Literal["waiting", "released", "excluded", "left"]


class ListDetail(ListView):
    """A list with its waiting lines."""

    columns: list[str]
    reasons: list[str] = Field(description="Reasons for taking a line off.")
    per_day: int | None = Field(description="At most so many lines are released a day.")
    approved_by: list[str] = Field(description="Who has approved these lines so far.")
    lines: list[LineView]


class LineDecision(Shown):
    """What became of a line."""

    line: str
    case: str
    taken: bool
    sentence: str | None = Field(description="Why its case did not take it.")


class Approval(Shown):
    """What became of an approval."""

    name: str = Field(description="The list.")
    approved_by: list[str]
    waits_for: int = Field(description="How many more people have to approve it; 0 when it was released.")
    released: list[LineDecision]


class BatchView(Shown):
    """Letters that are printed and mailed together."""

    id: str
    made: Moment
    made_by: str
    letters: int
    mailed_on: date | None
    mailed_by: str | None


def list_fields(name: str, spec: ReviewList, waiting: int) -> dict[str, Any]:
    """What every view of a list has."""
    return {
        "id": name,
        "title": spec.title,
        "waiting": waiting,
        "persons": int(spec.persons),
        "review": list(spec.review),
    }


def line_view(line: ListLine, *, zone: ZoneInfo) -> LineView:
    """The line as it is shown."""
    return LineView(
        id=line.id,
        case=line.case_id,
        account=line.account_id,
        columns=line.columns or {},
        joined=line.joined_at.astimezone(zone),
        status=line.status,
    )


def batch_view(batch: LetterBatch, *, zone: ZoneInfo) -> BatchView:
    """The batch as it is shown."""
    return BatchView(
        id=batch.id,
        made=batch.made_at.astimezone(zone),
        made_by=batch.made_by,
        letters=batch.letters,
        mailed_on=batch.mailed_on,
        mailed_by=batch.mailed_by,
    )
