"""What somebody holds when they leave: tasks and inbox items, and whose substitute they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select, text, update
from sqlmodel import Session, col

from store.tables.cases import TaskCandidate, TaskRow
from store.tables.inbox import WAITING, InboxItem
from store.tables.people import Absence


@dataclass(frozen=True, kw_only=True)
class Held:
    """The work that somebody has, or that is offered to them by name."""

    tasks: tuple[TaskRow, ...]  #: claimed or assigned, most pressing first
    named: tuple[TaskRow, ...]  #: offered by name, to them alone or with others
    items: tuple[InboxItem, ...]


def held_by(session: Session, user_id: str) -> Held:
    """What the user holds now."""
    pressing = (col(TaskRow.priority), col(TaskRow.due_order), col(TaskRow.id))
    mine = select(TaskRow).where(col(TaskRow.assignee) == user_id, text("closed_at IS NULL")).order_by(*pressing)
    offered = select(col(TaskCandidate.task_id)).where(col(TaskCandidate.user_id) == user_id)
    named = select(TaskRow).where(col(TaskRow.id).in_(offered), text("closed_at IS NULL")).order_by(*pressing)
    items = select(InboxItem).where(col(InboxItem.assignee) == user_id, text(WAITING)).order_by(col(InboxItem.due_at))
    return Held(
        tasks=tuple(session.execute(mine).scalars()),
        named=tuple(session.execute(named).scalars()),
        items=tuple(session.execute(items).scalars()),
    )


def offer_to(session: Session, task: TaskRow, *, instead_of: str, to: str | None) -> None:
    """Offers a task that named somebody to somebody else instead, or to whoever else it names."""
    named: list[str] = [user for user in task.users or [] if user != instead_of]
    task.users = ([*named, to] if to is not None and to not in named else named) or None
    task.version += 1
    session.add(task)
    session.execute(
        delete(TaskCandidate).where(col(TaskCandidate.task_id) == task.id, col(TaskCandidate.user_id) == instead_of)
    )
    if to is not None and session.get(TaskCandidate, (to, task.id)) is None:
        session.add(TaskCandidate(user_id=to, task_id=task.id))
    session.flush()


def end_substitutions(session: Session, user_id: str, today: date) -> None:
    """Takes somebody off the absences in which they stand in, from today on."""
    session.execute(
        update(Absence)
        .where(col(Absence.substitute_id) == user_id, col(Absence.ends) >= today)
        .values(substitute_id=None)
    )
