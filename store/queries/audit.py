"""The audit: who did, saw and was refused what, the newest first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlmodel import Session, col

from store.paging import Page, after, page_of, read_cursor
from store.tables.audit import REFUSED, SEEN, Audit, AuditSeal

MOST = 500  #: rows on one page
Kind = Literal["done", "seen", "refused"]
NEWEST: Final = (col(Audit.at), col(Audit.id))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is looked for; what is None is not asked."""

    account: str | None = None
    case: str | None = None
    person: str | None = None
    kind: Kind | None = None
    since: datetime | None = None  #: from then on
    before: datetime | None = None  #: until just before then


def audit_page(session: Session, asked: Asked, *, limit: int = 100, cursor: str | None = None) -> Page[Audit]:
    """A page of what was asked for."""
    limit = min(limit, MOST)
    key = read_cursor(cursor, (datetime, int)) if cursor else None
    query = after(_matching(asked), NEWEST, key, down=True).limit(limit + 1)
    return page_of([session.execute(query).scalars()], lambda row: (row.at, row.id), limit, down=True)


def newest(session: Session) -> int:
    """The number of the row written last, 0 without any: an export ends there, however long it takes."""
    return int(session.execute(select(func.max(col(Audit.id)))).scalar_one() or 0)


def audit_rows(session: Session, asked: Asked, *, until: int) -> Iterator[Audit]:
    """All that was asked for up to the row of this number, read a page at a time."""
    key: tuple[datetime, int] | None = None
    while True:
        query = after(_matching(asked), NEWEST, key, down=True).where(col(Audit.id) <= until).limit(MOST)
        rows = list(session.execute(query).scalars())
        yield from rows
        if len(rows) < MOST:
            return
        key = (rows[-1].at, int(rows[-1].id or 0))


def seals_of(session: Session, rows: Collection[int]) -> dict[int, AuditSeal]:
    """Those of the rows that are sealed → their links."""
    found = session.execute(select(AuditSeal).where(col(AuditSeal.audit_id).in_(rows))).scalars() if rows else ()
    return {seal.audit_id: seal for seal in found}


def _matching(asked: Asked) -> Select[Any]:
    query = select(Audit)
    for column, value in ((Audit.account_id, asked.account), (Audit.case_id, asked.case), (Audit.person, asked.person)):
        if value is not None:
            query = query.where(col(column) == value)
    if asked.since is not None:
        query = query.where(col(Audit.at) >= asked.since)
    if asked.before is not None:
        query = query.where(col(Audit.at) < asked.before)
    match asked.kind:
        case "refused":
            query = query.where(text(REFUSED))
        case "seen":
            query = query.where(text(SEEN))
        case "done":
            query = query.where(text(f"NOT ({SEEN})"), text("allowed"))
    return query


def refused_in(session: Session, case: str, *, limit: int = 50) -> list[Audit]:
    """The acts on a case that were refused, the newest ones, in their order; refused looks are left out."""
    query = select(Audit).where(col(Audit.case_id) == case, col(Audit.allowed).is_(False), col(Audit.act) != "view")
    return list(session.execute(query.order_by(col(Audit.id).desc()).limit(limit)).scalars())[::-1]


def acts_since(
    session: Session, seen: int, *, case: str | None = None, account: str | None = None, limit: int = 20
) -> list[Audit]:
    """What was done with a case, or for an account, after the row of this number, the oldest first.

    Looks and refusals are left out."""
    query = select(Audit).where(_about(case, account), col(Audit.id) > seen)
    query = query.where(col(Audit.allowed).is_(True), col(Audit.act) != "view")
    return list(session.execute(query.order_by(col(Audit.id)).limit(limit)).scalars())


def last_act(session: Session, *, case: str | None = None, account: str | None = None) -> int:
    """The number of the newest act on a case, or an account, 0 without any: what a page has seen. A look changes nothing."""
    query = select(func.max(col(Audit.id))).where(_about(case, account), col(Audit.act) != "view")
    return session.execute(query).scalar_one() or 0


def _about(case: str | None, account: str | None) -> ColumnElement[bool]:
    return col(Audit.case_id) == case if case is not None else col(Audit.account_id) == account
