"""What one payment paid: the debts that it cured, the oldest first, and what of it stays as a credit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlmodel import Session

from definitions.language.sentences import again
from store.allocation import allocate, told_apart
from store.ledger import balance_usd, bills_due, movements, statement
from store.tables.ledger import PAYMENT
from store.tables.utility import Payment


@dataclass(frozen=True, kw_only=True)
class Cured:
    """A debt, and what the payment gave to it."""

    entry: str
    what: str
    due: date
    amount_usd: Decimal


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A payment with what it paid, as the books stand now."""

    payment: Payment
    cured: tuple[Cured, ...]
    kept_usd: Decimal  #: what of it no debt has used yet
    balance_usd: Decimal  #: of the account


def receipt(session: Session, payment: Payment) -> Receipt:
    """The payment's receipt; one that the bank returned has paid nothing."""
    lines = statement(session, payment.account_id)
    said = {line.entry_id: again(line.memo, line.memo_said) for line in lines}
    debts = allocate(*told_apart(movements(lines), bills_due(session, payment.account_id)))
    cured = tuple(
        Cured(entry=debt.entry, what=said.get(debt.entry, ""), due=debt.due, amount_usd=part.amount_usd)
        for debt in debts
        for part in debt.parts
        if part.entry == f"{PAYMENT}{payment.id}"
    )
    used = sum((each.amount_usd for each in cured), Decimal("0.00"))
    kept = Decimal("0.00") if payment.reversed_on is not None else payment.amount_usd - used
    return Receipt(payment=payment, cured=cured, kept_usd=kept, balance_usd=balance_usd(session, payment.account_id))
