"""What `headgate import` has loaded, so that nothing loads twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field

from store.tables.base import Row
from store.types import Moment, PlainJson


class ImportRun(Row, table=True):
    """One file that was imported."""

    __tablename__ = "import_runs"

    id: str = Field(primary_key=True)
    kind: str  #: accounts, meters, reads, bills, payments
    file_name: str
    file_digest: str = Field(index=True)
    started_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    by: str
    loaded: int = 0
    known: int = 0  #: rows that were there already
    bad: int = 0


class ImportBadRow(Row, table=True):
    """A row of a file that did not load, and why. May quote what the row held: personal data."""

    __tablename__ = "import_bad_rows"

    run_id: str = Field(primary_key=True, foreign_key="import_runs.id")
    number: int = Field(primary_key=True)  #: from 1, in the order of the file
    line: int  #: on which the row begins; the header is line 1
    reason: str
    reason_said: Any = Field(default=None, sa_type=PlainJson, nullable=True)  #: it with its message and values
