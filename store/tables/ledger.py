"""The ledger: append-only and double entry. An entry's lines sum to zero; what is wrong is put right by another entry.

Triggers on both engines refuse every update, and every delete but that of an orphan's lines (a step that history does
not hold, replaced in one transaction by the step that took its place).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Moment, Usd

RECEIVABLE = "receivable"


class Posting(Row, table=True):
    """One line of an entry: a debit above zero, a credit below."""

    __tablename__ = "postings"

    entry_id: str = Field(
        primary_key=True
    )  #: `bill:…`, `payment:…`, `<case>.<step>.<n>`: an entry cannot be posted twice
    line: int = Field(primary_key=True)
    code: str = Field(index=True)  #: of the chart of accounts: `receivable`, `revenue-water`, `cash`, `adjustments`
    account_id: str | None = Field(default=None, foreign_key="accounts.id")  #: whose receivable
    amount_usd: Decimal = Field(sa_type=Usd)
    posted_on: date
    at: datetime = Field(sa_type=Moment)
    case_id: str | None = Field(default=None)
    step_no: int | None = None
    rule: str  #: why: a policy, a tariff, `billing`
    person: str  #: who: a user, `billing`, `import`
    memo: str = ""

    __table_args__ = (
        Index("ix_postings_step", "case_id", "step_no"),
        Index(
            "ix_postings_receivable",
            "account_id",
            "posted_on",
            "entry_id",
            **only_where("code = 'receivable'"),
        ),
    )
