"""Accounts that were split on the day of a petition, and which account follows which."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Field

from store.tables.base import Row
from store.types import Moment, PlainJson, Usd


class AccountSplit(Row, table=True):
    """One split: the old account keeps what was owed before the petition, the new one takes what follows."""

    __tablename__ = "account_splits"

    id: str = Field(primary_key=True)  #: of the effect that made it, so that none is made twice
    old_account_id: str = Field(foreign_key="accounts.id", index=True)
    new_account_id: str = Field(foreign_key="accounts.id", unique=True)
    petition_date: date
    case_id: str
    at: datetime = Field(sa_type=Moment)
    pre_petition_usd: Decimal = Field(sa_type=Usd)
    post_petition_usd: Decimal = Field(sa_type=Usd)
    working: list[Any] = Field(sa_type=PlainJson)  #: line by line, as letters print it
