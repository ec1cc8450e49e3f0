"""What is agreed and what is to be paid out: payment plans with their instalments, refunds and the runs that issue them.

The money itself is in the ledger; these rows say what for, and how far it has come."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Moment, Usd


class Plan(Row, table=True):
    """A payment plan that was agreed for what an account owed."""

    __tablename__ = "plans"

    id: str = Field(primary_key=True)  #: of the effect that agreed it: `<case>.<step>.<n>`
    account_id: str = Field(foreign_key="accounts.id")
    case_id: str
    amount_usd: Decimal = Field(sa_type=Usd)
    agreed_at: datetime = Field(sa_type=Moment)
    status: str = "active"
    ended_on: date | None = None

    __table_args__ = (
        CheckConstraint("status in ('active', 'kept', 'broken', 'ended')", name="status"),
        Index("ix_plans_account", "account_id", "agreed_at"),
        Index("uq_plans_active", "account_id", unique=True, **only_where("status = 'active'")),
    )


class InstalmentRow(Row, table=True):
    """One part of a plan."""

    __tablename__ = "instalments"

    plan_id: str = Field(foreign_key="plans.id", primary_key=True)
    number: int = Field(primary_key=True)
    due: date
    amount_usd: Decimal = Field(sa_type=Usd)


class RefundRun(Row, table=True):
    """Refunds that are issued together, with one check each."""

    __tablename__ = "refund_runs"

    id: str = Field(primary_key=True)
    made_at: datetime = Field(sa_type=Moment)
    made_by: str
    refunds: int  #: how many it was made of
    total_usd: Decimal = Field(sa_type=Usd)
    issued_on: date | None = None
    issued_by: str | None = None  #: never who made it

    __table_args__ = (Index("ix_refund_runs_made", "made_at", "id"),)


class RefundRow(Row, table=True):
    """Money that the district owes a customer and pays out by check."""

    __tablename__ = "refunds"

    id: str = Field(primary_key=True)  #: of the effect that made it payable
    account_id: str = Field(foreign_key="accounts.id")
    case_id: str
    kind: str
    amount_usd: Decimal = Field(sa_type=Usd)
    payable_on: date
    status: str = "payable"
    run_id: str | None = Field(default=None, foreign_key="refund_runs.id")
    check_no: int | None = None
    issued_on: date | None = None
    ended_on: date | None = None

    __table_args__ = (
        CheckConstraint("kind in ('credit', 'deposit')", name="kind"),
        CheckConstraint("status in ('payable', 'issued', 'cashed', 'unclaimed', 'forfeited')", name="status"),
        Index("ix_refunds_status", "status", "payable_on", "id"),
        Index("ix_refunds_account", "account_id", "payable_on"),
        Index("ix_refunds_run", "run_id", "id"),
    )
