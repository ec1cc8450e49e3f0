"""Lists of tasks. Each is keyset-paged and read from one index in its order: no sort, no row read that is not shown.

`NOT_CLOSED` and its likes are the conditions of the partial indexes, repeated word for word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import SQLColumnExpression, func, select, text
from sqlmodel import Session, col

from store.paging import Key, Page, after, page_of, read_cursor
from store.tables.cases import NOT_CLOSED, UNCLAIMED, WORKABLE, CaseRow, TaskCandidate, TaskHelper, TaskRow

PRESSING: tuple[SQLColumnExpression[Any], ...] = (col(TaskRow.priority), col(TaskRow.due_order), col(TaskRow.id))
BY_DUE: tuple[SQLColumnExpression[Any], ...] = (col(TaskRow.due_order), col(TaskRow.id))
MOST = 200  #: tasks on one page


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueCount:
    """How much lies in a queue."""

    queue: str
    open: int
    unclaimed: int
    overdue: int


def queue_page(
    session: Session, queues: Sequence[str], *, limit: int = 50, cursor: str | None = None, unclaimed: bool = False
) -> Page[TaskRow]:
    """What can be worked on in these queues, most pressing first: by priority, then due date, then id.

    One index scan a queue. Suspended tasks are not offered; `unclaimed` leaves out what somebody has claimed."""
    return _pressing(session, col(TaskRow.queue), queues, UNCLAIMED if unclaimed else WORKABLE, limit, cursor)


def assigned_page(
    session: Session, people: Sequence[str], *, limit: int = 50, cursor: str | None = None
) -> Page[TaskRow]:
    """The open tasks of these people (somebody, and those for whom they stand in), most pressing first."""
    return _pressing(session, col(TaskRow.assignee), people, NOT_CLOSED, limit, cursor)


def named_tasks(session: Session, people: Sequence[str]) -> list[TaskRow]:
    """What nobody has claimed and is offered to these people by name, most pressing first, at most MOST of it."""
    named = select(col(TaskCandidate.task_id)).where(col(TaskCandidate.user_id).in_(people))
    query = select(TaskRow).where(col(TaskRow.id).in_(named), text(UNCLAIMED)).order_by(*PRESSING).limit(MOST)
    return list(session.execute(query).scalars())


def crew_page(session: Session, crews: Sequence[str], *, limit: int = 50, cursor: str | None = None) -> Page[TaskRow]:
    """The open work orders of these crews, most pressing first."""
    return _pressing(session, col(TaskRow.crew), crews, NOT_CLOSED, limit, cursor)


def due_page(
    session: Session,
    before: datetime,
    *,
    queues: Sequence[str] | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[TaskRow]:
    """Open tasks due before a moment, in all queues or in these, the earliest first."""
    limit = min(limit, MOST)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    due = select(TaskRow).where(text(NOT_CLOSED), col(TaskRow.due_order) < before)
    queries = [due] if queues is None else [due.where(col(TaskRow.queue) == queue) for queue in dict.fromkeys(queues)]
    streams = [session.execute(after(query, BY_DUE, key).limit(limit + 1)).scalars() for query in queries]
    return page_of(streams, lambda task: (task.due_order, task.id), limit)


def tasks_of_case(session: Session, case_id: str) -> list[TaskRow]:
    """All tasks of a case, open and closed, in the order of their opening."""
    query = select(TaskRow).where(col(TaskRow.case_id) == case_id).order_by(col(TaskRow.case_id), col(TaskRow.run))
    return list(session.execute(query).scalars())


def helpers_of(session: Session, task_id: str) -> list[str]:
    """Who helps with a task."""
    query = select(col(TaskHelper.user_id)).where(col(TaskHelper.task_id) == task_id).order_by(col(TaskHelper.user_id))
    return list(session.execute(query).scalars())


def doers_of(session: Session, case_id: str, names: Sequence[str]) -> set[str]:
    """Who completed or helped to complete any run of these tasks in the case: for separation of duties."""
    in_case = (col(TaskRow.case_id) == case_id, col(TaskRow.name).in_(names), col(TaskRow.state) == "completed")
    completed = session.execute(select(col(TaskRow.closed_by)).where(*in_case)).scalars()
    helped = session.execute(
        select(col(TaskHelper.user_id)).join(TaskRow, col(TaskRow.id) == col(TaskHelper.task_id)).where(*in_case)
    ).scalars()
    return {person for person in (*completed, *helped, *_known_to_case(session, case_id, names)) if person}


def barred_as_doer(session: Session, person: str, tasks: Sequence[tuple[TaskRow, CaseRow]]) -> set[str]:
    """Ids of those of the tasks that this person may not do for separation of duties; two statements for all of them."""
    parted = [(task, case) for task, case in tasks if task.not_by]
    cases = {task.case_id for task, _case in parted}
    names = {name for task, _case in parted for name in task.not_by or ()}
    if not parted:
        return set()
    among = (col(TaskRow.case_id).in_(cases), col(TaskRow.name).in_(names), col(TaskRow.state) == "completed")
    what = select(col(TaskRow.case_id), col(TaskRow.name)).where(*among)
    helping = what.join(TaskHelper, col(TaskHelper.task_id) == col(TaskRow.id)).where(col(TaskHelper.user_id) == person)
    did = {
        (row[0], row[1])
        for query in (what.where(col(TaskRow.closed_by) == person), helping)
        for row in session.execute(query)
    }
    return {
        task.id
        for task, case in parted
        for name in task.not_by or ()
        if (case.id, name) in did or person in (((case.snapshot or {}).get("people") or {}).get(name) or ())
    }


def _known_to_case(session: Session, case_id: str, names: Sequence[str]) -> list[str]:
    """Who opened the case, and who worked on the case that opened it or on its children, where the names mean them."""
    snapshot = session.execute(select(col(CaseRow.snapshot)).where(col(CaseRow.id) == case_id)).scalar_one_or_none()
    people = (snapshot or {}).get("people") or {}
    return [person for name in names for person in people.get(name) or ()]


def queue_counts(session: Session, at: datetime) -> list[QueueCount]:
    """How much lies in each queue, at this moment."""
    query = (
        select(
            col(TaskRow.queue),
            func.count(),
            func.count().filter(col(TaskRow.state) == "open"),
            func.count().filter(col(TaskRow.due_order) < at),
        )
        .where(text(WORKABLE), col(TaskRow.queue).is_not(None))
        .group_by(col(TaskRow.queue))
        .order_by(col(TaskRow.queue))
    )
    return [
        QueueCount(queue=str(queue), open=number, unclaimed=free, overdue=late)
        for queue, number, free, late in session.execute(query)
    ]


def _pressing(
    session: Session,
    column: SQLColumnExpression[Any],
    values: Sequence[str],
    condition: str,
    limit: int,
    cursor: str | None,
) -> Page[TaskRow]:
    limit = min(limit, MOST)
    key: Key | None = read_cursor(cursor, (int, datetime, str)) if cursor else None
    streams = [
        session.execute(
            after(select(TaskRow).where(column == value, text(condition)), PRESSING, key).limit(limit + 1)
        ).scalars()
        for value in dict.fromkeys(values)
    ]
    return page_of(streams, lambda task: (task.priority, task.due_order, task.id), limit)


def open_tasks_of_account(session: Session, account_id: str, *, limit: int = 20) -> list[TaskRow]:
    """What is to be done for the account, the newest first."""
    query = (
        select(TaskRow)
        .where(col(TaskRow.account_id) == account_id, col(TaskRow.closed_at).is_(None))
        .order_by(col(TaskRow.opened_at).desc(), col(TaskRow.id).desc())
        .limit(limit)
    )
    return list(session.execute(query).scalars())
