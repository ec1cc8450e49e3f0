"""How days and times are written for the request's reader."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from babel.dates import get_day_names, get_month_names

from api.texts.catalogue import gettext as _
from api.texts.catalogue import language


def desk_time(moment: datetime | None) -> str:
    """`Mon 9 Mar 2026, 8:30 am`; empty without one."""
    if moment is None:
        return ""
    days, months = _names(language())
    return f"{days[moment.weekday()]} {moment.day} {months[moment.month]} {moment.year}, {clock_time(moment)}"


def clock_time(moment: datetime) -> str:
    """`8:30 am`."""
    half = _("am") if moment.hour < 12 else _("pm")
    return f"{(moment.hour - 1) % 12 + 1}:{moment:%M} {half}"


def day(value: date | None) -> str:
    """`9 Mar 2026`; empty without one."""
    return "" if value is None else f"{value.day} {_names(language())[1][value.month]} {value.year}"


def month(value: date) -> str:
    """`Mar 2026`."""
    return f"{_names(language())[1][value.month]} {value.year}"


@cache
def _names(spoken: str) -> tuple[dict[int, str], dict[int, str]]:
    """Short names of the days (0 is Monday) and of the months (1 is January)."""
    days, months = get_day_names("abbreviated", locale=spoken), get_month_names("abbreviated", locale=spoken)
    return dict(days), dict(months)
