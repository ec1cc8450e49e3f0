"""Whether a read that a crew takes at the meter is plausible beside the meter's reads so far.

A doubtful read is not a wrong one: it is confirmed by a second look. Source: domain/practice.md, section 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Final, Literal

from definitions.catalogue.reads import Limits, Reading, daily_a_year_before
from definitions.language.model import DataField

NEW_METERS: Final = ("first_read", "new_read")  #: reads of a meter that is being set: none before it

Doubt = Literal["below", "above"]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Between what a meter's next read should lie, in ccf."""

    last_ccf: Decimal
    last_on: date
    most_ccf: (
        Decimal | None
    )  #: above it, the use since is far above what is usual here; None where nothing is usual yet
    turn_ccf: Decimal  #: the register starts again at zero here


def is_register(name: str, field: DataField) -> bool:
    """Whether a field of an order is what the register of the meter on the spot shows: `read`, `lock_read`, in ccf."""
    named = name == "read" or (name.endswith("_read") and name not in NEW_METERS)
    return field.type == "quantity" and field.unit == "ccf" and named and not field.many


def expected(reads: Sequence[Reading], on: date, *, digits: int, limits: Limits) -> Expected | None:
    """What a meter with these reads, oldest first, and so many digits should show on a day; None without a read."""
    if not reads:
        return None
    last = reads[-1]
    daily = daily_a_year_before(reads, on)
    if daily is None:
        daily = _daily_throughout(reads)
    most = None
    if daily is not None:
        usual = daily * max((on - last.on).days, 1)
        most = (last.value_ccf + max(limits.multiple * usual, limits.least_ccf)).quantize(Decimal(1), ROUND_CEILING)
    return Expected(last_ccf=last.value_ccf, last_on=last.on, most_ccf=most, turn_ccf=Decimal(10) ** digits)


def doubt(value: Decimal, known: Expected) -> Doubt | None:
    """Why a read is doubtful: below the last read (unless the register has gone round), or far above usual use."""
    if value < known.last_ccf:
        gone_round = known.most_ccf is not None and value + known.turn_ccf <= known.most_ccf
        return None if gone_round else "below"
    return "above" if known.most_ccf is not None and value > known.most_ccf else None


def _daily_throughout(reads: Sequence[Reading]) -> Decimal | None:
    """The use of a day between the first and the last read; None when they do not say."""
    days, used = (reads[-1].on - reads[0].on).days, reads[-1].value_ccf - reads[0].value_ccf
    return used / days if days > 0 and used >= 0 else None
