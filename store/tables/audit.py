"""Who did what, when, under which rule, and who looked at what; what was refused as well."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Moment, PlainJson

REFUSED = "NOT allowed"
SEEN = "act = 'view'"


class Audit(Row, table=True):
    """One act, or one look, of one person."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Moment)
    person: str
    act: str  #: `complete`, `claim`, `view-account`
    object_kind: str  #: `task`, `case`, `account`, `user`
    object_id: str
    account_id: str | None = None
    case_id: str | None = None
    step_no: int | None = None
    allowed: bool = True
    code: str | None = None  #: why it was refused
    sentence: str | None = None
    rule: str | None = None  #: by which rule it was allowed or refused
    #: The sentence with its message and values, for other languages. The chain covers the English.
    said: Any = Field(default=None, sa_type=PlainJson, nullable=True)

    #: Every list is by the newest first, so each index ends with when and the number; the last two are small.
    __table_args__ = (
        Index("ix_audit_day", "at", "id"),
        Index("ix_audit_account_day", "account_id", "at", "id"),
        Index("ix_audit_case_day", "case_id", "at", "id"),
        Index("ix_audit_person_day", "person", "at", "id"),
        Index("ix_audit_refused", "at", "id", **only_where(REFUSED)),
        Index("ix_audit_seen", "at", "id", **only_where(SEEN)),
    )


class UnsealedAudit(Row, table=True):
    """A row of the audit that is not in the chain yet. A trigger writes it with each row, the worker's rounds take it away."""

    __tablename__ = "audit_unsealed"

    audit_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


class AuditSeal(Row, table=True):
    """A link of the chain over the audit (`store.chain`): what follows on what cannot be changed unseen."""

    __tablename__ = "audit_seals"

    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})  #: 1, 2, 3 … without a gap
    audit_id: int = Field(foreign_key="audit.id", unique=True)
    row_digest: str  #: of the row alone
    digest: str  #: of the link before, the row's digest and the moment of sealing
    sealed_at: datetime = Field(sa_type=Moment)  #: by the computer's clock, also where the district has one of its own
