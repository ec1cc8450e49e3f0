"""What `headgate import` has loaded, so that nothing loads twice."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from store.tables.base import Row
from store.types import Moment


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
