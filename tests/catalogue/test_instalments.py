"""Instalments: equal parts, the last takes the cents, dates by calendar months with their month ends."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.catalogue.actions import CannotCompute
from definitions.catalogue.instalments import (
    equal_parts,
    instalments,
    month_on,
    monthly_parts,
    payable_on,
    plan_of,
)
from tests.shipped import shipped_library

CALENDAR = shipped_library().calendars["district"]
CENTS = st.decimals("1.00", "99999.99", places=2)
FIRST = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def usd(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def test_the_last_part_takes_the_cents() -> None:
    assert equal_parts(Decimal("100.00"), 3) == usd("33.33", "33.33", "33.34")
    assert equal_parts(Decimal("250.00"), 6) == usd(*["41.66"] * 5, "41.70")


def test_the_same_sum_each_month_until_it_is_paid() -> None:
    assert monthly_parts(Decimal("250.00"), Decimal("60.00")) == usd("60.00", "60.00", "60.00", "60.00", "10.00")
    assert monthly_parts(Decimal("240.00"), Decimal("60.00")) == usd(*["60.00"] * 4)


@given(CENTS, st.integers(1, 60), FIRST)
def test_the_parts_come_to_the_amount_and_differ_by_cents_only(amount: Decimal, parts: int, first: date) -> None:
    plan = instalments(CALENDAR, amount, first, parts=parts)
    assert sum(each.amount_usd for each in plan) == amount
    assert len(plan) == parts
    assert all(each.amount_usd == plan[0].amount_usd for each in plan[:-1])
    assert 0 <= plan[-1].amount_usd - plan[0].amount_usd < Decimal("0.01") * parts


@given(CENTS, CENTS, FIRST)
def test_a_monthly_sum_pays_it_off_and_the_last_part_is_never_more(amount: Decimal, each: Decimal, first: date) -> None:
    if amount / each > 60:
        with pytest.raises(CannotCompute, match="more than 60 parts"):
            instalments(CALENDAR, amount, first, each_usd=each)
        return
    plan = instalments(CALENDAR, amount, first, each_usd=each)
    assert sum(part.amount_usd for part in plan) == amount
    assert all(0 < part.amount_usd <= each for part in plan)


@given(CENTS, st.integers(1, 60), FIRST)
def test_every_part_is_due_when_the_office_is_open_in_its_own_order(amount: Decimal, parts: int, first: date) -> None:
    dues = [each.due for each in instalments(CALENDAR, amount, first, parts=parts)]
    assert dues == sorted(set(dues))
    assert all(CALENDAR.is_business_day(day) or not CALENDAR.covers(day) for day in dues)
    assert all(day.weekday() < 5 for day in dues)


def test_the_thirty_first_of_january_is_followed_by_the_ends_of_the_months() -> None:
    assert [month_on(date(2026, 1, 31), count) for count in range(5)] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
    ]
    assert month_on(date(2027, 12, 31), 2) == date(2028, 2, 29)


def test_a_part_that_falls_on_a_closed_day_is_due_on_the_next_business_day() -> None:
    assert payable_on(CALENDAR, date(2026, 2, 28)) == date(2026, 3, 2)  # a Saturday
    assert payable_on(CALENDAR, date(2026, 11, 26)) == date(2026, 11, 30)  # Thanksgiving and the day after it
    beyond = date(CALENDAR.last_year + 1, 1, 1)
    while beyond.weekday() < 5:
        beyond += timedelta(days=1)
    assert payable_on(CALENDAR, beyond).weekday() == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"amount": "0.00", "parts": 3, "first": "2026-01-31"}, "nothing to pay"),
        ({"amount": "10.00", "first": "2026-01-31"}, "either a number of parts or a monthly amount"),
        ({"amount": "10.00", "parts": 61, "first": "2026-01-31"}, "1 to 60 parts"),
        ({"amount": "0.02", "parts": 3, "first": "2026-01-31"}, "of a cent or more"),
        ({"amount": "ten", "parts": 3, "first": "2026-01-31"}, "not an amount of money"),
        ({"amount": "10.00", "parts": 3, "first": None}, "Invalid isoformat"),
    ],
)
def test_a_plan_that_cannot_be_says_why(arguments: dict[str, object], sentence: str) -> None:
    with pytest.raises(CannotCompute, match=sentence):
        plan_of(CALENDAR, arguments)
