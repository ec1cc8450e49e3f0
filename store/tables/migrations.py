"""Migrations of open cases to another version of their definition: which, how far each has come, what became of each case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Moment, PlainJson

RUNNING = "status = 'running'"


class CaseMigration(Row, table=True):
    """Open cases of one version that come over to another together."""

    __tablename__ = "case_migrations"

    id: str = Field(primary_key=True)
    definition: str
    from_version: int
    to_version: int
    mapping: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: states, tasks, timers, data
    reason: str
    cases: int
    status: str = "running"
    asked_by: str
    asked_at: datetime = Field(sa_type=Moment)
    changed_by: str | None = None  #: who paused, resumed or cancelled it last
    changed_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)

    __table_args__ = (
        CheckConstraint("status in ('running', 'paused', 'cancelled', 'done')", name="status"),
        Index("ix_case_migrations_asked", "asked_at", "id"),
        Index("ix_case_migrations_running", "asked_at", "id", **only_where(RUNNING)),
    )


class MigratingCase(Row, table=True):
    """One case of a migration and what became of it."""

    __tablename__ = "migrating_cases"

    migration_id: str = Field(primary_key=True, foreign_key="case_migrations.id")
    case_id: str = Field(primary_key=True, foreign_key="cases.id", index=True)
    #: pending; migrated; refused (the sentence says why, it stays as it was); gone (closed, or on another version already);
    #: cancelled
    status: str = "pending"
    sentence: str | None = None
    said: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: the sentence with its message and values
    step_no: int | None = None  #: by which it came over
    at: datetime | None = Field(default=None, sa_type=Moment)

    __table_args__ = (
        CheckConstraint("status in ('pending', 'migrated', 'refused', 'gone', 'cancelled')", name="status"),
        Index("ix_migrating_cases_status", "migration_id", "status", "case_id"),
    )
