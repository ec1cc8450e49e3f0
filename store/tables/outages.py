"""Outages: water that is off for planned work or in an emergency, and the premises that it is off at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Moment, PlainJson

STANDING = "ended_at IS NULL"


class Outage(Row, table=True):
    """Water that is, was or will be off somewhere. The reason is told to customers."""

    __tablename__ = "outages"

    id: str = Field(primary_key=True)
    kind: str  #: planned, emergency
    begins_at: datetime = Field(sa_type=Moment)
    expected_until: datetime | None = Field(default=None, sa_type=Moment)  #: None while nobody knows
    reason: str
    extent: dict[str, Any] = Field(
        sa_type=PlainJson
    )  #: where, as it was announced; which premises that are is beside it
    premises: int  #: how many
    announced_by: str
    announced_at: datetime = Field(sa_type=Moment)
    changed_by: str | None = None
    changed_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)  #: not after its beginning: it was called off
    ended_by: str | None = None
    version: int = 1  #: for ETag and If-Match

    __table_args__ = (
        CheckConstraint("kind in ('planned', 'emergency')", name="kind"),
        Index("ix_outages_begins", "begins_at", "id"),
        Index("ix_outages_standing", "begins_at", "id", **only_where(STANDING)),
    )


class OutagePremise(Row, table=True):
    """A premise that an outage concerns."""

    __tablename__ = "outage_premises"

    outage_id: str = Field(primary_key=True, foreign_key="outages.id")
    premise_id: str = Field(primary_key=True, foreign_key="premises.id", index=True)
