"""What is decided for many at once: letters that are mailed together, lists that are approved."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.base import Row
from store.types import Moment


class LetterBatch(Row, table=True):
    """Letters that are reviewed, printed and mailed together."""

    __tablename__ = "letter_batches"

    id: str = Field(primary_key=True)
    made_at: datetime = Field(sa_type=Moment)
    made_by: str
    letters: int  #: how many it was made of
    printed_at: datetime | None = Field(default=None, sa_type=Moment)
    printed_by: str | None = None
    file_digest: str | None = None  #: of the one PDF for the printer, with manifest and separators
    copies: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  #: how often it went to the printer
    mailed_on: date | None = None
    mailed_by: str | None = None

    __table_args__ = (Index("ix_letter_batches_made", "made_at", "id"),)


class ListApproval(Row, table=True):
    """One person's approval of the lines that they saw on a list."""

    __tablename__ = "list_approvals"

    list_name: str = Field(primary_key=True)
    lines_digest: str = Field(primary_key=True)  #: of the ids of the lines
    person: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)
