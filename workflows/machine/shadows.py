"""Timers that never fire because a shorter one always leaves the state first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from definitions.language.document import Path
from definitions.language.durations import Duration, Unit
from definitions.language.model import State

#: The fewest and the most hours that one of each unit can take; days end at an opening hour, business days skip holidays.
_HOURS: Final = {
    Unit.SECOND: (1 / 3600, 1 / 3600),
    Unit.MINUTE: (1 / 60, 1 / 60),
    Unit.HOUR: (1.0, 1.0),
    Unit.BUSINESS_HOUR: (1.0, 24.0),
    Unit.DAY: (24.0, 24.0),
    Unit.FULL_DAY: (24.0, 24.0),
    Unit.BUSINESS_DAY: (24.0, 40.0),
    Unit.WEEK: (168.0, 168.0),
    Unit.MONTH: (28 * 24.0, 31 * 24.0),
    Unit.YEAR: (365 * 24.0, 366 * 24.0),
}
_SLACK: Final = {Unit.SECOND: 0, Unit.MINUTE: 0, Unit.HOUR: 0, Unit.BUSINESS_HOUR: 72, Unit.BUSINESS_DAY: 240}
_CIVIL_SLACK: Final = 24  #: hours between a day's beginning and the opening hour of the civil date, either way


def shadowed(state: State) -> Iterator[tuple[Path, Duration, bool]]:
    """The keys below the state of each timer that never fires, the timer that comes first, and whether the key is meant."""
    leaving = [
        (duration, timer) for duration, timer in state.after.items() if timer.target is not None and timer.guard is None
    ]
    for duration, timer in state.after.items():
        first = next((each for each, other in leaving if other is not timer and surely_before(each, duration)), None)
        if first is not None:
            yield ("after", str(duration)), first, True
    for index, escalation in enumerate(state.escalations):
        if escalation.when == "overdue":
            continue
        first = next((each for each, _ in leaving if surely_before(each, escalation.after)), None)
        if first is not None:
            yield ("escalations", index, "after"), first, False


def surely_before(one: Duration, other: Duration) -> bool:
    """Whether a span always ends before another that begins at the same moment."""
    if one.unit is other.unit:
        return one.amount < other.amount
    most = one.amount * _HOURS[one.unit][1] + _SLACK.get(one.unit, _CIVIL_SLACK)
    fewest = other.amount * _HOURS[other.unit][0] - (0 if other.unit in _SLACK else _CIVIL_SLACK)
    if other.unit in (Unit.BUSINESS_DAY, Unit.BUSINESS_HOUR):
        fewest = other.amount * (24.0 if other.unit is Unit.BUSINESS_DAY else 1.0) - _CIVIL_SLACK
    return most < fewest
