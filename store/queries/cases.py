"""Cases, their steps, links, incidents and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import SQLColumnExpression, case, or_, select, text
from sqlmodel import Session, col

from store.paging import Page, after, page_of, read_cursor
from store.tables.cases import CaseLink, CaseRow, Incident, Note, StepRow

NEWEST: tuple[SQLColumnExpression[Any], ...] = (col(CaseRow.opened_at), col(CaseRow.id))
MOST = 200  #: cases on one page


def case_page(
    session: Session,
    *,
    account: str | None = None,
    applicant: str | None = None,
    definition: str | None = None,
    state: str | None = None,
    is_open: bool | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[CaseRow]:
    """Cases, newest first. `state` is one atomic state's path; what is None is not asked."""
    limit = min(limit, MOST)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    query = select(CaseRow)
    if account is not None:
        query = query.where(col(CaseRow.account_id) == account)
    if applicant is not None:
        query = query.where(col(CaseRow.applicant_id) == applicant)
    if definition is not None:
        query = query.where(col(CaseRow.definition) == definition)
    if state is not None:
        query = query.where((" " + col(CaseRow.state) + " ").contains(f" {state} ", autoescape=True))
    if is_open is not None:
        queries = [query.where(col(CaseRow.status) == ("open" if is_open else "closed"))]
    elif definition is not None and account is None:
        # Its index has the status before the date: two scans and a merge instead of a sort.
        queries = [query.where(col(CaseRow.status) == status) for status in ("open", "closed")]
    else:
        queries = [query]
    streams = [session.execute(after(each, NEWEST, key, down=True).limit(limit + 1)).scalars() for each in queries]
    return page_of(streams, lambda case: (case.opened_at, case.id), limit, down=True)


def cases_beginning(session: Session, beginning: str, *, limit: int = 10) -> list[CaseRow]:
    """Cases whose number begins so, in the order of their numbers."""
    begins = (col(CaseRow.id) >= beginning, col(CaseRow.id) < beginning + "\U0010ffff")
    return list(session.execute(select(CaseRow).where(*begins).order_by(col(CaseRow.id)).limit(limit)).scalars())


def steps_of(session: Session, case_id: str, *, after_step: int = 0, limit: int = 1000) -> list[StepRow]:
    """The steps of a case in their order."""
    query = (
        select(StepRow)
        .where(col(StepRow.case_id) == case_id, col(StepRow.step_no) > after_step)
        .order_by(col(StepRow.case_id), col(StepRow.step_no))
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def histories(
    session: Session,
    definition: str,
    *,
    since: datetime | None = None,
    before: datetime | None = None,
    active_since: datetime | None = None,
) -> Iterator[tuple[CaseRow, list[StepRow]]]:
    """All cases of a type opened in that time with their steps, the oldest first; read a page at a time.

    With `active_since` only those whose last step was taken then or later."""
    first = (col(CaseRow.opened_at), col(CaseRow.id))
    key: tuple[object, ...] | None = None
    while True:
        query = select(CaseRow).where(col(CaseRow.definition) == definition)
        if since is not None:
            query = query.where(col(CaseRow.opened_at) >= since)
        if before is not None:
            query = query.where(col(CaseRow.opened_at) < before)
        if active_since is not None:
            query = query.where(col(CaseRow.at) >= active_since)
        cases = list(session.execute(after(query, first, key).limit(MOST)).scalars())
        if not cases:
            return
        steps: dict[str, list[StepRow]] = {case.id: [] for case in cases}
        told = select(StepRow).where(col(StepRow.case_id).in_(steps))
        for step in session.execute(told.order_by(col(StepRow.case_id), col(StepRow.step_no))).scalars():
            steps[step.case_id].append(step)
        yield from ((case, steps[case.id]) for case in cases)
        key = (cases[-1].opened_at, cases[-1].id)


def children_of(session: Session, case_id: str) -> list[CaseLink]:
    """The links from a case to its children."""
    query = select(CaseLink).where(col(CaseLink.parent_id) == case_id).order_by(col(CaseLink.child_id))
    return list(session.execute(query).scalars())


@dataclass(frozen=True, kw_only=True, slots=True)
class Relative:
    """The case that opened a case, or one that it opened."""

    id: str
    title: str
    status: str
    why: str
    why_said: Any
    step_no: int
    is_child: bool


def relatives_of(session: Session, case_id: str) -> list[Relative]:
    """The case's parent and its children, the parent first."""
    told = (CaseRow.id, CaseRow.title, CaseRow.status, CaseRow.why, CaseRow.why_said, CaseRow.step_no)
    parent, child = col(CaseLink.parent_id), col(CaseLink.child_id)
    is_child = parent == case_id
    query = (
        select(*(col(column) for column in told), is_child.label("is_child"))
        .select_from(CaseLink)
        .join(CaseRow, col(CaseRow.id) == case((is_child, child), else_=parent))
        .where(or_(is_child, child == case_id))
    )
    return [Relative(**row) for row in session.execute(query.order_by("is_child", col(CaseRow.id))).mappings()]


def cases_by_id(session: Session, ids: Sequence[str]) -> list[CaseRow]:
    """These cases, as far as they are there."""
    return list(session.execute(select(CaseRow).where(col(CaseRow.id).in_(ids))).scalars()) if ids else []


def versions_of(session: Session, ids: Iterable[str]) -> dict[str, tuple[str, int]]:
    """The definition that each of these cases runs on and its version, by the case's id; one statement."""
    query = select(col(CaseRow.id), col(CaseRow.definition), col(CaseRow.version)).where(col(CaseRow.id).in_(set(ids)))
    return {id_: (definition, version) for id_, definition, version in session.execute(query)}


def case_titles(session: Session, ids: Iterable[str | None]) -> dict[str, str]:
    """What these cases are called, by id; one statement."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    return dict(session.execute(select(col(CaseRow.id), col(CaseRow.title)).where(col(CaseRow.id).in_(wanted))).all())


def incidents_of(session: Session, case_id: str) -> list[Incident]:
    """All incidents of a case, the oldest first."""
    query = select(Incident).where(col(Incident.case_id) == case_id).order_by(col(Incident.opened_at), col(Incident.id))
    return list(session.execute(query).scalars())


def incidents_by_id(session: Session, ids: Sequence[str]) -> list[Incident]:
    """These incidents, as far as they are there, the oldest first."""
    query = select(Incident).where(col(Incident.id).in_(ids)).order_by(col(Incident.opened_at), col(Incident.id))
    return list(session.execute(query).scalars()) if ids else []


def incident_page(session: Session, *, limit: int = 50, cursor: str | None = None) -> Page[Incident]:
    """Incidents that nobody has settled, the oldest first."""
    limit = min(limit, MOST)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    query = after(select(Incident).where(text("settled_at IS NULL")), (col(Incident.opened_at), col(Incident.id)), key)
    return page_of([session.execute(query.limit(limit + 1)).scalars()], lambda each: (each.opened_at, each.id), limit)


def notes_of(session: Session, *, case: str | None = None, account: str | None = None) -> list[Note]:
    """Notes on a case, or on an account, the oldest first."""
    query = select(Note).order_by(col(Note.at), col(Note.id))
    query = query.where(col(Note.case_id) == case) if case else query.where(col(Note.account_id) == account)
    return list(session.execute(query).scalars())
