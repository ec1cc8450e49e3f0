"""What an account owed and paid, for facts: credits pay the oldest debt first (design.md, Said precisely 3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from store.allocation import Debt, aging, paid_late_on
from store.ledger import LedgerLine
from store.tables.ledger import PAYMENT, REVERSAL
from store.tables.utility import Bill, Payment

ONE_YEAR = timedelta(days=365)
TWO_YEARS = timedelta(days=730)
THREE_YEARS = timedelta(days=3 * 365 + 1)
NINETY_DAYS = timedelta(days=90)
FIVE_YEARS = timedelta(days=5 * 365 + 1)
ADJUSTMENT = "adjustment:"  #: how the rule of such a posting begins


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


def transactions(lines: Sequence[LedgerLine], today: date) -> list[dict[str, str]]:
    """The statement of 24 months, oldest first; a charge above zero, a credit below."""
    return [
        {
            "on": line.posted_on.isoformat(),
            "what": line.memo or line.rule,
            "amount": f"{line.amount_usd:.2f}",
            "balance": f"{line.balance_usd:.2f}",
        }
        for line in lines
        if line.posted_on >= today - TWO_YEARS
    ]


def late_adjustments(lines: Sequence[LedgerLine], today: date) -> int:
    """How many adjustments there were in the last 90 days."""
    return sum(1 for line in lines if line.rule.startswith(ADJUSTMENT) and line.posted_on >= today - NINETY_DAYS)


def leak_adjustments(lines: Sequence[LedgerLine], today: date) -> int:
    """How many leak adjustments there were in the last 36 months."""
    return sum(1 for line in lines if line.rule == f"{ADJUSTMENT}leak" and line.posted_on >= today - THREE_YEARS)


def months_without_late_payment(debts: Sequence[Debt], since: date, today: date) -> int:
    """Whole months since something was last paid late or stood past due; since the account began when nothing ever was."""
    start = paid_late_on(debts, today) or since
    months = (today.year - start.year) * 12 + today.month - start.month
    return max(months - (1 if today.day < start.day else 0), 0)


def usual_bill_usd(bills: Sequence[Bill], count: int = 6) -> str | None:
    """The average of the last bills, to the cent; None without any."""
    last = bills[:count]
    if not last:
        return None
    mean = sum((bill.amount_usd for bill in last), Decimal(0)) / len(last)
    return f"{mean.quantize(Decimal('0.01'), ROUND_HALF_UP):f}"


def by_age(debts: Sequence[Debt], today: date) -> list[str]:
    """What is owed: current, up to 30, 60 and 90 days past due, and older."""
    ages = aging(debts, today)
    return [f"{amount:.2f}" for amount in (ages.current_usd, *ages.past_due_usd)]


def returned(lines: Sequence[LedgerLine], payment: str | None, since: date = date.min) -> int:
    """How many payments but this one the bank has returned, from a day on."""
    own = f"{REVERSAL}{payment}"
    return sum(
        1 for line in lines if line.entry_id.startswith(REVERSAL) and line.entry_id != own and line.posted_on >= since
    )


def returned_unpaid_usd(lines: Sequence[LedgerLine], payment: str | None, case: str) -> str | None:
    """What is unpaid of a returned payment and what its case charged for it; None when nothing came back.

    What was paid from the day of its return on counts for it, whatever else is owed: the customer means to make it good."""
    back = next((line for line in lines if payment and line.entry_id == f"{REVERSAL}{payment}"), None)
    if back is None:
        return None
    returned_too = {line.entry_id.removeprefix(REVERSAL) for line in lines if line.entry_id.startswith(REVERSAL)}
    charged = sum(
        (line.amount_usd for line in lines if line.case_id == case and line.rule.startswith("fee:")), Decimal(0)
    )
    paid = -sum(
        (
            line.amount_usd
            for line in lines
            if line.amount_usd < 0
            and line.posted_on >= back.posted_on
            and line.entry_id.startswith(PAYMENT)
            and line.entry_id.removeprefix(PAYMENT) not in returned_too
        ),
        Decimal(0),
    )
    return f"{max(back.amount_usd + charged - paid, Decimal(0)):.2f}"
