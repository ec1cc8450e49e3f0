"""Meter tests and rereads: how far a meter is off, and what was billed too much.

Sources: domain/practice.md, section 2. The limits are settings of the district (`meter-fast-limit` and so on)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal

from definitions.catalogue.tariff import Tariff
from definitions.catalogue.usage import Period, mean
from definitions.catalogue.working import Working, number, to_cents

HUNDRED: Final = Decimal(100)

#: What each of the three flows (minimum, about 10 % and about 50 % of the maximum) weighs in the result.
WEIGHTS: Final = (Decimal(15), Decimal(70), Decimal(15))

Verdict = Literal["fast", "slow", "accurate"]


def accuracy_percent(low: Decimal, middle: Decimal, high: Decimal, weights: Sequence[Decimal] = WEIGHTS) -> Decimal:
    """What the meter registers of 100 true, from the three flows by their weights, to a hundredth of a percent."""
    total = sum(weights, Decimal(0))
    weighted = sum((each * weight for each, weight in zip((low, middle, high), weights, strict=True)), Decimal(0))
    return (weighted / total).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def verdict(accuracy: Decimal, *, fast_limit: Decimal, slow_limit: Decimal) -> Verdict:
    """Whether the meter is fast or slow by more than the limits, in percent."""
    if accuracy - HUNDRED > fast_limit:
        return "fast"
    return "slow" if HUNDRED - accuracy > slow_limit else "accurate"


def over_registered(use_ccf: Decimal, accuracy: Decimal) -> Decimal:
    """What a meter registered too much: billed use × (1 − 100/104) for one that shows 104 at 100 true; unrounded."""
    return use_ccf * (accuracy - HUNDRED) / accuracy


def refund_usd(*, accuracy: Decimal, bills: Sequence[Period], tariff: Tariff, working: Working) -> Decimal:
    """What the bills charged too much because the meter was fast; zero for a meter that is not."""
    working.percent("The meter registers, at 100 % true", accuracy)
    if accuracy <= HUNDRED:
        return working.money("Refund", Decimal("0.00"))
    share = over_registered(HUNDRED, accuracy)
    working.percent(f"Billed too much: 1 − 100/{number(accuracy)}", share)
    total = Decimal(0)
    for bill in sorted(bills, key=lambda each: each.end):
        over = over_registered(bill.use_ccf, accuracy)
        usd = to_cents(tariff.charge_usd(bill.use_ccf) - tariff.charge_usd(bill.use_ccf - over))
        working.money(
            f"Bill to {bill.end:%B} {bill.end.day}, {bill.end.year}: {number(over)} of {number(bill.use_ccf)} ccf", usd
        )
        total += usd
    return working.money("Refund", total)


def back_bill_usd(
    *, accuracy: Decimal, above_percent: Decimal, bills: Sequence[Period], tariff: Tariff, working: Working
) -> Decimal:
    """What the bills charged too little because the meter was slow by more than the limit, in percent; else zero."""
    working.percent("The meter registers, at 100 % true", accuracy)
    if HUNDRED - accuracy <= above_percent or accuracy <= 0:
        working.percent("Billed for only when it is slow by more than", above_percent)
        return working.money("To be billed", Decimal("0.00"))
    total = Decimal(0)
    for bill in sorted(bills, key=lambda each: each.end):
        true = bill.use_ccf * HUNDRED / accuracy
        usd = to_cents(tariff.charge_usd(true) - tariff.charge_usd(bill.use_ccf))
        day = f"{bill.end:%B} {bill.end.day}, {bill.end.year}"
        working.money(f"Bill to {day}: {number(true)} instead of {number(bill.use_ccf)} ccf", usd)
        total += usd
    return working.money("To be billed", total)


def estimate_usd(
    *, bill: Period, like: Sequence[Period], neighbours_ccf: Decimal | None, tariff: Tariff, working: Working
) -> Decimal:
    """What is billed for a period in which the meter stood: a day's use as it was, or the neighbours' use, less what is billed.

    Zero when neither is known, or when the period was billed at as much already."""
    working.water("Registered and billed", bill.use_ccf)
    if like:
        daily = mean([each.use_ccf / each.days for each in like])
        for each in like:
            working.water(f"Use {each.start:%B} {each.start.day}, {each.start.year} to {_day(each.end)}", each.use_ccf)
        estimate = working.water(f"At the same use a day, for {bill.days} days", _tenth(daily * bill.days))
    elif neighbours_ccf is not None:
        estimate = working.water("Half of the neighbours of this class used less than", neighbours_ccf)
    else:
        working.note("Estimate", "there is no earlier use to compare with")
        return working.money("To be billed", Decimal("0.00"))
    if estimate <= bill.use_ccf:
        return working.money("To be billed", Decimal("0.00"))
    working.money(f"Water charge for {number(estimate)} ccf", to_cents(tariff.charge_usd(estimate)))
    working.money(f"Water charge for {number(bill.use_ccf)} ccf", to_cents(tariff.charge_usd(bill.use_ccf)))
    return working.money("To be billed", to_cents(tariff.charge_usd(estimate) - tariff.charge_usd(bill.use_ccf)))


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _tenth(ccf: Decimal) -> Decimal:
    return ccf.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def allowed(history: Sequence[Period], bill: Period, *, months: int, today: date) -> list[Period]:
    """The bill in question and the others that ended within so many months."""
    years, month = divmod(today.month - 1 - months, 12)
    first = date(today.year + years, month + 1, min(today.day, 28))
    found = {each.id: each for each in history if each.end >= first}
    return list((found | {bill.id: bill}).values())


def reread_usd(*, bill: Period, billed_read: Decimal, read: Decimal, tariff: Tariff, working: Working) -> Decimal:
    """What was billed too much because the register shows less than was billed up to; at most the bill's water charge."""
    working.water("Read that was billed", billed_read)
    working.water("Read that the crew found", read)
    over = working.water("Billed too much", min(max(billed_read - read, Decimal(0)), bill.use_ccf))
    right = bill.use_ccf - over
    working.money(f"Water charge for {number(bill.use_ccf)} ccf", to_cents(tariff.charge_usd(bill.use_ccf)))
    working.money(f"Water charge for {number(right)} ccf", to_cents(tariff.charge_usd(right)))
    return working.money("Credit", to_cents(tariff.charge_usd(bill.use_ccf) - tariff.charge_usd(right)))


def setting(settings: Mapping[str, Any], name: str, otherwise: str) -> Decimal:
    """A number of the district's settings."""
    return Decimal(str(settings.get(name, otherwise)))
