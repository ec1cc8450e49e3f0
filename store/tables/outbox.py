"""What a step wants done outside, and what became of it; what was asked with which key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Moment, PlainJson

EFFECT_STATUSES = ("pending", "done", "failed", "skipped")


class EffectRow(Row, table=True):
    """One effect of a step, carried out once."""

    __tablename__ = "effects"

    case_id: str = Field(primary_key=True, foreign_key="cases.id")
    step_no: int = Field(primary_key=True)
    effect_no: int = Field(primary_key=True)
    kind: str  #: `action`, `notify`, `send`, `open-child`
    name: str = ""  #: of the action
    payload: Any = Field(default=None, sa_type=PlainJson, nullable=True)
    status: str = "pending"
    result: Any = Field(default=None, sa_type=PlainJson, nullable=True)
    attempts: int = 0
    error_code: str | None = None
    made_at: datetime = Field(sa_type=Moment)
    settled_at: datetime | None = Field(default=None, sa_type=Moment)

    __table_args__ = (
        CheckConstraint("status in ('pending', 'done', 'failed', 'skipped')", name="status"),
        Index(
            "ix_effects_unsettled",
            "status",
            "made_at",
            **only_where("status IN ('pending', 'failed')"),
        ),
    )


class IdempotencyKey(Row, table=True):
    """A person's key, the digest of what they asked with it, and the answer they got."""

    __tablename__ = "idempotency_keys"

    person: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    digest: str
    status: int  #: the HTTP status of the answer
    response: Any = Field(default=None, sa_type=PlainJson, nullable=True)
    case_id: str | None = None
    step_no: int | None = None
    at: datetime = Field(sa_type=Moment)

    __table_args__ = (
        Index("ix_idempotency_keys_at", "at"),
        Index("ix_idempotency_keys_step", "case_id", "step_no"),
    )


class AccountEvent(Row, table=True):
    """Something that happened to an account and must reach its open cases: a payment, one that was returned."""

    __tablename__ = "account_events"

    id: str = Field(primary_key=True)  #: `payment-received:<payment id>`: told once
    account_id: str = Field(foreign_key="accounts.id", index=True)
    name: str
    data: Any = Field(default=None, sa_type=PlainJson, nullable=True)
    made_at: datetime = Field(sa_type=Moment)
    delivered_at: datetime | None = Field(default=None, sa_type=Moment)

    __table_args__ = (Index("ix_account_events_waiting", "made_at", "id", **only_where("delivered_at IS NULL")),)
