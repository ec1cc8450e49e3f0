"""What was published: every version of every definition, whole, so that open cases keep theirs."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from store.tables.base import Row
from store.types import Moment


class DefinitionVersion(Row, table=True):
    """One published version of a definition."""

    __tablename__ = "definition_versions"

    definition: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    title: str = ""
    digest: str = Field(unique=True)
    compiled: bytes  #: the compiled definition: JSON, zlib
    source: str  #: the YAML it was compiled from
    published_by: str
    published_at: datetime = Field(sa_type=Moment)
    effective_from: datetime = Field(sa_type=Moment)  #: new cases take it from then on
    approved_by: str | None = None
    note: str = ""
