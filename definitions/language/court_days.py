"""Federal court periods: the day of the event is left out, every day counts, and a last day that is no court day rolls on.

Source: Fed. R. Bankr. P. 9006(a)(1) and (a)(6) (domain/law.md, CNT-8). The rule itself names the holidays; a day that the
state of the court has declared a holiday counts as one too in a period that runs from an event.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import date, timedelta
from functools import cache
from typing import Final

_MONDAY, _THURSDAY, _SATURDAY, _SUNDAY = 0, 3, 5, 6
_FIXED: Final = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
_JUNETEENTH_SINCE: Final = 2021


@cache
def federal_holidays(year: int) -> frozenset[date]:
    """The legal holidays of federal courts that fall in the year, as they are observed.

    One on a Saturday is observed on the Friday, one on a Sunday on the Monday (5 U.S.C. 6103(a)-(b))."""
    fixed = {
        date(of, month, day)
        for of in (year, year + 1)
        for month, day in _FIXED
        if (month, day) != (6, 19) or of >= _JUNETEENTH_SINCE
    }
    moving = {
        _nth(year, 1, _MONDAY, 3),  # Martin Luther King Jr.'s birthday
        _nth(year, 2, _MONDAY, 3),  # Washington's birthday
        _nth(year, 6, _MONDAY, 1) - timedelta(days=7),  # Memorial Day, the last Monday of May
        _nth(year, 9, _MONDAY, 1),  # Labor Day
        _nth(year, 10, _MONDAY, 2),  # Columbus Day
        _nth(year, 11, _THURSDAY, 4),  # Thanksgiving Day
    }
    return frozenset(day for day in {*moving, *map(_observed, fixed)} if day.year == year)


def is_court_day(day: date, also_closed: Container[date] = frozenset()) -> bool:
    """Whether a period may end on the day: no Saturday, Sunday or legal holiday, nor one of the state's."""
    return day.weekday() < _SATURDAY and day not in federal_holidays(day.year) and day not in also_closed


def court_deadline(event: date, days: int, also_closed: Container[date] = frozenset()) -> date:
    """The last day of a period of so many days after the event.

    `also_closed` are holidays of the state of the court; leave them out where the earlier day is the safe one."""
    last = event + timedelta(days=days)
    while not is_court_day(last, also_closed):
        last += timedelta(days=1)
    return last


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _observed(day: date) -> date:
    if day.weekday() == _SATURDAY:
        return day - timedelta(days=1)
    return day + timedelta(days=1) if day.weekday() == _SUNDAY else day
