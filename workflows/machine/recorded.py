"""How a recorded log is read as a case type's history: which column is what, and what each activity did to a case.

```yaml
replay: road-fine
columns: {case: case, activity: activity, at: date}
activities:
  Create Fine: {opens: true, data: {fine: amount}}
  Payment: {message: payment, data: {paid: totalPaymentAmount}}
  Check: {task: review, outcome: explained, by: resource}
  Add penalty: {timer: penalty}        # nobody did it: the definition has to do it by itself, on that day
  Print: {ignored: true}
```
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any

from pydantic import Field, model_validator

from definitions.language.model import Data, Key, Name, Strict
from definitions.language.problems import AuthorError

_WAYS = ("opens", "message", "task", "timer", "ignored")


class LogError(ValueError):
    """A row of the log cannot be read; the sentence says which and what would be right."""


class Columns(Strict):
    """Which column of the log is what."""

    case: str = Field("case", description="Names the case that the row belongs to.")
    activity: str = Field("activity", description="What happened.")
    at: str = Field(
        "date", description="When: a date (`2007-03-16`) or a time (ISO 8601; without offset it is the calendar's)."
    )


class Activity(Strict):
    """What one activity of the log did to a case."""

    opens: bool = Field(False, description="It opens the case.")
    message: Key | None = Field(None, description="It is this message.")
    task: Key | None = Field(None, description="Somebody completed this task.")
    outcome: Key | None = Field(None, description="With `task`: how.")
    timer: str | None = Field(None, description="Nobody did it: this timer of the definition does, on that day.")
    ignored: bool = Field(False, description="It is none of this case type's business.")
    data: dict[Name, str] = Field(
        default_factory=dict,
        description="What it brings: a field of the opening data, message or form, and its column.",
    )
    by: str | None = Field(None, description="The column that says who did it.")

    @model_validator(mode="after")
    def _one_way(self) -> Activity:
        told = [way for way in _WAYS if getattr(self, way)]
        if len(told) != 1:
            raise AuthorError(
                f"say one of {', '.join(_WAYS)} for an activity; this says {' and '.join(told) or 'none'}"
            )
        if (self.task is None) != (self.outcome is None):
            raise AuthorError("a task of the log has its outcome beside it: `task: review, outcome: explained`")
        return self


class Reading(Strict):
    """How a log is replayed on a case type."""

    replay: Key = Field(description="The case type that it is for.")
    columns: Columns = Field(default_factory=Columns, description="Which column is what.")
    activities: dict[str, Activity] = Field(min_length=1, description="What each activity did.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """One row of a log."""

    activity: str
    day: date
    at: datetime | None  #: None: the log knows the day alone
    row: Mapping[str, Any]


def traces(rows: Iterable[Mapping[str, Any]], reading: Reading, zone: tzinfo) -> dict[str, list[Recorded]]:
    """The log's rows by case, each case's in the order of their time (rows of one day keep the log's order).

    Raises LogError for a row whose columns are missing or whose time cannot be read."""
    found: dict[str, list[Recorded]] = defaultdict(list)
    columns = reading.columns
    for number, row in enumerate(rows, 2):
        missing = [name for name in (columns.case, columns.activity, columns.at) if not row.get(name)]
        if missing:
            raise LogError(
                f"line {number}: {', '.join(missing)} is empty or no column of the log; it has {', '.join(row)}"
            )
        try:
            day, at = _moment(row[columns.at], zone)
        except ValueError:
            raise LogError(
                f'line {number}: "{row[columns.at]}" in the column {columns.at} is no date (2007-03-16) and no time'
            ) from None
        found[row[columns.case]].append(Recorded(activity=row[columns.activity], day=day, at=at, row=row))
    for each in found.values():
        each.sort(key=lambda recorded: recorded.at or datetime.combine(recorded.day, time.min, zone))
    return found


def _moment(text: str, zone: tzinfo) -> tuple[date, datetime | None]:
    if len(text) == len("2007-03-16"):
        return date.fromisoformat(text), None
    at = datetime.fromisoformat(text)
    at = at.replace(tzinfo=zone) if at.tzinfo is None else at
    return at.astimezone(zone).date(), at


def brought(recorded: Recorded, activity: Activity, fields: Data) -> dict[str, Any]:
    """What the row brings along, by field; an empty column brings nothing, a number of a whole one loses its fraction."""
    found = {}
    for name, column in activity.data.items():
        value = recorded.row.get(column)
        if value in ("", None):
            continue
        field = fields.get(name)
        found[name] = str(value).removesuffix(".0") if field is not None and field.type == "integer" else value
    return found
