"""People whose personal data were made unreadable, or whose redaction waits for its second person. Nothing personal."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from store.tables.base import Row
from store.types import Moment


class Redaction(Row, table=True):
    """One person's redaction: asked for, done in the database, finished where else something was kept."""

    __tablename__ = "redactions"

    person_id: str = Field(primary_key=True)  #: a customer or an applicant
    asked_by: str
    asked_at: datetime = Field(sa_type=Moment)
    reason: str  #: "its time is over", or why before
    early: bool  #: before the retention period is over: somebody else agrees first
    approved_by: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=Moment)  #: the rows are overwritten
    finished_at: datetime | None = Field(
        default=None, sa_type=Moment
    )  #: the key is destroyed, and Temporal has forgotten the cases
