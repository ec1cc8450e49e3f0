"""Open cases of one type as a supervisor looks them up: all of them, those in a state, those whose promise is late or soon due.

The conditions of the partial indexes are repeated word for word.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import Select, select, text
from sqlmodel import Session

from store.paging import Page, after, page_of, read_cursor
from store.queries.cases import cases_by_id
from store.tables.base import table_of
from store.tables.cases import NOT_CLOSED, PROMISED, CaseRow

Promise = Literal["missed", "warned"]
PROMISES: Final[frozenset[str]] = frozenset(get_args(Promise))
COLUMNS = table_of(CaseRow).c


def open_cases(session: Session, definition: str, *, limit: int, cursor: str | None) -> Page[CaseRow]:
    """All of them, the oldest first."""
    query = select(COLUMNS.opened_at, COLUMNS.id).where(COLUMNS.definition == definition, COLUMNS.status == "open")
    return _page(session, [query], limit, cursor)


def in_states(
    session: Session, definition: str, states: Sequence[str], *, limit: int, cursor: str | None
) -> Page[CaseRow]:
    """Those in one of these states, each as `CaseRow.state` has it; who is there the longest first."""
    query = select(COLUMNS.state_since, COLUMNS.id).where(text(NOT_CLOSED), COLUMNS.definition == definition)
    return _page(session, [query.where(COLUMNS.state == state) for state in states], limit, cursor)


def promised(
    session: Session, definition: str, promise: Promise, at: datetime, *, limit: int, cursor: str | None
) -> Page[CaseRow]:
    """Those whose promised time is past, or near at this moment; the earliest first."""
    query = select(COLUMNS.sla_due, COLUMNS.id).where(text(PROMISED), COLUMNS.definition == definition)
    if promise == "missed":
        query = query.where(COLUMNS.sla_late.is_(True))
    else:
        query = query.where(COLUMNS.sla_late.is_(False), COLUMNS.sla_warn <= at)
    return _page(session, [query], limit, cursor)


def _page(session: Session, queries: Sequence[Select[Any]], limit: int, cursor: str | None) -> Page[CaseRow]:
    """A page of the cases that these find by a time and their id; only those that it shows are read."""
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    streams = [session.execute(after(query, list(query.selected_columns), key).limit(limit + 1)) for query in queries]
    found = page_of(streams, tuple, limit)
    rows = {row.id: row for row in cases_by_id(session, [case for _, case in found.items])}
    return Page(items=[rows[case] for _, case in found.items if case in rows], cursor=found.cursor)
