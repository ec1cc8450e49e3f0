"""Who did what, when, under which rule, and who looked at what; what was refused as well."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.base import Row
from store.types import Moment


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

    __table_args__ = (
        Index("ix_audit_account", "account_id", "id"),
        Index("ix_audit_case", "case_id", "id"),
        Index("ix_audit_person", "person", "id"),
    )
