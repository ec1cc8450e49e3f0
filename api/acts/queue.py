"""Which tasks a person sees: their queues and their own; supervisors see all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from api.acts.rules import must_see_task
from api.problems import NotFound, NotPermitted
from api.security.people import Person
from api.services import Services
from definitions.language.sentences import say
from store.paging import Page
from store.queries.tasks import assigned_page, due_page, named_tasks, queue_page, tasks_of_case
from store.tables.cases import CaseRow, TaskRow
from store.tables.connections import RegisterItem
from store.tables.utility import Account

OfAnAccount = TypeVar("OfAnAccount", TaskRow, CaseRow, RegisterItem)


def queue_of(
    office: Services,
    person: Person,
    *,
    queue: str | None = None,
    assignee: str | None = None,
    due_before: datetime | None = None,
    case: str | None = None,
    unclaimed: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[TaskRow]:
    """The tasks that match, as far as the person may see them; NotPermitted for a queue or person not theirs to look at.

    `unclaimed` leaves out what somebody has claimed."""
    queues = _queues(office, person, queue)
    if assignee is not None and not person.is_or_stands_in_for(assignee) and not _sees_all(person):
        raise NotPermitted(
            say(
                "%(who)s's tasks are for %(who)s, a substitute or a supervisor to see.",
                who=assignee[:60],
            )
        )
    with office.store.reading() as session:
        if case is not None:
            page = Page(items=tasks_of_case(session, case), cursor=None)
        elif assignee is not None:
            page = assigned_page(session, [assignee], limit=limit, cursor=cursor)
        elif due_before is not None:
            page = due_page(session, due_before, queues=queues, limit=limit, cursor=cursor)
        else:
            page = queue_page(session, queues, limit=limit, cursor=cursor, unclaimed=unclaimed)
        seen = visible(session, person, page.items)
    kept = [
        task
        for task in seen
        if (queue is None or task.queue == queue)
        and (assignee is None or task.assignee == assignee)
        and (due_before is None or (task.due_at is not None and task.due_at < due_before))
        and (_sees_all(person) or _mine(person, task) or (case is not None and person.may("see-accounts")))
    ]
    return Page(items=kept, cursor=page.cursor)


def offered_by_name(office: Services, person: Person) -> list[TaskRow]:
    """The tasks that wait for this person, or for those for whom they stand in, by name and not in a queue of theirs."""
    with office.store.reading() as session:
        found = named_tasks(session, [person.id, *sorted(person.stands_in_for)])
        return [task for task in visible(session, person, found) if task.queue not in person.queues]


def queues_to_look_at(office: Services, person: Person) -> tuple[str, ...]:
    """The queues and crews whose tasks the person may see."""
    return _queues(office, person, None) if not _sees_all(person) else (*office.district.queues, *office.district.crews)


def task_seen(session: Session, person: Person, task_id: str) -> TaskRow:
    """The task, for a person who may see it; NotFound or Confidential otherwise."""
    return task_with_account(session, person, task_id)[0]


def task_with_account(session: Session, person: Person, task_id: str) -> tuple[TaskRow, Account | None]:
    """The task and the account that its case is about, as `task_seen`; one statement."""
    found = session.exec(
        select(TaskRow, Account).join(Account, isouter=True).where(TaskRow.id == task_id)
    ).one_or_none()
    if found is None:
        raise NotFound(
            say("There is no task %(task)s. GET /api/tasks lists those that are open to you.", task=repr(task_id[:60]))
        )
    task, account = found
    must_see_task(session, person, task)  # who it is about is known to the session
    return task, account


def _queues(office: Services, person: Person, queue: str | None) -> tuple[str, ...]:
    every = (*office.district.queues, *office.district.crews)
    if queue is None:
        return every if _sees_all(person) and not person.queues else person.queues
    if queue not in every:
        raise NotFound(
            say(
                "There is no queue %(queue)s. The queues are %(every)s.",
                queue=repr(queue[:60]),
                every=", ".join(sorted(every)),
            )
        )
    if queue not in person.queues and not _sees_all(person):
        raise NotPermitted(
            say(
                "The queue %(queue)s is not open to %(person)s; yours are %(queues)s.",
                queue=repr(queue),
                person=person.id,
                queues=", ".join(person.queues) or say("none"),
            )
        )
    return (queue,)


def _sees_all(person: Person) -> bool:
    return person.may("assign-tasks") or person.may("read-audit")


def _mine(person: Person, task: TaskRow) -> bool:
    named: list[str] = task.users or []
    return (
        task.queue in person.queues
        or (task.assignee is not None and person.is_or_stands_in_for(task.assignee))
        or any(person.is_or_stands_in_for(user) for user in named)
    )


def visible(session: Session, person: Person, rows: Sequence[OfAnAccount]) -> list[OfAnAccount]:
    """The tasks, cases or devices without those of confidential accounts, unless the person may see these."""
    accounts = {row.account_id for row in rows if row.account_id is not None}
    if person.may("see-confidential") or not accounts:
        return list(rows)
    hidden = set(
        session.exec(select(Account.id).where(col(Account.id).in_(accounts), col(Account.confidential).is_(True)))
    )
    return [row for row in rows if row.account_id not in hidden]
