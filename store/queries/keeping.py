"""Cases that something has to be done about, whoever forgot: timers of a demonstration, holds, histories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, tuple_
from sqlmodel import Session, col

from store.tables.cases import NOT_CLOSED, UNKEPT, CaseRow, ListLine, StepRow, TaskRow
from store.tables.utility import Account

_OPEN = text("cases.status = 'open'")


def cases_due(session: Session, at: datetime, limit: int = 500) -> list[tuple[str, datetime]]:
    """Open cases with a timer that is due by now, and when it was; the earliest first."""
    query = (
        select(col(CaseRow.id), col(CaseRow.next_due))
        .where(text("status = 'open'"), col(CaseRow.next_due) <= at)
        .order_by(col(CaseRow.next_due), col(CaseRow.id))
        .limit(limit)
    )
    return [(case, due) for case, due in session.execute(query) if due is not None]


def accounts_with_untold_cases(session: Session, limit: int = 500) -> list[str]:
    """Accounts with open cases that have not taken down the account's holds as they are now."""
    query = (
        select(col(Account.id))
        .join(CaseRow, col(CaseRow.account_id) == col(Account.id))
        .where(_OPEN, col(CaseRow.hold_version) != col(Account.hold_version))
        .distinct()
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def cases_written_last(session: Session, within: timedelta, limit: int = 2000) -> dict[str, int]:
    """Cases whose last step was within this time before the last step of all → that step's number."""
    last = session.execute(select(func.max(col(CaseRow.at)))).scalar_one_or_none()
    if last is None:
        return {}
    query = (
        select(col(CaseRow.id), col(CaseRow.step_no))
        .where(col(CaseRow.at) >= last - within)
        .order_by(col(CaseRow.at).desc())
        .limit(limit)
    )
    return {row.id: row.step_no for row in session.execute(query)}


def cases_to_archive(
    session: Session, after: tuple[datetime, str] | None = None, limit: int = 200
) -> list[tuple[datetime, str]]:
    """Closed cases whose history since their last closing is not kept yet, with when they closed; the oldest first."""
    query = select(col(CaseRow.closed_at), col(CaseRow.id)).where(text(UNKEPT))
    if after is not None:
        query = query.where(tuple_(col(CaseRow.closed_at), col(CaseRow.id)) > after)
    query = query.order_by(col(CaseRow.closed_at), col(CaseRow.id)).limit(limit)
    return [(closed, case) for closed, case in session.execute(query) if closed is not None]


def rules_of_open_cases(session: Session) -> list[tuple[str, int, int]]:
    """The versions that open cases run on: definition, version, and the version whose calendar and laws bind them."""
    query = (
        select(col(CaseRow.definition), col(CaseRow.version), col(CaseRow.rules_version))
        .where(text("status = 'open'"))
        .distinct()
    )
    return [(row.definition, row.version, row.rules_version) for row in session.execute(query)]


def open_cases_under(session: Session, definition: str, version: int, rules: int, limit: int = 500) -> list[str]:
    """Open cases of a version that are bound by these rules."""
    query = (
        select(col(CaseRow.id))
        .where(
            text("status = 'open'"),
            col(CaseRow.definition) == definition,
            col(CaseRow.version) == version,
            col(CaseRow.rules_version) == rules,
        )
        .order_by(col(CaseRow.id))
        .limit(limit)
    )
    return list(session.execute(query).scalars())


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the read model says of a case."""

    step_no: int
    snapshot: Any
    open_tasks: frozenset[int]  #: runs
    steps: int  #: how many are written down


def standing_of(session: Session, case_id: str) -> Standing | None:
    """What the read model says of a case; None when it does not know it."""
    row = session.get(CaseRow, case_id)
    if row is None:
        return None
    open_tasks = select(col(TaskRow.run)).where(col(TaskRow.case_id) == case_id, text(NOT_CLOSED))
    steps = select(func.count()).where(col(StepRow.case_id) == case_id)
    return Standing(
        step_no=row.step_no,
        snapshot=row.snapshot,
        open_tasks=frozenset(session.execute(open_tasks).scalars()),
        steps=session.execute(steps).scalar_one(),
    )


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What the read model has of a case."""

    has_case: bool
    tasks: frozenset[str]  #: ids
    lines: frozenset[str]  #: ids


def rows_of(session: Session, case_id: str) -> Rows:
    """What the read model has of a case."""
    tasks = select(col(TaskRow.id)).where(col(TaskRow.case_id) == case_id)
    lines = select(col(ListLine.id)).where(col(ListLine.case_id) == case_id)
    return Rows(
        has_case=session.get(CaseRow, case_id) is not None,
        tasks=frozenset(session.execute(tasks).scalars()),
        lines=frozenset(session.execute(lines).scalars()),
    )


def missing_steps(session: Session, case_id: str, numbers: Sequence[int]) -> set[int]:
    """Those of the steps that the read model does not have."""
    known = session.execute(select(col(StepRow.step_no)).where(col(StepRow.case_id) == case_id)).scalars()
    return set(numbers) - set(known)


def open_cases(session: Session) -> list[str]:
    """All open cases, by id."""
    query = select(col(CaseRow.id)).where(text("status = 'open'")).order_by(col(CaseRow.id))
    return list(session.execute(query).scalars())
