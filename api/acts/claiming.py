"""Taking work and giving it back: claim, release, and "give me the next one"."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlmodel import Session, col, or_, select

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.rules import may_do, must_see_task, open_task
from api.problems import AlreadyClaimed, Conflict, NotPermitted, Problem
from api.services import Services
from api.views.tasks import etag, task_view
from definitions.language.sentences import say
from store import claims
from store.tables.cases import UNCLAIMED, TaskCandidate, TaskRow

LOOKED_AT = 200  #: how many unclaimed tasks "give me the next one" looks at before it says that there is none


def claim(office: Services, ask: Ask, task_id: str) -> Answer:
    """The task, now the person's; AlreadyClaimed, naming who has it, when somebody was first."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        task = open_task(session, task_id)
        note(record, task)
        must_see_task(session, ask.person, task)
        take(session, ask, task, record)
        return shown(office, ask, task)

    return once(office.store, ask, Record(act="claim", kind="task", id=task_id), work)


def release(office: Services, ask: Ask, task_id: str) -> Answer:
    """The task, back in its queue; its half-filled form stays with it."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        task = open_task(session, task_id)
        note(record, task)
        must_see_task(session, ask.person, task)
        record.rule = holds(ask, task)
        claims.release(session, task.id, None)
        return shown(office, ask, task)

    return once(office.store, ask, Record(act="release", kind="task", id=task_id), work)


def next_one(
    office: Services, ask: Ask, *, like: str | None = None, case: str | None = None, queue: str | None = None
) -> Answer:
    """The most pressing task that the person may do, claimed; Conflict when there is none.

    `like` asks for one of the same kind (the name of a task), `case` for one of the same case. Tasks that the person must not
    do are passed over, those that somebody is taking at this moment as well."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        for task in _most_pressing(session, ask, like=like, case=case, queue=queue):
            try:
                take(session, ask, task, record)
            except Problem:
                continue
            note(record, task)
            record.id = task.id
            return shown(office, ask, task)
        raise Conflict(say("Nothing is waiting that you may do. What comes in next will be in the queue."))

    return once(office.store, ask, Record(act="claim-next", kind="task", id="next"), work)


def take(session: Session, ask: Ask, task: TaskRow, record: Record) -> None:
    """Claims a locked task for the person, by the rules."""
    if task.assignee == ask.person.id:
        record.rule = "assigned"
        if task.state == "open":
            claims.claim(session, task.id, ask.person.id, ask.at)
        return
    if task.assignee is not None and task.assignee not in ask.person.stands_in_for:
        raise AlreadyClaimed(
            say(
                "%(who)s has this task. Ask %(who)s to release it, or take the next one.",
                who=task.assignee,
            ),
            assignee=task.assignee,
        )
    if task.state == "suspended":
        raise Conflict(say("This task is suspended. Resume it first; the case shows why it was put aside."))
    record.rule = may_do(session, ask.person, task)
    if task.assignee is None:
        claims.claim(session, task.id, ask.person.id, ask.at)
    else:
        claims.assign(session, task.id, ask.person.id, ask.at)


def holds(ask: Ask, task: TaskRow) -> str:
    """The rule by which the person may give the task away: they have it, or may assign tasks."""
    if task.assignee is None:
        raise Conflict(say("Nobody has this task; it is offered already."))
    if task.assignee == ask.person.id:
        return "assigned"
    if task.assignee in ask.person.stands_in_for:
        return f"substitute for {task.assignee}"
    if ask.person.may("assign-tasks"):
        return "right assign-tasks"
    raise NotPermitted(say("%(who)s has this task. Only %(who)s or a supervisor can give it away.", who=task.assignee))


def note(record: Record, task: TaskRow) -> None:
    """Tells the audit which case and account the task belongs to."""
    record.case = task.case_id
    record.account = task.account_id


def shown(office: Services, ask: Ask, task: TaskRow, status: int = 200) -> Answer:
    """The task as answer, with its ETag."""
    view = task_view(task, at=ask.at, zone=office.zone)
    return Answer(status=status, body=view.model_dump(mode="json"), headers={"ETag": etag(task.version)})


def _most_pressing(
    session: Session, ask: Ask, *, like: str | None, case: str | None, queue: str | None
) -> Iterator[TaskRow]:
    person = ask.person
    wanted = select(TaskRow).where(text(UNCLAIMED), col(TaskRow.assignee).is_(None))
    if like is not None:
        wanted = wanted.where(TaskRow.name == like)
    if case is not None:
        wanted = wanted.where(TaskRow.case_id == case)
    queues = [name for name in person.queues if queue in (None, name)]
    reach = [col(TaskRow.queue).in_(queues), col(TaskRow.crew).in_(queues)]
    if queue is None:
        named = select(TaskCandidate.task_id).where(
            col(TaskCandidate.user_id).in_([person.id, *sorted(person.stands_in_for)])
        )
        reach.append(col(TaskRow.id).in_(named))
    ordered = (
        wanted.where(or_(*reach))
        .where(or_(col(TaskRow.follow_up_at).is_(None), col(TaskRow.follow_up_at) <= ask.at))
        .order_by(col(TaskRow.priority), col(TaskRow.due_order), col(TaskRow.id))
        .limit(LOOKED_AT)
    )
    # Whoever asks at the same moment on PostgreSQL passes over the rows that this transaction holds.
    for task_id in session.execute(ordered.with_only_columns(col(TaskRow.id))).scalars().all():
        locked = session.exec(
            select(TaskRow).where(TaskRow.id == task_id, text(UNCLAIMED)).with_for_update(skip_locked=True)
        ).first()
        if locked is not None:
            yield locked
