"""What people do with a task that leaves the case's state as it is: SQL is the truth about it, no workflow hears of it.

Each act is one guarded UPDATE: of two at once one wins, and the other learns who did. Whether the person may is for the
caller to decide; what the task's own state forbids is refused here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, literal, select, text, update
from sqlmodel import Session, col

from definitions.language.sentences import say, word
from store.tables.cases import NOT_CLOSED, PRIORITIES, TaskHelper, TaskRow


class ClaimError(Exception):
    """An act that the task's state forbids; `code` is stable, the sentence is for people."""

    code = "claim"


class NoSuchTaskError(ClaimError):
    """There is no such task."""

    code = "no-such-task"


class TaskClosedError(ClaimError):
    """The task is closed already."""

    code = "task-closed"


class TaskTakenError(ClaimError):
    """Somebody else has claimed the task."""

    code = "task-taken"


class TaskSuspendedError(ClaimError):
    """The task is suspended: it must be resumed first."""

    code = "task-suspended"


class TaskChangedError(ClaimError):
    """The task has changed since the person read it."""

    code = "task-changed"


_UNCLAIMED = col(TaskRow.assignee).is_(None)
_WORKABLE = col(TaskRow.state) != "suspended"


def claim(session: Session, task_id: str, person: str, at: datetime) -> TaskRow:
    """The task, claimed by this person; TaskTakenError when somebody else has it. Claiming one's own changes nothing."""
    free = (_UNCLAIMED | (col(TaskRow.assignee) == person)) & _WORKABLE
    return _change(session, task_id, free, _given_to(person, at), None)


def assign(session: Session, task_id: str, person: str, at: datetime, version: int | None = None) -> TaskRow:
    """The task, given to this person, whoever had it."""
    return _change(session, task_id, _WORKABLE, _given_to(person, at), version)


def release(session: Session, task_id: str, person: str | None, *, keep_draft: bool = True) -> TaskRow:
    """The task, claimed by nobody: by its assignee, or by anybody who may when `person` is None."""
    owned = _WORKABLE if person is None else (col(TaskRow.assignee) == person) & _WORKABLE
    values: dict[str, Any] = {"assignee": None, "claimed_at": None, "state": "open", "assigned_step": None}
    return _change(session, task_id, owned, values if keep_draft else values | {"draft": None}, None)


def save_draft(session: Session, task_id: str, person: str, draft: Any, version: int | None = None) -> TaskRow:
    """The task with its half-filled form kept; only its assignee may."""
    return _change(session, task_id, col(TaskRow.assignee) == person, {"draft": draft}, version)


def set_follow_up(session: Session, task_id: str, at: datetime | None, version: int | None = None) -> TaskRow:
    """The task with the day on which somebody wants to look at it again."""
    return _change(session, task_id, literal(True), {"follow_up_at": at}, version)


def set_priority(session: Session, task_id: str, priority: str, version: int | None = None) -> TaskRow:
    """The task with another priority (`urgent`, `high`, `normal`, `low`)."""
    given = PRIORITIES[priority]
    return _change(session, task_id, literal(True), {"priority": given, "raised": given}, version)


def add_helper(session: Session, task_id: str, helper: str, *, by: str, at: datetime) -> None:
    """Note that somebody helps with the task; a second time nothing changes."""
    _change(session, task_id, literal(True), {}, None)
    if session.get(TaskHelper, (task_id, helper)) is None:
        session.add(TaskHelper(task_id=task_id, user_id=helper, added_by=by, added_at=at))
        session.flush()


def remove_helper(session: Session, task_id: str, helper: str) -> None:
    """Note that somebody does not help any more."""
    _change(session, task_id, literal(True), {}, None)
    session.execute(delete(TaskHelper).where(col(TaskHelper.task_id) == task_id, col(TaskHelper.user_id) == helper))


def _given_to(person: str, at: datetime) -> dict[str, Any]:
    own = col(TaskRow.assignee) == person
    return {
        "assignee": person,
        "claimed_at": case((own, col(TaskRow.claimed_at)), else_=at),
        "state": "claimed",
        "assigned_step": None,  # from now on the claim is a person's, and stays if a step is replaced
    }


def _change(
    session: Session, task_id: str, allowed: ColumnElement[bool], values: dict[str, Any], version: int | None
) -> TaskRow:
    """The changed task; the error that fits when nothing was changed."""
    statement = update(TaskRow).where(col(TaskRow.id) == task_id, text(NOT_CLOSED), allowed)
    if version is not None:
        statement = statement.where(col(TaskRow.version) == version)
    done = session.connection().execute(statement.values(**values, version=col(TaskRow.version) + 1))
    query = select(TaskRow).where(col(TaskRow.id) == task_id).execution_options(populate_existing=True)
    task: TaskRow | None = session.execute(query).scalar_one_or_none()
    if done.rowcount and task is not None:
        return task
    raise _refusal(task, task_id, version)


def _refusal(task: TaskRow | None, task_id: str, version: int | None) -> ClaimError:
    if task is None:
        return NoSuchTaskError(say("there is no task %(task)s", task=task_id))
    if task.closed_at is not None:
        return TaskClosedError(
            say(
                "task %(task)s was %(state)s by %(who)s",
                task=task_id,
                state=word(task.state),
                who=task.closed_by or say("the case itself"),
            )
        )
    if version is not None and task.version != version:
        return TaskChangedError(say("task %(task)s has changed since it was read; look at it again", task=task_id))
    if task.state == "suspended":
        return TaskSuspendedError(say("task %(task)s is suspended; resume it first", task=task_id))
    return TaskTakenError(say("task %(task)s is with %(who)s", task=task_id, who=task.assignee or say("nobody")))
