"""The words under which accounts and applicants are found. Holds personal data, as `customers` and `applicants` do."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlmodel import Field

from store.tables.base import Row

#: Compared byte by byte on both engines, so that all words with a beginning are one range of the index.
WORD = String().with_variant(String(collation="C"), "postgresql")


class SearchWord(Row, table=True):
    """A word of what is known about an account or an applicant (`store.finding` writes them)."""

    __tablename__ = "search_words"

    kind: str = Field(primary_key=True)  #: account, applicant
    word: str = Field(primary_key=True, sa_type=WORD)  #: in lower case, without accents and signs
    subject_id: str = Field(primary_key=True)
    is_number: bool = False  #: it is the subject's own number: all that a confidential account is found by

    __table_args__ = (Index("ix_search_words_subject", "subject_id", "word", "kind", "is_number"),)
