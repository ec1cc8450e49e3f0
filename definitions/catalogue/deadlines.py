"""Last days that people are given, and whether something came in time.

A day counts as law.md, section 3 says (`definitions/language/counting.py`): the first day is left out, the last one included.
A day that the district sets itself rolls forward to the next on which the office is open; where the law gives a person the
time, a legal holiday rolls on too, although the office works (Gov. Code 6800; Code Civ. Proc. 12a).
"""

from __future__ import annotations

from datetime import date
from typing import Final

from definitions.language.calendars import Calendar
from definitions.language.counting import days_later, last_day_to_act

#: Days within which a complaint is made after the bill is received, and an extension asked after the notice is mailed.
COMPLAINT_DAYS: Final = 5
NOTICE_DAYS: Final = 13


def last_day(begin: date, days: int, calendar: Calendar) -> date:
    """The last day of so many days after `begin`; it is a day on which the office is open."""
    day = days_later(begin, days)
    return day if calendar.is_business_day(day) else calendar.business_days_after(day, 1)


def in_time(
    received: date, *, bill_mailed: date, notice_mailed: date | None, delivery_days: int, calendar: Calendar
) -> bool:
    """Whether a complaint has a right to the review manager: 5 days from receiving the bill, or 13 from the notice's mailing.

    A bill counts as received so many days after it was mailed. Source: Gov. Code 60372(c)."""
    if received <= last_day_to_act(days_later(bill_mailed, delivery_days), COMPLAINT_DAYS, calendar):
        return True
    return notice_mailed is not None and received <= last_day_to_act(notice_mailed, NOTICE_DAYS, calendar)
