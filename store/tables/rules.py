"""What people decided about rules: overrides of the district's own, and checks at the curb."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from store.tables.base import Row
from store.types import Moment, PlainJson


class RuleOverride(Row, table=True):
    """A district rule that somebody asks to override in one case, and what the second person said."""

    __tablename__ = "rule_overrides"

    id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key="cases.id")
    rules: Any = Field(default=None, sa_type=PlainJson, nullable=True)
    reason: str
    asked_by: str
    asked_at: datetime = Field(sa_type=Moment)
    status: str = "asked"
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    refusal: str | None = None  #: why the second person did not agree

    __table_args__ = (
        CheckConstraint("status in ('asked', 'given', 'refused')", name="status"),
        Index("ix_rule_overrides_case", "case_id", "asked_at"),
    )


class SiteCheck(Row, table=True):
    """What the district answered a crew that asked at the curb."""

    __tablename__ = "site_checks"

    id: int | None = Field(default=None, primary_key=True)
    task_id: str
    by: str
    at: datetime = Field(sa_type=Moment)
    real_at: datetime = Field(sa_type=Moment)  #: how old an answer is counts in real time, in a demonstration too
    fit: bool
    sentence: str
    said: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: the sentence with its message and values
    facts: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: that it was decided on

    __table_args__ = (Index("ix_site_checks_task", "task_id", "id"),)
