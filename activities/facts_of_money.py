"""What an account owed and paid, for facts: credits pay the oldest debt first (design.md, Said precisely 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from store.ledger import LedgerLine
from store.tables.utility import Bill, Payment

TWO_YEARS = timedelta(days=730)
THREE_YEARS = timedelta(days=3 * 365 + 1)
NINETY_DAYS = timedelta(days=90)
FIVE_YEARS = timedelta(days=5 * 365 + 1)
ADJUSTMENT = "adjustment:"  #: how the rule of such a posting begins


@dataclass(frozen=True, kw_only=True)
class Debt:
    """Something charged to the account, and how far it is paid."""

    entry: str
    due: date
    amount_usd: Decimal
    open_usd: Decimal
    paid_on: date | None  #: when the last cent of it was paid


def debts(lines: Sequence[LedgerLine], due: Mapping[str, date]) -> list[Debt]:
    """What was charged, oldest first; `due` gives the due dates of bills, all else is due at once."""
    charges = [line for line in lines if not _is_credit(line)]
    payments = _usable(lines)
    result = []
    left, day = Decimal(0), None
    for charge in charges:
        open_usd = charge.amount_usd
        while open_usd > 0 and (left > 0 or payments):
            if left <= 0:
                left, day = payments.pop(0)
            paid = min(left, open_usd)
            left, open_usd = left - paid, open_usd - paid
        result.append(
            Debt(
                entry=charge.entry_id,
                due=due.get(charge.entry_id, charge.posted_on),
                amount_usd=charge.amount_usd,
                open_usd=open_usd,
                paid_on=day if open_usd == 0 else None,
            )
        )
    return result


def _usable(lines: Sequence[LedgerLine]) -> list[tuple[Decimal, date]]:
    """The credits in order, without those that the bank took back: such a payment never paid anything."""
    returned = {line.entry_id.removeprefix("reversal:") for line in lines if line.entry_id.startswith("reversal:")}
    return [
        (-line.amount_usd, line.posted_on)
        for line in lines
        if line.amount_usd < 0 and line.entry_id.removeprefix("payment:") not in returned
    ]


def _is_credit(line: LedgerLine) -> bool:
    return line.amount_usd < 0 or line.entry_id.startswith("reversal:")


def past_due_usd(debts: Sequence[Debt], today: date) -> Decimal:
    """What is unpaid and was due before today."""
    return sum((debt.open_usd for debt in debts if debt.due < today), Decimal(0))


def worst_delinquency_days(debts: Sequence[Debt], today: date) -> int:
    """The longest time in days by which a debt of the last 24 months was paid late, or is late now."""
    late = [((debt.paid_on or today) - debt.due).days for debt in debts if debt.due >= today - TWO_YEARS]
    return max((days for days in late if days > 0), default=0)


def paid_percent(debts: Sequence[Debt], bill: Bill | None) -> str | None:
    """How much of the bill is paid, in percent; None when it was never charged."""
    debt = next((debt for debt in debts if bill is not None and debt.entry == f"bill:{bill.id}"), None)
    if debt is None or not debt.amount_usd:
        return None
    percent = (debt.amount_usd - debt.open_usd) * 100 / debt.amount_usd
    return f"{percent.quantize(Decimal('0.01'), ROUND_HALF_UP):f}"


def paid_usd(session: Session, account: str, on: date) -> Decimal:
    """What was received on a day and has not been taken back."""
    query = select(func.coalesce(func.sum(col(Payment.amount_usd)), Decimal(0))).where(
        col(Payment.account_id) == account, col(Payment.received) == on, col(Payment.reversed_on).is_(None)
    )
    paid: Decimal = session.execute(query).scalar_one()
    return paid


def total_usd(amounts: Iterable[str]) -> Decimal:
    """The sum of amounts as cases hold them."""
    return sum((Decimal(amount) for amount in amounts), Decimal(0))


def adjustments(lines: Sequence[LedgerLine], today: date) -> list[dict[str, Any]]:
    """The adjustments of five years, newest first."""
    return [
        {
            "on": line.posted_on.isoformat(),
            "amount": f"{-line.amount_usd:.2f}",
            "reason": line.rule.removeprefix(ADJUSTMENT),
            "case": line.case_id or "",
        }
        for line in reversed(lines)
        if line.rule.startswith(ADJUSTMENT) and line.posted_on >= today - FIVE_YEARS
    ]


def late_adjustments(lines: Sequence[LedgerLine], today: date) -> int:
    """How many adjustments there were in the last 90 days."""
    return sum(1 for line in lines if line.rule.startswith(ADJUSTMENT) and line.posted_on >= today - NINETY_DAYS)


def leak_adjustments(lines: Sequence[LedgerLine], today: date) -> int:
    """How many leak adjustments there were in the last 36 months."""
    return sum(1 for line in lines if line.rule == f"{ADJUSTMENT}leak" and line.posted_on >= today - THREE_YEARS)
