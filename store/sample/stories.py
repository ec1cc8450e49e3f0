"""What happens at some of the sample's accounts, so that a consumption plot tells a story and a complaint has a reason.

A story bends the water that really flows (`flow`), what the register shows of it (`registered`), or what the reader wrote
down at one read (`misread`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

PERIODS = 18  #: three years of two months

COUNTS = {
    "leak": 14,  #: runs now: the last bill is high
    "leak-repaired": 42,
    "misread": 10,  #: the last read was wrong: a reread shows it
    "misread-past": 24,
    "stuck-meter": 14,  #: the register stands still
    "meter-replaced": 18,  #: it stood still, then a new meter came
    "vacant": 36,
    "pool-fill": 44,
    "more-use": 14,  #: guests, a new lawn: the meter is right and the bill is high
    "fast-meter": 6,  #: registers 6 % too much since the meter was set
}
"""How many residential accounts have each story, of about 1,600; spikes come at the rate of the real bills, 1 in 90."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """What happens at one account. Periods count from 0, the oldest, to PERIODS - 1, the one just billed."""

    kind: str
    extra_ccf: dict[int, float] = field(default_factory=dict)  #: more water that flows, by period
    factor: dict[int, float] = field(default_factory=dict)  #: of the usual flow, by period
    dead_periods: frozenset[int] = frozenset()  #: the register stands still
    replaced_in: int | None = None  #: period in which a new meter was set
    fast: float = 1.0  #: what the register shows of what flows
    misread: dict[int, int] = field(default_factory=dict)  #: ccf too much at the read that ends the period


def story(kind: str, months: tuple[int, ...], random: Random) -> Story:
    """A story of this kind; `months` says in which month each period ends."""
    last = PERIODS - 1
    if kind == "leak":
        extra = random.uniform(45, 130)
        return Story(kind=kind, extra_ccf={last - 1: extra * random.choice((0, 0.35)), last: extra})
    if kind == "leak-repaired":
        start, length = random.randrange(2, last - 3), random.choice((1, 1, 2, 3))
        extra = random.uniform(30, 110)
        return Story(
            kind=kind,
            extra_ccf={start + n: extra * (1.3**n) * (0.5 if n == length - 1 else 1) for n in range(length)},
        )
    if kind == "misread":
        return Story(kind=kind, misread={last: random.choice((60, 70, 80, 100))})
    if kind == "misread-past":
        return Story(kind=kind, misread={random.randrange(2, last - 2): random.choice((60, 80, 90, 100))})
    if kind == "stuck-meter":
        return Story(kind=kind, dead_periods=frozenset(range(last - random.randrange(1, 5), PERIODS)))
    if kind == "meter-replaced":
        start = random.randrange(3, 7)
        end = start + random.randrange(2, 4)
        return Story(kind=kind, dead_periods=frozenset(range(start, end)), replaced_in=end)
    if kind == "vacant":
        start = random.randrange(1, last - 2)
        length = random.randrange(3, 9)
        return Story(kind=kind, factor=dict.fromkeys(range(start, min(start + length, PERIODS)), 0.01))
    if kind == "pool-fill":
        summer = [period for period, month in enumerate(months) if month in (5, 6, 7)]
        return Story(kind=kind, extra_ccf={random.choice(summer): random.uniform(24, 42)})
    if kind == "more-use":
        return Story(kind=kind, factor={last: random.uniform(2.1, 2.8)})
    if kind == "fast-meter":
        return Story(kind=kind, fast=1.06)
    return Story(kind="usual")
