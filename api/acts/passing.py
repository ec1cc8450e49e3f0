"""Passing work on: assign, delegate, hand over, decline; and helpers."""

from __future__ import annotations

from sqlmodel import Session, col, delete, select

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.claiming import holds, note, shown
from api.acts.rules import may_do, must_see_task, not_who_did, open_task, who_may_do
from api.problems import Conflict, Invalid, NotPermitted
from api.security.people import Person, person_of, persons_of
from api.services import Services
from definitions.language.sentences import say, whole
from store import claims, people
from store.tables.cases import TaskCandidate, TaskRow
from store.tables.people import Absence


def assign(office: Services, ask: Ask, task_id: str, *, to: str) -> Answer:
    """The task, given to somebody by a supervisor, whoever had it before."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "assign-tasks")
        task = _mine_to_see(session, ask, task_id, record)
        record.rule = "right assign-tasks"
        give(session, office, ask, task, to)
        return shown(office, ask, task)

    return once(office.store, ask, Record(act="assign", kind="task", id=task_id), work)


def delegate(office: Services, ask: Ask, task_id: str, *, to: str) -> Answer:
    """The task, given by who has it to somebody else who may do it."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        task = _mine_to_see(session, ask, task_id, record)
        record.rule = holds(ask, task)
        give(session, office, ask, task, to)
        return shown(office, ask, task)

    return once(office.store, ask, Record(act="delegate", kind="task", id=task_id), work)


def hand_over(office: Services, ask: Ask, task_id: str, *, to: str, with_form: bool) -> Answer:
    """The task that was begun, given to somebody else, with the half-filled form or with an empty one."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        task = _mine_to_see(session, ask, task_id, record)
        record.rule = holds(ask, task)
        give(session, office, ask, task, to)
        if not with_form:
            claims.save_draft(session, task.id, to, None)
        return shown(office, ask, task)

    act = "hand-over-with-form" if with_form else "hand-over-without-form"
    return once(office.store, ask, Record(act=act, kind="task", id=task_id), work)


def decline(office: Services, ask: Ask, task_id: str) -> Answer:
    """The task, no longer offered to the person by name, and back in its queue if they had it."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        task = _mine_to_see(session, ask, task_id, record)
        named: list[str] = list(task.users or [])
        if ask.person.id not in named and task.assignee != ask.person.id:
            raise Conflict(say("This task is neither yours nor offered to you by name; there is nothing to decline."))
        remaining = [user for user in named if user != ask.person.id]
        if not remaining and not (task.queue):
            raise Conflict(
                say("Nobody else could do this task: it is offered to you alone. Ask a supervisor to assign it.")
            )
        record.rule = "assigned" if task.assignee == ask.person.id else "named"
        task.users = remaining or None
        session.exec(
            delete(TaskCandidate).where(
                col(TaskCandidate.task_id) == task.id, col(TaskCandidate.user_id) == ask.person.id
            )
        )
        if task.assignee == ask.person.id:
            session.flush()
            claims.release(session, task.id, None)
        else:
            task.version += 1
        return shown(office, ask, task)

    return once(office.store, ask, Record(act="decline", kind="task", id=task_id), work)


def add_helper(office: Services, ask: Ask, task_id: str, *, helper: str) -> Answer:
    """The task with one more helper, who then counts for separation of duties."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        task = _mine_to_see(session, ask, task_id, record)
        record.rule = holds(ask, task)
        person = colleague(session, office, helper)
        not_who_did(session, person.id, task)
        if helper == task.assignee:
            raise Conflict(say("%(helper)s has this task already.", helper=helper))
        claims.add_helper(session, task.id, helper, by=ask.person.id, at=ask.at)
        return shown(office, ask, task)

    return once(office.store, ask, Record(act="add-helper", kind="task", id=task_id), work)


def give(session: Session, office: Services, ask: Ask, task: TaskRow, to: str) -> None:
    """Gives a locked task to somebody who may do it and is there."""
    person = colleague(session, office, to)
    if task.assignee == person.id:
        raise Conflict(say("%(to)s has this task already.", to=to))
    may_do(session, person, task)
    away = session.exec(
        select(Absence)
        .where(Absence.user_id == to, col(Absence.starts) <= office.today(), col(Absence.ends) >= office.today())
        .limit(1)
    ).first()
    if away is not None:
        told = say("%(who)s is away until %(day)s", who=to, day=away.ends)
        if away.substitute_id:
            told = say("%(away)s; %(substitute)s stands in", away=told, substitute=away.substitute_id)
        raise Conflict(
            whole(told),
            substitute=away.substitute_id,
        )
    claims.assign(session, task.id, person.id, ask.at)


def colleague(session: Session, office: Services, user_id: str) -> Person:
    """The person with this short name who works here; Invalid when there is none."""
    user = people.person(session, user_id, office.today())
    if user is None or not user.active:
        raise Invalid(
            say("There is no such person here."),
            fields={"to": say("nobody here is called %(user)s", user=repr(user_id[:60]))},
        )
    person = person_of(session, user, office.district)
    if not person.may("work"):
        raise NotPermitted(
            say("%(user)s does not work on tasks (no role of theirs has the right 'work').", user=user_id)
        )
    return person


def colleagues(session: Session, office: Services, task: TaskRow) -> list[tuple[str, str]]:
    """Who could take an open task today, by roles, crews and duties: short name and name, in the order of the names."""
    everybody = persons_of(session, district=office.district, today=office.today())
    working = [person for person in everybody if person.may("work") and person.id != task.assignee]
    return sorted(
        ((person.id, person.name) for person in who_may_do(session, working, task)), key=lambda each: (each[1], each[0])
    )


def _mine_to_see(session: Session, ask: Ask, task_id: str, record: Record) -> TaskRow:
    task = open_task(session, task_id)
    note(record, task)
    must_see_task(session, ask.person, task)
    return task
