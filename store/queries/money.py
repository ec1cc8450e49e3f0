"""Registers of money: deposits held, payments returned, the books by code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from store.tables.ledger import CHART, DEPOSITS, HELD_HERE, Posting
from store.tables.utility import Payment


@dataclass(frozen=True, kw_only=True)
class Held:
    """What is held for an account, and since when something has been posted for it."""

    account_id: str
    amount_usd: Decimal
    since: date


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A payment that came back."""

    payment_id: str
    account_id: str
    amount_usd: Decimal
    received: date
    returned_on: date
    reason: str | None
    method: str


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What the ledger holds on a code."""

    code: str
    title: str
    balance_usd: Decimal
    lines: int  #: postings that it is the sum of


def deposits_held(session: Session, *, after: str = "", limit: int = 200) -> list[Held]:
    """Security deposits by account number, from after one on."""
    query = (
        select(col(Posting.account_id), func.sum(col(Posting.amount_usd)), func.min(col(Posting.posted_on)))
        .where(col(Posting.code) == DEPOSITS, text(HELD_HERE), col(Posting.account_id) > after)
        .group_by(col(Posting.account_id))
        .having(func.sum(col(Posting.amount_usd)) < Decimal(0))
        .order_by(col(Posting.account_id))
        .limit(limit)
    )
    return [
        Held(account_id=str(account), amount_usd=-amount, since=since)
        for account, amount, since in session.execute(query)
    ]


def payments_returned(session: Session, start: date, end: date) -> list[Returned]:
    """The payments that came back from `start` to `end`, both included, in the order of their return."""
    query = (
        select(Payment)
        .where(col(Payment.reversed_on) >= start, col(Payment.reversed_on) <= end)
        .order_by(col(Payment.reversed_on), col(Payment.id))
    )
    return [
        Returned(
            payment_id=row.id,
            account_id=row.account_id,
            amount_usd=row.amount_usd,
            received=row.received,
            returned_on=row.reversed_on,
            reason=row.reverse_reason,
            method=row.method,
        )
        for row in session.execute(query).scalars()
        if row.reversed_on is not None
    ]


def books_by_code(session: Session, on: date) -> list[Balance]:
    """What the ledger holds on each code of the chart after all that was posted up to and with a day; reads one index."""
    query = (
        select(col(Posting.code), func.sum(col(Posting.amount_usd)), func.count())
        .where(col(Posting.posted_on) <= on)
        .group_by(col(Posting.code))
    )
    found = {str(code): (amount, lines) for code, amount, lines in session.execute(query)}
    nothing = (Decimal("0.00"), 0)
    return [
        Balance(code=code, title=title, balance_usd=amount, lines=lines)
        for code, title in CHART.items()
        for amount, lines in (found.get(code, nothing),)
    ]
