"""Last days and complaints in time, by the district's calendar (Gov. Code 6800, 60372(c); Code Civ. Proc. 12a)."""

from __future__ import annotations

from datetime import date

import pytest

from definitions.catalogue.deadlines import in_time, last_day
from tests.shipped import shipped_library

CALENDAR = shipped_library().calendars["district"]


@pytest.mark.parametrize(
    ("begin", "days", "last"),
    [
        (date(2026, 9, 14), 30, date(2026, 10, 14)),  # the first day is left out, the last one counts
        (date(2026, 9, 14), 0, date(2026, 9, 14)),
        (date(2026, 9, 1), 5, date(2026, 9, 8)),  # a Sunday, then Labor Day
        (date(2026, 11, 21), 5, date(2026, 11, 30)),  # Thanksgiving, the day after it, a weekend
        (date(2026, 12, 20), 5, date(2026, 12, 28)),  # Christmas is a Friday
        (date(2026, 9, 4), 5, date(2026, 9, 9)),  # Admission Day: a legal holiday on which the office is open
    ],
)
def test_a_last_day_on_which_the_office_is_closed_rolls_forward(begin: date, days: int, last: date) -> None:
    assert last_day(begin, days, CALENDAR) == last


def test_a_bill_counts_as_received_so_many_days_after_it_was_mailed() -> None:
    mailed = date(2026, 9, 14)
    for delivery, last in ((0, date(2026, 9, 21)), (5, date(2026, 9, 24))):  # the 19th is a Saturday
        judged = [
            in_time(day, bill_mailed=mailed, notice_mailed=None, delivery_days=delivery, calendar=CALENDAR)
            for day in (last, date.fromordinal(last.toordinal() + 1))
        ]
        assert judged == [True, False]


def test_a_right_that_ends_on_a_legal_holiday_lasts_to_the_next_working_day_although_the_office_is_open() -> None:
    asked = {"bill_mailed": date(2026, 7, 1), "notice_mailed": date(2026, 8, 27), "delivery_days": 3}
    # Thirteen days later is Admission Day, 9 September: the office works, and the day is left out all the same.
    assert in_time(date(2026, 9, 10), calendar=CALENDAR, **asked)
    assert not in_time(date(2026, 9, 11), calendar=CALENDAR, **asked)
