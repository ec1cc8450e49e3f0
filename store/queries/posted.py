"""What was posted on a day, by whom, under which rule and case; what was written off; what imports brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from store.paging import Page, after, page_of, read_cursor
from store.tables.imports import ImportBadRow, ImportRun
from store.tables.ledger import Posting

MOST = 200  #: on one page
BAD_DEBT = "bad-debt"
IN_ORDER: tuple[Any, ...] = (col(Posting.at), col(Posting.entry_id), col(Posting.line))


@dataclass(frozen=True, kw_only=True, slots=True)
class PostedSum:
    """What one rule posted on a day, by one person or system, to one code."""

    rule: str
    person: str
    code: str
    lines: int
    amount_usd: Decimal  #: debits above zero, credits below


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which lines of a day are wanted; None for all."""

    code: str | None = None
    person: str | None = None
    rule: str | None = None


ALL = Asked()


def posted_page(
    session: Session, day: date, asked: Asked = ALL, *, limit: int = 50, cursor: str | None = None
) -> Page[Posting]:
    """The lines posted on a day, in the order in which they were written."""
    limit = min(limit, MOST)
    key = read_cursor(cursor, (datetime, str, int)) if cursor else None
    query = after(_wanted(select(Posting).where(col(Posting.posted_on) == day), asked), IN_ORDER, key)
    rows = session.execute(query.limit(limit + 1)).scalars()
    return page_of([rows], lambda row: (row.at, row.entry_id, row.line), limit)


def posted_sums(session: Session, day: date) -> list[PostedSum]:
    """What was posted on a day by rule, person and code: the lines of one rule and person come to nothing."""
    query = (
        select(
            col(Posting.rule), col(Posting.person), col(Posting.code), func.count(), func.sum(col(Posting.amount_usd))
        )
        .where(col(Posting.posted_on) == day)
        .group_by(col(Posting.rule), col(Posting.person), col(Posting.code))
        .order_by(col(Posting.rule), col(Posting.person), col(Posting.code))
    )
    return [
        PostedSum(rule=rule, person=person, code=code, lines=lines, amount_usd=amount)
        for rule, person, code, lines, amount in session.execute(query)
    ]


def written_off(session: Session, start: date, end: date) -> list[Posting]:
    """The lines that wrote debts off from `start` to `end`, both included, or took that back, in their order."""
    query = (
        select(Posting)
        .where(col(Posting.posted_on) >= start, col(Posting.posted_on) <= end, col(Posting.code) == BAD_DEBT)
        .order_by(col(Posting.posted_on), *IN_ORDER)
    )
    return list(session.execute(query).scalars())


def accounts_of(session: Session, entries: list[str]) -> dict[str, str]:
    """Whose account each of these entries is about."""
    query = select(col(Posting.entry_id), col(Posting.account_id)).where(
        col(Posting.entry_id).in_(entries), col(Posting.account_id).is_not(None)
    )
    return {str(entry): str(account) for entry, account in session.execute(query)}


def import_runs(session: Session, *, limit: int = 50, cursor: str | None = None) -> Page[ImportRun]:
    """The files that were imported, the newest first; the sample is none."""
    limit = min(limit, MOST)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    query = after(
        select(ImportRun).where(col(ImportRun.kind) != "sample"),
        (col(ImportRun.started_at), col(ImportRun.id)),
        key,
        down=True,
    )
    rows = session.execute(query.limit(limit + 1)).scalars()
    return page_of([rows], lambda run: (run.started_at, run.id), limit, down=True)


def bad_rows(session: Session, run: str) -> list[ImportBadRow]:
    """The rows of a run that did not load, in the order of the file; the first thousand."""
    query = select(ImportBadRow).where(col(ImportBadRow.run_id) == run).order_by(col(ImportBadRow.number))
    return list(session.execute(query).scalars())


def _wanted(query: Select[Any], asked: Asked) -> Select[Any]:
    for column, value in ((Posting.code, asked.code), (Posting.person, asked.person), (Posting.rule, asked.rule)):
        if value is not None:
            query = query.where(col(column) == value)
    return query
