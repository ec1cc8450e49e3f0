"""Accounts as a run goes through them, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, literal_column, select
from sqlmodel import Session, col

from store.tables.cases import CaseRow
from store.tables.imports import ImportRun
from store.tables.ledger import RECEIVABLE, Posting
from store.tables.runs import AccountRun
from store.tables.utility import Account


def next_accounts(session: Session, after: str | None, *, owing: bool, limit: int) -> list[str]:
    """The next accounts in the order of their numbers; `owing`: only those with a balance above zero."""
    if not owing:
        query = select(col(Account.id)).where(col(Account.id) > (after or "")).order_by(col(Account.id)).limit(limit)
        return list(session.execute(query).scalars())
    balances = (
        select(col(Posting.account_id))
        .where(literal_column(f"code = '{RECEIVABLE}'"), col(Posting.account_id) > (after or ""))
        .group_by(col(Posting.account_id))
        .having(func.sum(col(Posting.amount_usd)) > 0)
        .order_by(col(Posting.account_id))
        .limit(limit)
    )
    return [str(account) for account in session.execute(balances).scalars()]


def with_open_case(session: Session, accounts: Sequence[str], definitions: Sequence[str]) -> dict[str, str]:
    """Those of the accounts that have an open case of one of these types → the case."""
    query = select(col(CaseRow.account_id), col(CaseRow.id)).where(
        col(CaseRow.account_id).in_(accounts),
        col(CaseRow.definition).in_(definitions),
        col(CaseRow.status) == "open",
    )
    return {str(row[0]): row[1] for row in session.execute(query)}


def run_of(session: Session, name: str, day: date) -> AccountRun | None:
    """The run of this day, if it was begun."""
    return session.get(AccountRun, (name, day))


def payments_imported_since(session: Session, moment: datetime) -> bool:
    """Whether a file of payments was imported since."""
    query = select(col(ImportRun.id)).where(
        col(ImportRun.kind) == "payments", col(ImportRun.ended_at).is_not(None), col(ImportRun.ended_at) >= moment
    )
    return session.execute(query.limit(1)).first() is not None
