"""How the law counts days: one named function for each counting rule (domain/law.md, section 3, CNT-1 to CNT-9).

Whole civil dates of the district, no times and no clock. What a calendar says of a day is asked of the calendar; how many
days pass is said here, so that a verdict, a deadline and a test mean the same by the same words.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Container, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from definitions.language.court_days import court_deadline
from definitions.language.durations import ELAPSING, Duration, Unit
from definitions.language.sentences import say

if TYPE_CHECKING:
    from definitions.language.calendars import Calendar

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6
_SECONDS_A_DAY: Final = 86_400

#: Which move when they fall on a Sunday (Gov. Code 6701).
MOVING: Final = ((1, 1), (2, 12), (3, 31), (7, 4), (9, 9), (11, 11), (12, 25))
#: Holidays on one day of the year (Gov. Code 6700(a)).
FIXED: Final = (*MOVING[:3], (4, 24), (6, 19), *MOVING[3:])
#: Days that follow the moon, as far as they are known here; a later year is added when it is listed in the calendar.
LUNAR_NEW_YEAR: Final[Mapping[int, tuple[int, int]]] = MappingProxyType(
    {2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26)}
)
DIWALI: Final[Mapping[int, tuple[int, int]]] = MappingProxyType({2026: (11, 8), 2027: (10, 29), 2028: (10, 17)})


# -- CNT-1 and CNT-7: the first day is left out, the last one counts, and it is a day on which one can act


def days_later(day: date, count: int) -> date:
    """The count-th day after the day, which is itself left out (CNT-1). Source: Gov. Code 6800."""
    return day + timedelta(days=count)


def last_day_to_act(day: date, count: int, calendar: Calendar) -> date:
    """The last day of a period in which somebody must act: one that is a holiday, or a Saturday, rolls on (CNT-1, CNT-7).

    A legal holiday rolls on although the office works. Source: Gov. Code 6800; Code Civ. Proc. 12a (unconfirmed)."""
    last = days_later(day, count)
    while not calendar.is_business_day(last) or is_holiday(last, calendar):
        last += timedelta(days=1)
    return last


def full_days(first: date, count: int) -> date:
    """The day on which so many full days have passed, of which `first` is the first one (CNT-2).

    A payment due on the 5th is delinquent from the 6th on: sixty full days later is the 61st day after the due date."""
    return first + timedelta(days=count)


# -- CNT-2: a month is a calendar month, a week seven days


def weeks_later(day: date, count: int) -> date:
    """The same day of the week, so many times seven days later (CNT-2). Source: Gov. Code 6804-6806."""
    return day + timedelta(weeks=count)


def months_later(day: date, count: int) -> date:
    """The same day of a later month; of a month that has no such day the last one (CNT-2). Source: Gov. Code 6804."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# -- CNT-3, CNT-4 and CNT-6: the state's holidays, and when they are observed


def state_holidays(year: int) -> frozenset[date]:
    """The state holidays of a year as they are observed, Sundays left out (CNT-3, CNT-4, CNT-6).

    Source: Gov. Code 6700(a), 6701; Diwali by AB 268 (Stats. 2025, ch. 358). The days that follow the moon are in it for the
    years that are known here. A district's own calendar says which of the named days its board adopted (CNT-5)."""
    moved = {observed(date(year, month, day)) for month, day in FIXED}
    of_the_moon = {date(year, *days[year]) for days in (LUNAR_NEW_YEAR, DIWALI) if year in days}
    floating = {
        nth_weekday(year, 1, MONDAY, 3),  # Martin Luther King Jr. Day
        nth_weekday(year, 2, MONDAY, 3),  # Presidents' Day
        good_friday(year),
        last_weekday(year, 5, MONDAY),  # Memorial Day
        nth_weekday(year, 9, MONDAY, 1),  # Labor Day
        nth_weekday(year, 9, FRIDAY, 4),  # Native American Day
        nth_weekday(year, 10, MONDAY, 2),  # Columbus Day
        nth_weekday(year, 11, 3, 4),  # Thanksgiving: appointed every year
    }
    return frozenset(day for day in moved | of_the_moon | floating if day.weekday() != SUNDAY)


def observed(day: date) -> date:
    """The day on which a holiday is observed (CNT-6): some move from Sunday to Monday, Veterans Day from Saturday to Friday.

    Source: Gov. Code 6701."""
    if day.weekday() == SUNDAY and (day.month, day.day) in MOVING:
        return day + timedelta(days=1)
    if day.weekday() == SATURDAY and (day.month, day.day) == (11, 11):
        return day - timedelta(days=1)
    return day


def is_holiday(day: date, calendar: Calendar) -> bool:
    """Whether the day is a Sunday or a holiday that the district's calendar lists, whether or not the office works (CNT-3)."""
    return day.weekday() == SUNDAY or calendar.special(day) is not None


def resolution_for(day: date, calendar: Calendar) -> str | None:
    """The resolution by which a special day binds the district; None for a day that nobody adopted (CNT-5).

    Source: Gov. Code 6700(a)(17)(B)."""
    special = calendar.special(day)
    return None if special is None else special.resolution or calendar.adopted.resolution


# -- CNT-8: federal court periods


def federal_last_day(event: date, count: int, state_holidays: Container[date] = frozenset()) -> date:
    """The last day of a federal court's period: a Saturday, Sunday or legal holiday rolls on (CNT-8).

    Source: Fed. R. Bankr. P. 9006(a) (unconfirmed)."""
    return court_deadline(event, count, state_holidays)


# -- CNT-9: business days


def business_days_later(day: date, count: int, calendar: Calendar) -> date:
    """The count-th business day after the day, which is itself left out; the act may be done on it (CNT-9).

    A business day is Monday to Friday with the office open: a legal holiday on which the office works is one, although
    water is not shut off on it."""
    return calendar.business_days_after(day, count)


def first_shut_off_day(day: date, calendar: Calendar) -> date:
    """The first day from this one on that is no Saturday, Sunday or legal holiday, with the office open (CNT-9).

    Source: Gov. Code 60374."""
    return calendar.next_shut_off_day(day)


# -- all together


def first_day_after(span: Duration, since: date, calendar: Calendar) -> date:
    """The first whole date on which a law's span since the date has passed, each unit counted by its own rule.

    Hours are taken to have begun at the end of the date, since it has no time; a law does not count business hours."""
    match span.unit:
        case Unit.DAY:
            return days_later(since, span.amount)
        case Unit.FULL_DAY:
            return full_days(since, span.amount)
        case Unit.BUSINESS_DAY:
            return business_days_later(since, span.amount, calendar)
        case Unit.WEEK:
            return weeks_later(since, span.amount)
        case Unit.MONTH:
            return months_later(since, span.amount)
        case Unit.YEAR:
            return months_later(since, span.amount * 12)
        case Unit.BUSINESS_HOUR:
            raise ValueError(say("a law that counts from a date counts days or hours, not business hours"))
    return since + timedelta(days=-(-span.amount * ELAPSING[span.unit] // _SECONDS_A_DAY) + 1)


# -- days of a year


def nth_weekday(year: int, month: int, weekday: int, number: int) -> date:
    """The first, second … such weekday of a month (Monday is 0)."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def last_weekday(year: int, month: int, weekday: int) -> date:
    """The last such weekday of a month."""
    last = date(year, month, monthrange(year, month)[1])
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def good_friday(year: int) -> date:
    """The Friday before Easter, by the Gregorian rule; a holiday from noon to 3 p.m."""
    golden = year % 19
    century = year // 100
    epact = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    full_moon = epact - (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - golden) // 11))
    sunday = (year + year // 4 + full_moon + 2 - century + century // 4) % 7
    offset = full_moon - sunday
    month = 3 + (offset + 40) // 44
    easter = date(year, month, offset + 28 - 31 * (month // 4))
    return easter - timedelta(days=2)
