"""A read that nobody could take, estimated from what was used before.

Source: domain/practice.md, section 2 (estimate from prior use or like customers; until it can be read, then the true use).
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from definitions.catalogue.actions import CannotCompute, Context
from definitions.catalogue.usage import Period, mean, periods, preceding, same_period
from definitions.catalogue.working import Working
from definitions.language.quantity import plain
from definitions.language.sentences import say


def estimate_read(context: Context) -> str | None:
    """The register today in whole ccf, rounded down, as its earlier use lets one expect; None with nothing to go by."""
    found = _estimate(context, Working())
    return plain(found) if found is not None else None


def show_estimated_read(context: Context) -> list[str]:
    """The working of the same computation."""
    working = Working()
    _estimate(context, working)
    return working.lines


def _estimate(context: Context, working: Working) -> Decimal | None:
    last, on = context.facts.get("last_read"), context.facts.get("last_read_on")
    if last is None or on is None:
        return None
    read, begin = _ccf(last), date.fromisoformat(str(on)[:10])
    days = (context.today - begin).days
    working.water(f"Last read, {begin:%B} {begin.day}, {begin.year}", read)
    daily = _daily(context, working)
    if daily is None or days < 0:
        return None
    used = working.water(f"Estimate for {days} days", (daily * days).quantize(Decimal(1), ROUND_FLOOR))
    return working.water("Estimated read", read + used)


def _daily(context: Context, working: Working) -> Decimal | None:
    """The use of a day: last year's at this time, else of the three periods before, else the neighbours'."""
    history = periods(context.facts.get("bill_history"))
    now = Period(id="", start=context.today, end=context.today, days=1, use_ccf=Decimal(0), amount_usd=Decimal(0))
    if (same := same_period(history, now, 1)) is not None:
        working.water(f"Same period last year, {same.days} days", same.use_ccf)
        return same.use_ccf / same.days
    if before := preceding(history, now, 3):
        days = sum(each.days for each in before)
        working.water(f"Average of these periods, {days // len(before)} days", mean([each.use_ccf for each in before]))
        return sum((each.use_ccf for each in before), Decimal(0)) / days
    neighbours = context.facts.get("neighbours_median_use")
    if neighbours is None or not history:
        return None
    working.water("Half of the neighbours of this class used less than", _ccf(neighbours))
    return _ccf(neighbours) / history[0].days


def _ccf(written: Any) -> Decimal:
    try:
        return Decimal(str(written))
    except InvalidOperation:
        raise CannotCompute(say("the last read is not known")) from None
