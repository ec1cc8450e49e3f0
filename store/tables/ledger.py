"""The ledger: append-only and double entry. An entry's lines sum to zero; what is wrong is put right by another entry.

Triggers on both engines refuse every update, and every delete but that of an orphan's lines (a step that history does
not hold, replaced in one transaction by the step that took its place).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Moment, PlainJson, Usd

RECEIVABLE = "receivable"
DEPOSITS = "deposits"
PROJECT_DEPOSITS = "project-deposits"
REFUNDS_PAYABLE = "refunds-payable"
OF_ACCOUNTS = frozenset({RECEIVABLE, DEPOSITS, REFUNDS_PAYABLE})  #: codes kept for each account
OF_SOMEBODY_ELSE = frozenset({REFUNDS_PAYABLE})  #: of these, what may be owed to somebody without an account

CHART = {
    RECEIVABLE: "What accounts owe",
    "cash": "Money in the bank",
    "revenue-water": "Water billed",
    "fees": "Fees charged",
    "adjustments": "Credits given",
    "bad-debt": "Debts written off",
    "interest": "Interest paid on deposits",
    DEPOSITS: "Security deposits that customers have with the district",
    PROJECT_DEPOSITS: "Deposits for projects and meters on loan",
    REFUNDS_PAYABLE: "Refunds that are to be paid",
    "unclaimed-money": "Money that nobody has claimed",
}
HELD_HERE = "code IN ('deposits', 'refunds-payable')"
PAYMENT = "payment:"  #: how the entry of a payment begins
REVERSAL = "reversal:"  #: how the entry of a returned payment begins


class Posting(Row, table=True):
    """One line of an entry: a debit above zero, a credit below."""

    __tablename__ = "postings"

    entry_id: str = Field(
        primary_key=True
    )  #: `bill:…`, `payment:…`, `<case>.<step>.<n>`: an entry cannot be posted twice
    line: int = Field(primary_key=True)
    code: str  #: of the chart of accounts
    account_id: str | None = Field(
        default=None, foreign_key="accounts.id"
    )  #: whose, of the codes kept for each account
    amount_usd: Decimal = Field(sa_type=Usd)
    posted_on: date
    at: datetime = Field(sa_type=Moment)
    case_id: str | None = Field(default=None)
    step_no: int | None = None
    rule: str  #: why: a policy, a tariff, `billing`
    person: str  #: who: a user, `billing`, `import`
    memo: str = ""
    memo_said: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: it with its message and values

    __table_args__ = (
        Index("ix_postings_step", "case_id", "step_no"),
        Index(
            "ix_postings_receivable",
            "account_id",
            "posted_on",
            "entry_id",
            **only_where("code = 'receivable'"),
        ),
        Index("ix_postings_held", "account_id", "code", **only_where(HELD_HERE)),
        Index("ix_postings_books", "code", "posted_on", "amount_usd"),  # all that a balance is added up of
        Index("ix_postings_day", "posted_on", "at", "entry_id", "line"),
    )
