"""Which payment cures which debt: oldest first, never more than was paid, whatever comes in whatever order."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from store.allocation import (
    Charge,
    Credit,
    Movement,
    aging,
    allocate,
    paid_late_on,
    past_due_usd,
    told_apart,
    unpaid_since,
)

JANUARY = date(2026, 1, 1)
AMOUNTS = st.decimals("0.01", "999.99", places=2)
DAYS = st.integers(0, 200).map(lambda count: JANUARY + timedelta(days=count))
CHARGES = st.lists(st.builds(lambda on, usd: Charge(entry="c", due=on, amount_usd=usd), DAYS, AMOUNTS), max_size=8)
CREDITS = st.lists(st.builds(lambda on, usd: Credit(entry="p", on=on, amount_usd=usd), DAYS, AMOUNTS), max_size=8)


def usd(text: str) -> Decimal:
    return Decimal(text)


@given(CHARGES, CREDITS)
def test_an_allocation_never_exceeds_what_was_paid_nor_what_was_charged(
    charges: list[Charge], paid: list[Credit]
) -> None:
    debts = allocate(charges, paid)
    given_usd = sum((part.amount_usd for debt in debts for part in debt.parts), Decimal(0))
    owed, had = sum(each.amount_usd for each in charges), sum(each.amount_usd for each in paid)
    assert given_usd == min(owed, had)
    for debt in debts:
        assert 0 <= debt.open_usd <= debt.amount_usd
        assert debt.amount_usd == debt.open_usd + sum(part.amount_usd for part in debt.parts)
        assert (debt.paid_on is not None) == (debt.open_usd == 0)


@given(CHARGES, CREDITS)
def test_no_debt_gets_anything_before_the_one_in_front_of_it_is_paid(charges: list[Charge], paid: list[Credit]) -> None:
    debts = allocate(charges, paid)
    for before, after in pairwise(debts):
        assert before.open_usd == 0 or not after.parts


@given(CHARGES, CREDITS, AMOUNTS)
def test_more_money_never_makes_the_oldest_debt_older(charges: list[Charge], paid: list[Credit], more: Decimal) -> None:
    on, queue = JANUARY + timedelta(days=100), sorted(charges, key=lambda each: each.due)
    before = unpaid_since(allocate(queue, paid), on)
    after = unpaid_since(allocate(queue, [*paid, Credit(entry="more", on=on, amount_usd=more)]), on)
    assert after is None or (before is not None and after >= before)


@given(CHARGES, CREDITS, DAYS)
def test_the_ages_of_what_is_owed_come_to_what_is_owed(charges: list[Charge], paid: list[Credit], on: date) -> None:
    debts = allocate(charges, paid)
    ages = aging(debts, on)
    assert ages.total_usd == sum((debt.open_usd for debt in debts), Decimal(0))
    assert sum(ages.past_due_usd, Decimal(0)) == past_due_usd(debts, on)


def test_a_partial_payment_cures_the_oldest_debt_first() -> None:
    bills = [Charge(entry=f"b{n}", due=JANUARY + timedelta(days=60 * n), amount_usd=usd("80.00")) for n in range(3)]
    debts = allocate(bills, [Credit(entry="p", on=JANUARY, amount_usd=usd("100.00"))])
    assert [debt.open_usd for debt in debts] == [usd("0.00"), usd("60.00"), usd("80.00")]
    assert unpaid_since(debts, JANUARY + timedelta(days=90)) == JANUARY + timedelta(days=61)
    assert aging(debts, JANUARY + timedelta(days=90)).past_due_usd == (usd("60.00"), 0, 0, 0)


def test_a_debt_is_past_due_on_the_day_after_its_due_date_and_not_on_it() -> None:
    debts = allocate([Charge(entry="b", due=JANUARY, amount_usd=usd("5.00"))], [])
    assert unpaid_since(debts, JANUARY) is None
    assert unpaid_since(debts, JANUARY + timedelta(days=1)) == JANUARY + timedelta(days=1)
    ages = [aging(debts, JANUARY + timedelta(days=days)).past_due_usd for days in (1, 30, 31, 60, 61, 91)]
    assert [each.index(usd("5.00")) for each in ages] == [0, 0, 1, 1, 2, 3]


def test_a_returned_payment_never_paid_anything() -> None:
    lines = [
        Movement(entry="bill:1", on=JANUARY, amount_usd=usd("80.00")),
        Movement(entry="payment:1", on=JANUARY + timedelta(days=20), amount_usd=usd("-80.00")),
        Movement(entry="reversal:1", on=JANUARY + timedelta(days=40), amount_usd=usd("80.00")),
    ]
    due = {"bill:1": JANUARY + timedelta(days=25)}
    on = JANUARY + timedelta(days=30)
    assert unpaid_since(allocate(*told_apart(lines[:2], due)), on) is None
    assert unpaid_since(allocate(*told_apart(lines, due)), JANUARY + timedelta(days=41)) == JANUARY + timedelta(days=26)


def test_a_reversal_whose_payment_is_not_in_sight_is_a_charge_of_its_day() -> None:
    charges, paid = told_apart([Movement(entry="reversal:1", on=JANUARY, amount_usd=usd("80.00"))], {})
    assert [(each.due, each.amount_usd) for each in charges] == [(JANUARY, usd("80.00"))]
    assert paid == []


def test_the_last_late_payment_is_remembered() -> None:
    bills = [Charge(entry=f"b{n}", due=JANUARY + timedelta(days=60 * n), amount_usd=usd("80.00")) for n in range(3)]
    late = Credit(entry="p1", on=JANUARY + timedelta(days=3), amount_usd=usd("80.00"))
    early = Credit(entry="p2", on=JANUARY + timedelta(days=60), amount_usd=usd("80.00"))
    debts = allocate(bills, [late, early])
    assert paid_late_on(debts, JANUARY + timedelta(days=100)) == late.on
    assert paid_late_on(debts, JANUARY + timedelta(days=121)) == JANUARY + timedelta(days=121)
