"""How the sample's customers pay: on time, late, in parts, two bills at once, after the notice, or no longer at all.

The shares follow what districts report (most pay within the due date, a few per cent see a door tag); nobody pays twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from store.tables.utility import Bill

HABITS = {"prompt": 76, "slow": 11, "forgetful": 6, "after-the-notice": 4, "in-parts": 3}
"""Of a hundred accounts; those who have stopped paying are chosen apart."""

CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Paid:
    """One payment: on which day, how much, and for which bill."""

    on: date
    amount_usd: Decimal
    bill: Bill
    part: str = ""  #: tells the payments for one bill apart


def habit(random: Random) -> str:
    """How an account pays."""
    return random.choices(tuple(HABITS), tuple(HABITS.values()))[0]


def payments(how: str, bills: Sequence[Bill], random: Random) -> Iterator[Paid]:
    """What an account of this habit pays for these bills, the oldest first; days in the future are left to the caller."""
    owed: list[Bill] = []
    for bill in bills:
        match how:
            case "slow":
                yield _whole(bill, random.randrange(27, 48))
            case "after-the-notice":
                yield _whole(bill, random.randrange(48, 86))
            case "in-parts":
                part = (bill.amount_usd * random.randrange(40, 70) / 100).quantize(CENT)
                yield Paid(on=bill.mailed + timedelta(days=random.randrange(15, 26)), amount_usd=part, bill=bill)
                rest = bill.mailed + timedelta(days=random.randrange(30, 55))
                yield Paid(on=rest, amount_usd=bill.amount_usd - part, bill=bill, part="-rest")
            case "forgetful" if random.random() < 0.15:
                owed.append(bill)
            case _:
                days = random.randrange(7, 24)
                yield from (_whole(each, days, bill) for each in (*owed, bill))
                owed.clear()


def _whole(bill: Bill, days: int, after: Bill | None = None) -> Paid:
    return Paid(on=(after or bill).mailed + timedelta(days=days), amount_usd=bill.amount_usd, bill=bill)
