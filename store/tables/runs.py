"""Searches through the accounts that the district makes on its days, and how far each has come."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field

from store.tables.base import Row
from store.types import Moment


class AccountRun(Row, table=True):
    """A day's search for accounts that an event is for."""

    __tablename__ = "account_runs"

    name: str = Field(primary_key=True)
    day: date = Field(primary_key=True)  #: of the district
    started_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    reached: str | None = None  #: the last account that was looked at
    looked_at: int = 0
    opened: int = 0
    refused: int = 0
