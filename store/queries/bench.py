"""What authors work with: how many open cases each version has, drafts, proposals, rehearsals."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlmodel import Session, col

from store.paging import Page, after, page_of, read_cursor
from store.tables.base import table_of
from store.tables.cases import CaseRow
from store.tables.definitions import OPEN_PROPOSAL, DefinitionVersion, Draft, Proposal, Rehearsal

MOST = 100  #: proposals or rehearsals on one page
KEPT = 30  #: rehearsals of a definition that are kept, with their figures
SILENT = timedelta(minutes=2)  #: a rehearsal that gives no sign of life for so long is none any more


def new_id(kind: str) -> str:
    """A fresh id: `dr-…`, `pr-…`, `rh-…`."""
    return f"{kind}-{secrets.token_hex(6)}"


def open_cases(session: Session, definition: str | None = None) -> Mapping[tuple[str, int], int]:
    """(definition, version) → how many open cases run on it."""
    query = (
        select(col(CaseRow.definition), col(CaseRow.version), func.count())
        .where(text("status = 'open'"))
        .group_by(col(CaseRow.definition), col(CaseRow.version))
    )
    if definition is not None:
        query = query.where(col(CaseRow.definition) == definition)
    return defaultdict(int, {(name, version): count for name, version, count in session.execute(query)})


def published_versions(session: Session, definition: str | None = None) -> list[Any]:
    """All versions of a definition, or of all, by name and then the newest first, without their texts."""
    query = select(*(column for column in table_of(DefinitionVersion).c if column.name not in ("compiled", "source")))
    query = query.order_by(col(DefinitionVersion.definition), col(DefinitionVersion.version).desc())
    if definition is not None:
        query = query.where(col(DefinitionVersion.definition) == definition)
    return list(session.execute(query))


def newest_version(session: Session, definition: str) -> int:
    """The number of the version that was published last, in effect or not; 0 without any."""
    query = select(func.max(col(DefinitionVersion.version))).where(col(DefinitionVersion.definition) == definition)
    return int(session.execute(query).scalar_one() or 0)


def drafts_of(session: Session, definition: str | None = None) -> list[Draft]:
    """The drafts of a definition, or of all, by name and author."""
    query = select(Draft).order_by(col(Draft.definition), col(Draft.author))
    if definition is not None:
        query = query.where(col(Draft.definition) == definition)
    return list(session.execute(query).scalars())


def draft_by(session: Session, author: str, definition: str) -> Draft | None:
    """The author's draft of the definition, if there is one."""
    query = select(Draft).where(col(Draft.author) == author, col(Draft.definition) == definition)
    return session.execute(query).scalar_one_or_none()


def open_proposals(session: Session, definition: str | None = None) -> list[Proposal]:
    """The proposals that wait for a second person, of one definition or of all, the oldest first."""
    query = select(Proposal).where(text(OPEN_PROPOSAL)).order_by(col(Proposal.proposed_at), col(Proposal.id))
    if definition is not None:
        query = query.where(col(Proposal.definition) == definition)
    return list(session.execute(query).scalars())


def open_proposal(session: Session, definition: str) -> Proposal | None:
    """The proposal of the definition that waits for a second person, if there is one."""
    query = select(Proposal).where(col(Proposal.definition) == definition, text(OPEN_PROPOSAL))
    return session.execute(query).scalar_one_or_none()


def last_proposal(session: Session, definition: str, by: str) -> Proposal | None:
    """What this person proposed last for the definition."""
    query = (
        select(Proposal)
        .where(col(Proposal.definition) == definition, col(Proposal.proposed_by) == by)
        .order_by(col(Proposal.proposed_at).desc(), col(Proposal.id).desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def proposal_page(
    session: Session, definition: str | None = None, *, limit: int = 50, cursor: str | None = None
) -> Page[Proposal]:
    """All proposals of a definition, or of all, the newest first."""
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    query = select(Proposal)
    if definition is not None:
        query = query.where(col(Proposal.definition) == definition)
    query = after(query, (col(Proposal.proposed_at), col(Proposal.id)), key, down=True)
    limit = min(limit, MOST)
    rows = session.execute(query.limit(limit + 1)).scalars()
    return page_of([rows], lambda each: (each.proposed_at, each.id), limit, down=True)


def rehearsals_of(session: Session, definition: str) -> list[Rehearsal]:
    """The rehearsals of a definition that are kept, the newest first."""
    query = (
        select(Rehearsal)
        .where(col(Rehearsal.definition) == definition)
        .order_by(col(Rehearsal.asked_at).desc(), col(Rehearsal.id).desc())
        .limit(KEPT)
    )
    return list(session.execute(query).scalars())


def running_rehearsals(session: Session, now: datetime) -> list[Rehearsal]:
    """The rehearsals that are at work; `now` is real time, as their signs of life are."""
    query = select(Rehearsal).where(
        col(Rehearsal.status).in_(("waiting", "running")), col(Rehearsal.told_at) >= now - SILENT
    )
    return list(session.execute(query).scalars())


def forget_rehearsals(session: Session, definition: str) -> None:
    """Drops all but the newest rehearsals of a definition."""
    kept = (
        select(col(Rehearsal.id))
        .where(col(Rehearsal.definition) == definition)
        .order_by(col(Rehearsal.asked_at).desc(), col(Rehearsal.id).desc())
        .limit(KEPT)
    )
    session.execute(delete(Rehearsal).where(col(Rehearsal.definition) == definition, col(Rehearsal.id).not_in(kept)))


def tell(session: Session, rehearsal: str, now: datetime, **values: Any) -> bool:
    """Writes down how far a rehearsal is; False when somebody has cancelled it meanwhile."""
    changed = session.execute(
        update(Rehearsal)
        .where(col(Rehearsal.id) == rehearsal, col(Rehearsal.status).in_(("waiting", "running")))
        .values(told_at=now, **values)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result counts its rows
