"""Who stands beside an account's customer: counsel, trustee, and who is told of an impending shut-off. Personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field

from store.tables.base import Row
from store.types import Moment, PlainJson

PARTIES = ("counsel", "trustee", "third-party")


class AccountParty(Row, table=True):
    """Somebody whom letters of a case may go to instead of the customer."""

    __tablename__ = "account_parties"

    account_id: str = Field(primary_key=True, foreign_key="accounts.id")
    role: str = Field(primary_key=True)  #: one of PARTIES
    name: str
    mailing: dict[str, Any] = Field(sa_type=PlainJson)  #: line1, line2, city, state, zip
    noted_by: str
    noted_at: datetime = Field(sa_type=Moment)
