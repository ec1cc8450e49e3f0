"""The read audit: what a meter's reads say before a bill leaves, beside the same time of the year before.

Source: domain/practice.md, section 2 (use above a multiple of the same period; zero use; a backwards read; estimated too long).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal

YEAR: Final = timedelta(days=365)
NEAR: Final = timedelta(days=46)  #: how far from a year before a read may be and still be of the same period

Finding = Literal["fine", "high", "zero-use", "backwards", "estimated"]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One read of a meter."""

    on: date
    value_ccf: Decimal
    kind: str  #: actual, estimated, field or customer


@dataclass(frozen=True, kw_only=True)
class Limits:
    """From when on a read is looked at; each district states its own."""

    multiple: Decimal = Decimal(3)  #: of a day's use in the same period of the year before
    least_ccf: Decimal = Decimal(10)  #: of use in the period; less is never high
    estimates: int = 2  #: estimated reads in a row


@dataclass(frozen=True, kw_only=True)
class Audited:
    """The use up to a meter's last read, and what is to be thought of it."""

    on: date
    value_ccf: Decimal
    kind: str
    days: int  #: since the read before; 0 without one
    use_ccf: Decimal
    usual_ccf: Decimal | None  #: so many days of the same period of the year before
    times: Decimal | None  #: the use as a multiple of the usual
    finding: Finding


def limits(settings: Mapping[str, Any]) -> Limits:
    """The district's limits."""
    return Limits(
        multiple=Decimal(str(settings.get("high-use-multiple", "3"))),
        least_ccf=Decimal(str(settings.get("high-use-least", "10"))),
        estimates=int(settings.get("estimates-in-a-row", 2)),
    )


def audited(reads: Sequence[Reading], limits: Limits) -> Audited | None:
    """What the last of a meter's reads, oldest first, says; None without a read."""
    if not reads:
        return None
    last = reads[-1]
    before = reads[-2] if len(reads) > 1 else last
    days, use = (last.on - before.on).days, last.value_ccf - before.value_ccf
    daily = daily_a_year_before(reads, last.on)
    usual = None if daily is None else (daily * days).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    times = (use / usual).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP) if usual else None
    return Audited(
        on=last.on,
        value_ccf=last.value_ccf,
        kind=last.kind,
        days=days,
        use_ccf=use,
        usual_ccf=usual,
        times=times,
        finding=_finding(reads, days, use, usual, limits),
    )


def _finding(reads: Sequence[Reading], days: int, use: Decimal, usual: Decimal | None, limits: Limits) -> Finding:
    if use < 0:
        return "backwards"
    row = reads[-limits.estimates :]
    if len(row) == limits.estimates and all(each.kind == "estimated" for each in row):
        return "estimated"
    if days and use == 0 and (usual is None or usual > 0):  # an empty house uses nothing in the same period either
        return "zero-use"
    high = usual is not None and use > limits.multiple * usual and use >= limits.least_ccf
    return "high" if high else "fine"


def daily_a_year_before(reads: Sequence[Reading], last: date) -> Decimal | None:
    """In ccf, the use of a day between the read nearest to a year before and the one before that."""
    there = last - YEAR
    near = [number for number, each in enumerate(reads) if number and abs(each.on - there) <= NEAR]
    if not near:
        return None
    number = min(near, key=lambda each: abs(reads[each].on - there))
    days = (reads[number].on - reads[number - 1].on).days
    used = reads[number].value_ccf - reads[number - 1].value_ccf
    return used / days if days > 0 and used >= 0 else None
