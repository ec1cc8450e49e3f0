"""Moves of cases to another state by operators: asked for by one person, agreed to by another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Moment

ASKED = "status = 'asked'"


class CaseMove(Row, table=True):
    """A case that somebody wants moved, and what the second person said."""

    __tablename__ = "case_moves"

    id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key="cases.id")
    target: str  #: path of the state
    reason: str
    asked_by: str
    asked_at: datetime = Field(sa_type=Moment)
    status: str = "asked"
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    refusal: str | None = None  #: why the second person did not agree

    __table_args__ = (
        CheckConstraint("status in ('asked', 'moved', 'refused')", name="status"),
        Index("ix_case_moves_case", "case_id", "asked_at"),
        Index("ix_case_moves_asked", "asked_at", "id", **only_where(ASKED)),
    )
