"""Letters and files: what was written, printed and mailed, and what was attached."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Moment, PlainJson

UNTOLD_LETTERS = "status = 'mailed' AND told_on IS NULL"  #: their cases have not heard of the mailing
LETTER_STATUSES = ("queued", "printed", "mailed", "recalled", "returned")


class Letter(Row, table=True):
    """A letter of a case: one for each effect that wants one."""

    __tablename__ = "letters"

    id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key="cases.id")
    step_no: int
    effect_no: int
    template: str
    language: str = "en"
    account_id: str | None = Field(default=None, foreign_key="accounts.id")
    status: str = "queued"
    delivery: str = Field(default="mail", sa_column_kwargs={"server_default": "mail"})  #: or `posted`, by a crew
    file_digest: str | None = None
    data_digest: str | None = None  #: of what it was printed from, kept in the file store: personal data
    queued_at: datetime = Field(sa_type=Moment)
    printed_at: datetime | None = Field(default=None, sa_type=Moment)
    mailed_on: date | None = None
    batch: str | None = Field(default=None, index=True)
    certified: str | None = None  #: the number of certified mail
    sheet: int | None = None  #: its first page in the batch's one PDF, from 1
    sheets: int | None = None  #: how many pages
    told_on: date | None = None  #: the mailing day that its case has heard of; none: it is still to be told
    recalled_at: datetime | None = Field(default=None, sa_type=Moment)
    recalled_because: str | None = None
    returned_on: date | None = None
    confirmed: bool = True  #: whether the translation of a legal letter is confirmed
    detail: Any = Field(default=None, sa_type=PlainJson, nullable=True)

    __table_args__ = (
        UniqueConstraint("case_id", "step_no", "effect_no"),
        CheckConstraint("status in ('queued', 'printed', 'mailed', 'recalled', 'returned')", name="status"),
        Index("ix_letters_account", "account_id", "queued_at", "id"),
        Index("ix_letters_untold", "id", **only_where(UNTOLD_LETTERS)),
        Index("ix_letters_status", "status", "queued_at", "id"),
    )


class File(Row, table=True):
    """A file in the file store, found by the digest of its content."""

    __tablename__ = "files"

    id: str = Field(primary_key=True)
    digest: str = Field(index=True)  #: SHA-256 of the content
    kind: str  #: photo, proof, certificate, document, signature, letter
    name: str = ""
    content_type: str
    size: int  #: bytes
    case_id: str | None = Field(default=None, foreign_key="cases.id", index=True)
    task_id: str | None = Field(default=None, index=True)
    account_id: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    inbox_item: str | None = Field(default=None, index=True)  #: that it came with
    uploaded_by: str
    uploaded_at: datetime = Field(sa_type=Moment)
    keep_until: date | None = Field(default=None, index=True)
    medical: bool = False  #: seen only by those with that right
