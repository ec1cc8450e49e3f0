"""Releases of lists: what was approved, how far it has come, and how many lines each day has taken."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Moment, PlainJson

RUNNING = "status = 'running'"
UNDER_WAY = "status IN ('running', 'paused')"
UNDECIDED = "status in ('pending', 'going')"
WAITING = "status = 'waiting'"


class ListRelease(Row, table=True):
    """Lines that were approved together, released one after the other."""

    __tablename__ = "list_releases"

    id: str = Field(primary_key=True)
    list_name: str
    day: date  #: of the district: what is not released on it stays on the list
    per_day: int | None = None
    status: str = "running"
    approved_by: Any = Field(default=None, sa_type=PlainJson, nullable=True)
    made_at: datetime = Field(sa_type=Moment)
    made_by: str
    lines: int
    changed_at: datetime | None = Field(default=None, sa_type=Moment)  #: when it was paused, resumed or cancelled
    changed_by: str | None = None
    reason: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Moment)

    __table_args__ = (
        CheckConstraint("status in ('running', 'paused', 'cancelled', 'done')", name="status"),
        Index("ix_list_releases_list", "list_name", "made_at", "id"),
        Index("ix_list_releases_day", "list_name", "day", "id"),
        Index("ix_list_releases_under_way", "made_at", "id", **only_where(UNDER_WAY)),
        Index("ix_list_releases_running", "made_at", "id", **only_where(RUNNING)),
    )


class ReleaseLine(Row, table=True):
    """One line of a release and what became of it."""

    __tablename__ = "release_lines"

    release_id: str = Field(primary_key=True, foreign_key="list_releases.id")
    no: int = Field(primary_key=True)  #: in the order in which the lines joined
    line_id: str = Field(foreign_key="list_lines.id")
    #: pending; going (it has a place in the day); released; stayed (it may not be); dropped (it is no longer what the list
    #: is for); gone (it had left the list); over (the day had no place left); cancelled
    status: str = "pending"
    sentence: str | None = None
    said: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: the sentence with its message and values
    day: date | None = None  #: whose capacity it counts for
    at: datetime | None = Field(default=None, sa_type=Moment)

    __table_args__ = (
        CheckConstraint(
            "status in ('pending', 'going', 'released', 'stayed', 'dropped', 'gone', 'over', 'cancelled')",
            name="status",
        ),
        Index("ix_release_lines_line", "line_id"),
        Index("ix_release_lines_status", "release_id", "status", "no"),
        Index("ix_release_lines_one_a_time", "line_id", unique=True, **only_where(UNDECIDED)),
    )


class ListDay(Row, table=True):
    """How many lines of a list a day of the district has taken."""

    __tablename__ = "list_days"

    list_name: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    taken: int = 0
