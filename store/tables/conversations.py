"""The contact log of an account: who spoke with whom, how they proved who they are, and what was offered. Personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from store.tables.base import Row
from store.types import Moment, PlainJson

CHANNELS = ("telephone", "counter", "email", "letter", "site")
SPOKE_WITH = ("customer", "adult", "other", "nobody")
ASKED = ("name", "service-address", "telephone", "mailing-address", "last-payment", "last-bill", "photo-id")
OFFERS = ("policy", "options")  #: the written policy; to talk about plans, deferral, reduction, review and appeal


class Conversation(Row, table=True):
    """One conversation, or one try at one. Entries are only added: what is wrong is put right by another."""

    __tablename__ = "conversations"

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="accounts.id")
    case_id: str | None = Field(default=None, foreign_key="cases.id")  #: that it was about
    at: datetime = Field(sa_type=Moment)
    by: str
    channel: str
    incoming: bool  #: they came to the district, not the district to them
    spoke_with: str
    asked: dict[str, Any] = Field(sa_type=PlainJson)  #: what they were asked → whether it matched; never what they said
    verified: bool  #: enough of it matched
    offered: list[Any] = Field(sa_type=PlainJson)
    told_of: str | None = None  #: the outage that they were told of
    text: str = ""

    __table_args__ = (
        CheckConstraint("channel in ('telephone', 'counter', 'email', 'letter', 'site')", name="channel"),
        CheckConstraint("spoke_with in ('customer', 'adult', 'other', 'nobody')", name="spoke_with"),
        Index("ix_conversations_account", "account_id", "at", "id"),
    )
