"""Which payment cures which debt: a pure function, from which aging, delinquency and the account's good name follow.

Whatever comes in cures what stands first in line. For an account that is what was charged first; under a payment plan it
is what falls due first, instalments and current bills in one line (plans.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from store.tables.ledger import PAYMENT, REVERSAL

NOTHING: Final = Decimal("0.00")
BUCKETS: Final = (30, 60, 90)  #: days past due up to which a debt is counted in each; older ones come last


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """A line of an account's receivable: above zero it is charged, below zero it is credited."""

    entry: str
    on: date
    amount_usd: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Charge:
    """Something that the account is asked for."""

    entry: str
    due: date
    amount_usd: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Credit:
    """Something that pays."""

    entry: str
    on: date
    amount_usd: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Debt:
    """A charge, and how far it is paid."""

    entry: str
    due: date
    amount_usd: Decimal
    open_usd: Decimal
    paid_on: date | None  #: when the last cent of it was paid
    parts: tuple[Credit, ...] = ()  #: what each credit gave to it


@dataclass(frozen=True, kw_only=True, slots=True)
class Aging:
    """What is owed, by how long it has been due."""

    current_usd: Decimal
    past_due_usd: tuple[Decimal, ...]  #: up to 30, 60 and 90 days, and older

    @property
    def total_usd(self) -> Decimal:
        """All that is owed."""
        return self.current_usd + sum(self.past_due_usd, NOTHING)


def allocate(charges: Sequence[Charge], paid: Iterable[Credit]) -> list[Debt]:
    """The charges in their order, each cured by what was paid, in its order, until either is used up."""
    waiting = iter(paid)
    credit, left = None, NOTHING
    debts = []
    for charge in charges:
        open_usd, parts = charge.amount_usd, list[Credit]()
        while open_usd > 0:
            if left <= 0:
                credit = next(waiting, None)
                if credit is None:
                    break
                left = credit.amount_usd
                continue
            assert credit is not None
            given = min(left, open_usd)
            left, open_usd = left - given, open_usd - given
            parts.append(Credit(entry=credit.entry, on=credit.on, amount_usd=given))
        debts.append(
            Debt(
                entry=charge.entry,
                due=charge.due,
                amount_usd=charge.amount_usd,
                open_usd=open_usd,
                paid_on=parts[-1].on if parts and open_usd == 0 else None,
                parts=tuple(parts),
            )
        )
    return debts


def told_apart(movements: Sequence[Movement], due: Mapping[str, date]) -> tuple[list[Charge], list[Credit]]:
    """What was charged and what paid, in order; `due` gives the due dates of bills, all else is due when it is charged.

    A payment that the bank returned never paid anything: neither it nor its reversal is in either list, so that the
    debt is as old again as it was. A reversal whose payment is not among the movements is a charge of its day."""
    known = {each.entry.removeprefix(PAYMENT) for each in movements if each.entry.startswith(PAYMENT)}
    returned = {each.entry.removeprefix(REVERSAL) for each in movements if each.entry.startswith(REVERSAL)} & known
    charges, paid = [], []
    for each in movements:
        if each.entry.removeprefix(REVERSAL).removeprefix(PAYMENT) in returned:
            continue
        if each.amount_usd < 0:
            paid.append(Credit(entry=each.entry, on=each.on, amount_usd=-each.amount_usd))
        else:
            charges.append(Charge(entry=each.entry, due=due.get(each.entry, each.on), amount_usd=each.amount_usd))
    return charges, paid


def unpaid_since(debts: Iterable[Debt], on: date) -> date | None:
    """The day after the due date of the oldest debt that is not paid and was due before `on`, or None.

    Source: design.md, Said precisely 3 (delinquent since)."""
    days = [debt.due + timedelta(days=1) for debt in debts if debt.open_usd > 0 and debt.due < on]
    return min(days, default=None)


def past_due_usd(debts: Iterable[Debt], on: date) -> Decimal:
    """What is unpaid and was due before `on`."""
    return sum((debt.open_usd for debt in debts if debt.due < on), NOTHING)


def aging(debts: Iterable[Debt], on: date) -> Aging:
    """What is unpaid on a day, by the days since it was due."""
    current, late = NOTHING, [NOTHING] * (len(BUCKETS) + 1)
    for debt in debts:
        days = (on - debt.due).days
        if days <= 0:
            current += debt.open_usd
        else:
            late[sum(days > limit for limit in BUCKETS)] += debt.open_usd
    return Aging(current_usd=current, past_due_usd=tuple(late))


def paid_late_on(debts: Iterable[Debt], on: date) -> date | None:
    """The last day until `on` on which something was paid late, or was past due and unpaid; None if there was none."""
    days = [
        debt.paid_on if debt.paid_on is not None else on
        for debt in debts
        if debt.amount_usd > 0 and debt.due < (debt.paid_on or on)
    ]
    return max(days, default=None)
