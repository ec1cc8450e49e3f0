"""What was published: every version of every definition, whole, so that open cases keep theirs; and what comes before:
drafts, proposals, rehearsals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Moment, PlainJson

OPEN_PROPOSAL = "status = 'open'"


class DefinitionVersion(Row, table=True):
    """One published version of a definition."""

    __tablename__ = "definition_versions"

    definition: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    title: str = ""
    digest: str = Field(unique=True)
    compiled: bytes  #: the compiled definition: JSON, zlib
    source: str  #: the YAML it was compiled from
    published_by: str
    published_at: datetime = Field(sa_type=Moment)
    effective_from: datetime = Field(sa_type=Moment)  #: new cases take it from then on
    approved_by: str | None = None
    note: str = ""


class Draft(Row, table=True):
    """What an author writes and nothing runs on."""

    __tablename__ = "definition_drafts"

    id: str = Field(primary_key=True)
    definition: str
    author: str = Field(foreign_key="users.id")
    source: str
    based_on: int  #: the version that it began with; 0: a new definition
    version: int = 1  #: counts its changes: two who write at once are told
    made_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)
    changed_by: str

    __table_args__ = (
        UniqueConstraint("author", "definition"),
        Index("ix_definition_drafts_of", "definition", "author"),
    )


class Proposal(Row, table=True):
    """A definition that one person wants published, and what the second one said."""

    __tablename__ = "definition_proposals"

    id: str = Field(primary_key=True)
    definition: str
    source: str
    based_on: int  #: the newest version when it was proposed; 0: none
    note: str = ""
    proposed_by: str
    proposed_at: datetime = Field(sa_type=Moment)
    status: str = "open"
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    reason: str | None = None  #: why it was sent back
    published: int | None = None  #: the version that it became

    __table_args__ = (
        CheckConstraint("status in ('open', 'approved', 'sent-back', 'withdrawn')", name="status"),
        Index("ix_definition_proposals_of", "definition", "proposed_at", "id"),
        Index("ix_definition_proposals_listed", "proposed_at", "id"),
        Index("ix_definition_proposals_open", "definition", unique=True, **only_where(OPEN_PROPOSAL)),
    )


class Rehearsal(Row, table=True):
    """A text played over the district's accounts: how far it is, and what came of it."""

    __tablename__ = "rehearsals"

    id: str = Field(primary_key=True)
    definition: str
    source: str  #: what is played
    against: int | None = None  #: the published version that is played as well
    accounts: str  #: `all` or `owing`
    cases: int  #: how many at most
    days: int
    begin: date
    asked_by: str
    asked_at: datetime = Field(sa_type=Moment)  #: the district's time
    status: str = "waiting"
    total: int = 0  #: cases to play, once they are counted
    done: int = 0
    told_at: datetime = Field(sa_type=Moment)  #: real time of the last sign of life
    sentence: str | None = None  #: why it failed, or was cut short
    result: Any = Field(default=None, sa_type=PlainJson, nullable=True)
    said: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: each sentence in it → its message and values

    __table_args__ = (
        CheckConstraint("status in ('waiting', 'running', 'done', 'failed', 'cancelled')", name="status"),
        Index("ix_rehearsals_of", "definition", "asked_at", "id"),
        Index("ix_rehearsals_status", "status"),
    )
