"""What comes in and becomes or joins a case, and what people write to each other. Both hold personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Moment, PlainJson

CHANNELS = ("call", "voicemail", "email", "fax", "letter", "walk-in", "web")
ITEM_STATUSES = ("open", "joined", "opened", "settled")
WAITING = "closed_at IS NULL"


class InboxItem(Row, table=True):
    """A call, an e-mail, a letter, a walk-in: it waits in a queue until it has joined or opened a case, or needs nothing."""

    __tablename__ = "inbox_items"

    id: str = Field(primary_key=True)
    channel: str
    received_at: datetime = Field(sa_type=Moment)  #: its date stamp
    taken_in_at: datetime = Field(sa_type=Moment)
    taken_in_by: str
    sender: str = ""
    reply_to: str = ""  #: a telephone number or an address
    account_id: str | None = Field(default=None, foreign_key="accounts.id")
    subject: str = ""
    text: str = ""
    queue: str
    assignee: str | None = None
    due_at: datetime = Field(sa_type=Moment)  #: by when somebody should have seen to it
    status: str = "open"
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_by: str | None = None
    case_id: str | None = Field(default=None, foreign_key="cases.id", index=True)
    reason: str | None = None  #: why it needed nothing
    foreign_id: str | None = Field(default=None, unique=True)  #: SHA-256 of the id that the sending system gave it
    version: int = 0  #: for ETag and If-Match

    __table_args__ = (
        CheckConstraint("channel in ('call', 'voicemail', 'email', 'fax', 'letter', 'walk-in', 'web')", name="channel"),
        CheckConstraint("status in ('open', 'joined', 'opened', 'settled')", name="status"),
        Index("ix_inbox_items_waiting", "queue", "due_at", "id", **only_where(WAITING)),
        Index("ix_inbox_items_assignee", "assignee", "due_at", "id", **only_where(WAITING)),
        Index("ix_inbox_items_received", "queue", "received_at", "id"),
        Index("ix_inbox_items_account", "account_id", "received_at", "id"),
    )


class Memo(Row, table=True):
    """What one person writes to another, or to a crew."""

    __tablename__ = "memos"

    id: str = Field(primary_key=True)
    sender: str
    to_user: str | None = Field(default=None, foreign_key="users.id")
    to_crew: str | None = None
    at: datetime = Field(sa_type=Moment)
    text: str
    said: Any = Field(
        default=None, sa_type=PlainJson, nullable=True
    )  #: it with its message and values, where Headgate writes
    case_id: str | None = Field(default=None, foreign_key="cases.id")  #: that it is about

    __table_args__ = (
        CheckConstraint("(to_user IS NULL) <> (to_crew IS NULL)", name="one_recipient"),
        Index("ix_memos_user", "to_user", "at", "id"),
        Index("ix_memos_crew", "to_crew", "at", "id"),
        Index("ix_memos_sender", "sender", "at", "id"),
    )


class MemoRead(Row, table=True):
    """The receipt: who has read a memo, and when."""

    __tablename__ = "memo_reads"

    memo_id: str = Field(primary_key=True, foreign_key="memos.id")
    user_id: str = Field(primary_key=True, foreign_key="users.id", index=True)
    read_at: datetime = Field(sa_type=Moment)
