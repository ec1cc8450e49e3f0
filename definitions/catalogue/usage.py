"""Billed use over the years: which period compares with which, and what was usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from definitions.catalogue.actions import CannotCompute
from definitions.language.sentences import say

NEAR = timedelta(
    days=46
)  #: how far apart in the year two periods may end and still be the same one (half of a quarter)


@dataclass(frozen=True, kw_only=True)
class Period:
    """What was billed for one period."""

    id: str
    start: date
    end: date
    days: int
    use_ccf: Decimal
    amount_usd: Decimal


def period(bill: Mapping[str, Any]) -> Period:
    """The period of a bill as a case or a fact holds it; raises CannotCompute when it is not whole."""
    missing = [name for name in ("id", "period_start", "period_end", "days", "use", "amount") if not bill.get(name)]
    if missing:
        raise CannotCompute(say("the bill has no %(missing)s", missing=missing[0]))
    return Period(
        id=str(bill["id"]),
        start=date.fromisoformat(bill["period_start"]),
        end=date.fromisoformat(bill["period_end"]),
        days=int(bill["days"]),
        use_ccf=Decimal(str(bill["use"])),
        amount_usd=Decimal(str(bill["amount"])),
    )


def periods(history: Sequence[Mapping[str, Any]] | None) -> list[Period]:
    """The periods of a history, newest first."""
    return sorted((period(bill) for bill in history or ()), key=lambda each: each.end, reverse=True)


def same_period(history: Sequence[Period], of: Period, years: int) -> Period | None:
    """The period that ended at the same time of the year so many years before, or None when there is none near it."""
    there = _years_before(of.end, years)
    near = [each for each in history if abs(each.end - there) <= NEAR and each.end < of.end]
    return min(near, key=lambda each: abs(each.end - there), default=None)


def preceding(history: Sequence[Period], of: Period, number: int) -> list[Period]:
    """The periods just before, newest first, at most so many."""
    return [each for each in history if each.end < of.end][:number]


def following(history: Sequence[Period], of: Period) -> list[Period]:
    """The periods after it, newest first."""
    return [each for each in history if each.end > of.end]


def mean(values: Sequence[Decimal]) -> Decimal:
    """The arithmetic mean; raises ZeroDivisionError for none."""
    return sum(values, Decimal(0)) / Decimal(len(values))


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
