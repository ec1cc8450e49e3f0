"""Sealing the audit: what was written becomes a link of the chain, in the order in which it is sealed.

Writers do not wait for the chain: a trigger notes each new row as unsealed, and the worker's rounds take the notes away and
write the links. Every row is therefore either noted or sealed, and one that is neither was put there behind Headgate's back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session

from store.chain import START, link_digest, row_digest
from store.tables.audit import Audit, AuditSeal, UnsealedAudit
from store.tables.base import table_of

AUDIT, SEALS, UNSEALED = table_of(Audit), table_of(AuditSeal), table_of(UnsealedAudit)
BATCH = 250  #: rows in one transaction: a writer that waits for it on SQLite waits for a few milliseconds


@dataclass(frozen=True, kw_only=True)
class Head:
    """The chain's newest link: kept elsewhere, it is an anchor, which shows later that nothing up to it is gone."""

    no: int  #: 0: there is none
    digest: str
    sealed_at: datetime | None = None


def head(session: Session) -> Head:
    """The newest link."""
    query = select(SEALS.c.no, SEALS.c.digest, SEALS.c.sealed_at).order_by(SEALS.c.no.desc()).limit(1)
    row = session.execute(query).one_or_none()
    return Head(no=0, digest=START) if row is None else Head(no=row.no, digest=row.digest, sealed_at=row.sealed_at)


def unsealed(session: Session) -> tuple[int, int] | None:
    """The lowest and the highest number of a row that is not sealed, None without any."""
    lowest, highest = session.execute(select(func.min(UNSEALED.c.audit_id), func.max(UNSEALED.c.audit_id))).one()
    return None if lowest is None else (int(lowest), int(highest))


def seal(session: Session, until: int, at: datetime) -> int:
    """How many rows became links: the unsealed ones up to this number, at most `BATCH`; `at` is the computer's time.

    Of two who seal at the same moment the second waits for the first, and then finds what it left."""
    noted = select(UNSEALED.c.audit_id).where(UNSEALED.c.audit_id <= until).order_by(UNSEALED.c.audit_id).limit(BATCH)
    ids = list(session.execute(noted.with_for_update()).scalars())
    if not ids:
        return 0
    rows = session.execute(select(AUDIT).where(AUDIT.c.id.in_(ids)).order_by(AUDIT.c.id)).all()
    if rows:
        session.execute(insert(SEALS), _links(head(session), rows, at))
    session.execute(delete(UNSEALED).where(UNSEALED.c.audit_id.in_(ids)))
    return len(rows)


def _links(last: Head, rows: Any, at: datetime) -> list[dict[str, Any]]:
    links = []
    before = last.digest
    for number, row in enumerate(rows, start=last.no + 1):
        content = row_digest(row)
        before = link_digest(before, content, at)
        links.append({"no": number, "audit_id": row.id, "row_digest": content, "digest": before, "sealed_at": at})
    return links
