"""The counting rules CNT-1 to CNT-9, each by dates that a clerk with a wall calendar can check."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.language.calendars import Calendar, SpecialDay
from definitions.language.counting import (
    business_days_later,
    days_later,
    federal_last_day,
    first_day_after,
    first_shut_off_day,
    full_days,
    good_friday,
    is_holiday,
    last_day_to_act,
    last_weekday,
    months_later,
    nth_weekday,
    observed,
    resolution_for,
    state_holidays,
    weeks_later,
)
from definitions.language.durations import Duration
from definitions.language.library import load_library

YEARS = range(2023, 2029)
days = st.dates(date(2023, 1, 1), date(2028, 12, 31))


@cache
def district() -> Calendar:
    """The shipped district's calendar."""
    return load_library(Path(__file__).parents[2] / "definitions").calendars["district"]


def closed(*names: str) -> Calendar:
    """The same calendar with the office closed on more days."""
    more = [SpecialDay(date=date.fromisoformat(name), name="Closed", office="closed") for name in names]
    every = {special.date: special for special in (*district().days, *more)}
    text = district().model_dump(mode="json", by_alias=True) | {
        "days": [each.model_dump(mode="json", by_alias=True) for each in every.values()]
    }
    return Calendar.model_validate(text)


# -- CNT-1 and CNT-7


def test_the_first_day_is_left_out_and_the_last_one_counts() -> None:
    assert days_later(date(2026, 2, 2), 15) == date(2026, 2, 17)


def test_days_run_over_the_end_of_a_month_and_a_leap_day() -> None:
    assert days_later(date(2028, 2, 20), 10) == date(2028, 3, 1)
    assert days_later(date(2026, 2, 20), 10) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("begins", "count", "last", "why"),
    [
        ("2026-06-22", 13, "2026-07-06", "the 5th of July is a Sunday"),
        ("2026-06-21", 13, "2026-07-06", "the 4th of July is a Saturday"),
        ("2026-12-12", 13, "2026-12-28", "Christmas is a Friday: the weekend follows"),
        ("2026-01-30", 13, "2026-02-13", "Lincoln Day is a legal holiday, although the office works"),
        ("2026-06-22", 10, "2026-07-02", "an ordinary Thursday stays"),
    ],
)
def test_a_last_day_on_a_holiday_or_a_saturday_rolls_on(begins: str, count: int, last: str, why: str) -> None:
    assert last_day_to_act(date.fromisoformat(begins), count, district()) == date.fromisoformat(last), why


def test_a_day_on_which_a_notice_takes_effect_does_not_roll() -> None:
    assert first_day_after(Duration.parse("10 days"), date(2026, 6, 24), district()) == date(2026, 7, 4)


@given(days, st.integers(1, 90))
def test_rolling_on_is_never_earlier_and_ends_on_a_working_day(day: date, count: int) -> None:
    last = last_day_to_act(day, count, district())
    assert last >= days_later(day, count)
    assert district().is_business_day(last)
    assert not is_holiday(last, district())


# -- CNT-2


def test_sixty_full_days_end_with_the_61st_day_after_the_due_date() -> None:
    due = date(2026, 1, 5)
    assert full_days(due + timedelta(days=1), 60) == due + timedelta(days=61) == date(2026, 3, 7)


def test_a_month_is_a_calendar_month() -> None:
    assert months_later(date(2026, 1, 15), 1) == date(2026, 2, 15)
    assert months_later(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_later(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert months_later(date(2026, 12, 31), 12) == date(2027, 12, 31)


def test_a_week_is_seven_days_in_a_row() -> None:
    assert weeks_later(date(2026, 12, 28), 1) == date(2027, 1, 4)


@pytest.mark.parametrize("day", ["2026-03-07", "2026-03-08", "2026-10-31", "2026-11-01"])
def test_a_day_is_a_civil_day_on_the_days_when_clocks_change(day: str) -> None:
    begins = date.fromisoformat(day)
    assert days_later(begins, 1) == begins + timedelta(days=1)
    assert first_day_after(Duration.parse("2 full days"), begins, district()) == begins + timedelta(days=2)


# -- CNT-3 to CNT-6


@pytest.mark.parametrize("year", YEARS)
def test_the_districts_calendar_bars_every_state_holiday_that_falls_on_a_weekday(year: int) -> None:
    missing = sorted(
        day
        for day in state_holidays(year)
        if day.weekday() < 5 and day.year == year and not is_holiday(day, district())
    )
    assert missing == []


@pytest.mark.parametrize(
    ("falls", "is_observed"),
    [
        ("2023-01-01", "2023-01-02"),
        ("2023-02-12", "2023-02-13"),
        ("2024-03-31", "2024-04-01"),
        ("2027-07-04", "2027-07-05"),
        ("2023-11-11", "2023-11-10"),
        ("2026-07-04", "2026-07-04"),  # on a Saturday only Veterans Day moves
        ("2027-06-19", "2027-06-19"),
        ("2027-04-24", "2027-04-24"),
    ],
)
def test_holidays_move_as_the_government_code_says(falls: str, is_observed: str) -> None:
    assert observed(date.fromisoformat(falls)) == date.fromisoformat(is_observed)


def test_april_24_and_juneteenth_on_a_sunday_do_not_move() -> None:
    assert observed(date(2033, 4, 24)) == date(2033, 4, 24)
    assert observed(date(2033, 6, 19)) == date(2033, 6, 19)


@pytest.mark.parametrize(("year", "day"), [(2023, "2023-04-07"), (2024, "2024-03-29"), (2026, "2026-04-03")])
def test_good_friday_is_two_days_before_easter(year: int, day: str) -> None:
    assert good_friday(year) == date.fromisoformat(day)


def test_floating_holidays_are_found_by_their_weekday() -> None:
    assert nth_weekday(2026, 9, 4, 4) == date(2026, 9, 25)  # Native American Day
    assert last_weekday(2026, 5, 0) == date(2026, 5, 25)  # Memorial Day


def test_a_special_day_binds_by_the_resolution_that_adopted_it() -> None:
    assert resolution_for(date(2026, 12, 25), district()) == "2022-41"
    assert resolution_for(date(2027, 10, 29), district()) == "2025-37"  # Diwali, adopted later
    assert resolution_for(date(2026, 12, 24), district()) is None


# -- CNT-8


def test_a_federal_period_that_ends_on_a_weekend_or_a_holiday_rolls_on() -> None:
    assert federal_last_day(date(2026, 6, 14), 20) == date(2026, 7, 6)  # Independence Day, a Saturday
    assert federal_last_day(date(2026, 1, 5), 180) == date(2026, 7, 6)
    assert federal_last_day(date(2026, 1, 12), 30) == date(2026, 2, 11)


# -- CNT-9


def test_a_legal_holiday_with_the_office_open_is_a_business_day_but_no_shut_off_day() -> None:
    assert business_days_later(date(2026, 2, 11), 1, district()) == date(2026, 2, 12)  # Lincoln Day
    assert first_shut_off_day(date(2026, 2, 12), district()) == date(2026, 2, 13)


def test_a_closed_office_makes_no_business_day() -> None:
    assert business_days_later(date(2026, 11, 25), 1, district()) == date(
        2026, 11, 30
    )  # Thanksgiving and the day after


def test_fifteen_days_outlast_seven_business_days_in_ordinary_weeks() -> None:
    mailed = date(2026, 2, 2)
    assert business_days_later(mailed, 7, district()) == date(2026, 2, 11) < days_later(mailed, 15)


def test_in_a_long_run_of_closed_days_seven_business_days_outlast_the_fifteen() -> None:
    shut = closed("2026-12-21", "2026-12-22", "2026-12-23", "2026-12-24", "2026-12-28", "2026-12-29", "2026-12-30")
    mailed = date(2026, 12, 17)
    assert days_later(mailed, 15) == date(2027, 1, 1)
    assert business_days_later(mailed, 7, shut) == date(2027, 1, 8) > days_later(mailed, 15)


@given(days, st.integers(1, 30))
def test_business_days_are_counted_one_by_one(day: date, count: int) -> None:
    counted, found = day, 0
    while found < count:
        counted += timedelta(days=1)
        found += district().is_business_day(counted)
    assert business_days_later(day, count, district()) == counted


# -- all together


@pytest.mark.parametrize(
    ("span", "first"),
    [
        ("15 days", "2026-02-17"),
        ("60 full days", "2026-04-03"),
        ("7 business days", "2026-02-11"),
        ("2 weeks", "2026-02-16"),
        ("1 month", "2026-03-02"),
        ("1 year", "2027-02-02"),
        ("48 hours", "2026-02-05"),
    ],
)
def test_each_unit_of_a_law_is_counted_by_its_own_rule(span: str, first: str) -> None:
    assert first_day_after(Duration.parse(span), date(2026, 2, 2), district()) == date.fromisoformat(first)


def test_a_law_does_not_count_business_hours() -> None:
    with pytest.raises(ValueError, match="not business hours"):
        first_day_after(Duration.parse("4 business hours"), date(2026, 2, 2), district())
