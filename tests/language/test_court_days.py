"""Federal court periods (Fed. R. Bankr. P. 9006(a)), by the days of real calendars."""

from __future__ import annotations

from datetime import date

import pytest

from definitions.language.court_days import court_deadline, federal_holidays, is_court_day


def test_the_federal_holidays_of_a_year_as_they_are_observed() -> None:
    assert sorted(federal_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 1, 19),
        date(2026, 2, 16),
        date(2026, 5, 25),
        date(2026, 6, 19),
        date(2026, 7, 3),  # Independence Day falls on a Saturday
        date(2026, 9, 7),
        date(2026, 10, 12),
        date(2026, 11, 11),
        date(2026, 11, 26),
        date(2026, 12, 25),
    ]


def test_new_years_day_on_a_saturday_closes_the_court_on_the_last_day_of_the_old_year() -> None:
    assert date(2027, 12, 31) in federal_holidays(2027)
    assert date(2028, 1, 1) not in federal_holidays(2028)


def test_a_holiday_on_a_sunday_closes_the_court_on_the_monday() -> None:
    assert date(2027, 7, 5) in federal_holidays(2027)
    assert date(2020, 6, 19) not in federal_holidays(2020)  # Juneteenth is one since 2021


@pytest.mark.parametrize(
    ("event", "days", "last"),
    [
        ("2026-03-02", 20, "2026-03-23"),  # the 22nd is a Sunday
        ("2026-03-03", 20, "2026-03-23"),  # a Monday is a last day as it is
        ("2026-03-01", 20, "2026-03-23"),  # the 21st is a Saturday
        ("2026-11-06", 20, "2026-11-27"),  # the 26th is Thanksgiving
        ("2026-06-12", 21, "2026-07-06"),  # 3 July is Independence Day observed, before a weekend
        ("2026-03-02", 180, "2026-08-31"),  # the 29th is a Saturday
        ("2024-02-28", 1, "2024-02-29"),  # a leap day is a day
        ("2026-12-05", 20, "2026-12-28"),  # Christmas on a Friday, then a weekend
    ],
)
def test_a_period_ends_on_a_day_on_which_the_court_is_open(event: str, days: int, last: str) -> None:
    assert court_deadline(date.fromisoformat(event), days) == date.fromisoformat(last)


def test_a_holiday_of_the_state_moves_the_last_day_where_it_is_given() -> None:
    chavez = date(2026, 3, 31)
    assert court_deadline(date(2026, 3, 11), 20) == chavez
    assert court_deadline(date(2026, 3, 11), 20, {chavez}) == date(2026, 4, 1)
    assert is_court_day(chavez)
    assert not is_court_day(chavez, {chavez})
