"""Ending a task: complete it with an outcome, take that back, skip it, do it again; putting it aside and going on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from api.acts.act import Answer, Ask, Record, must_change_things
from api.acts.checking import last_check, must_be_checked
from api.acts.claiming import holds, note, take
from api.acts.entities import frozen
from api.acts.moving import Move, Rules, moved
from api.acts.printable import must_print_form
from api.acts.remembering import fields_for
from api.acts.rules import CLOSED, definition_of, may_do, must_see_task, open_task
from api.library import published
from api.problems import BadForm, Changed, Conflict, NotFound, NotPermitted
from api.services import Services
from definitions.language.sentences import say
from store.queries.tasks import helpers_of
from store.tables.cases import TaskRow
from workflows.machine.events import Outcome, TakenBack, TaskRedone, TaskResumed, TaskSkipped, TaskSuspended


@dataclass(frozen=True, kw_only=True)
class Completion:
    """How a task ends."""

    outcome: str
    form: Mapping[str, Any]
    version: str | None = None  #: of the task that the person saw: refused when it has changed since


async def complete(
    office: Services, ask: Ask, task_id: str, completion: Completion, *, also: Rules | None = None
) -> Answer:
    """The step that completing the task led to; an unclaimed task is claimed on the way.

    `also` raises what else stands against it."""

    def rules(session: Session, record: Record) -> None:
        must_change_things(ask.person, "work")
        task = open_task(session, task_id)
        note(record, task)
        must_see_task(session, ask.person, task)
        if task.state == "suspended":
            raise Conflict(say("This task is suspended. Resume it first; the case shows why it was put aside."))
        if completion.version is not None and completion.version != str(task.version):
            has = say("%(who)s has it now", who=task.assignee) if task.assignee else say("nobody has it now")
            raise Changed(
                say(
                    "The task has changed since you opened its page: %(has)s. Look at it again, then send it "
                    "once more.",
                    has=has,
                )
            )
        take(session, ask, task, record)
        # Roles and duties may have changed since the claim.
        record.rule = may_do(session, ask.person, task)
        _may_choose(session, ask, task, completion.outcome)
        must_be_checked(office, session, task, completion.outcome)
        _, case = definition_of(session, task)
        fields = fields_for(session, task, completion.outcome)
        must_print_form(office, [published(session, case.definition, case.version)], fields, completion.form)
        if also is not None:
            also(session, record)

    def asking(session: Session, record: Record) -> Move:
        task = _known(session, task_id, record)
        form, wrong = frozen(session, fields_for(session, task, completion.outcome), completion.form, task.account_id)
        if wrong:
            raise BadForm(say("The form names something that there is not."), fields=wrong)
        checked = last_check(session, task) if task.check_at_site else None
        event = Outcome(
            run=task.run,
            outcome=completion.outcome,
            form=form,
            by=ask.person.id,
            helpers=tuple(helpers_of(session, task.id)),
            checked_at=checked.at.isoformat() if checked else None,
        )
        return Move(case=task.case_id, event=event)

    return await moved(office, ask, Record(act="complete", kind="task", id=task_id), rules, asking)


async def take_back(office: Services, ask: Ask, task_id: str) -> Answer:
    """The step that took one's own outcome back, while nothing irreversible has happened."""

    def rules(session: Session, record: Record) -> None:
        must_change_things(ask.person, "work")
        task = _known(session, task_id, record)
        must_see_task(session, ask.person, task)
        if task.closed_by != ask.person.id:
            raise NotPermitted(
                say("An outcome is taken back by who chose it. A supervisor can redo the task, if it may be.")
            )
        record.rule = "own outcome"

    def asking(session: Session, record: Record) -> Move:
        task = _known(session, task_id, record)
        return Move(case=task.case_id, event=TakenBack(run=task.run, by=ask.person.id))

    return await moved(office, ask, Record(act="take-back", kind="task", id=task_id), rules, asking)


async def suspend(office: Services, ask: Ask, task_id: str, *, reason: str, clock_stops: bool) -> Answer:
    """The step that put the task aside; `clock_stops` says whether its due date and escalations stand still."""

    def rules(session: Session, record: Record) -> None:
        _working_on(session, ask, task_id, record)

    def asking(session: Session, record: Record) -> Move:
        task = _known(session, task_id, record)
        event = TaskSuspended(run=task.run, reason=reason, clock_stops=clock_stops, by=ask.person.id)
        return Move(case=task.case_id, event=event)

    return await moved(office, ask, Record(act="suspend", kind="task", id=task_id), rules, asking)


async def resume(office: Services, ask: Ask, task_id: str) -> Answer:
    """The step after which the suspended task goes on."""

    def rules(session: Session, record: Record) -> None:
        _working_on(session, ask, task_id, record)

    def asking(session: Session, record: Record) -> Move:
        task = _known(session, task_id, record)
        return Move(case=task.case_id, event=TaskResumed(run=task.run, by=ask.person.id))

    return await moved(office, ask, Record(act="resume", kind="task", id=task_id), rules, asking)


async def skip(office: Services, ask: Ask, task_id: str, *, reason: str) -> Answer:
    """The step that left the task out: its first outcome is taken, if the definition lets it be skipped."""

    def rules(session: Session, record: Record) -> None:
        _working_on(session, ask, task_id, record)

    def asking(session: Session, record: Record) -> Move:
        task = _known(session, task_id, record)
        return Move(case=task.case_id, event=TaskSkipped(run=task.run, reason=reason, by=ask.person.id))

    return await moved(office, ask, Record(act="skip", kind="task", id=task_id), rules, asking)


async def redo(office: Services, ask: Ask, task_id: str, *, reason: str) -> Answer:
    """The step that opened an ended task once more, if the definition lets it be repeated."""

    def rules(session: Session, record: Record) -> None:
        must_change_things(ask.person, "work")
        task = _known(session, task_id, record)
        must_see_task(session, ask.person, task)
        if task.state not in CLOSED:
            raise Conflict(say("This task is still open; there is nothing to redo."))
        record.rule = "right assign-tasks" if ask.person.may("assign-tasks") else may_do(session, ask.person, task)

    def asking(session: Session, record: Record) -> Move:
        task = _known(session, task_id, record)
        return Move(case=task.case_id, event=TaskRedone(name=task.name, reason=reason, by=ask.person.id))

    return await moved(office, ask, Record(act="redo", kind="task", id=task_id), rules, asking)


def _working_on(session: Session, ask: Ask, task_id: str, record: Record) -> None:
    must_change_things(ask.person, "work")
    task = open_task(session, task_id)
    note(record, task)
    must_see_task(session, ask.person, task)
    if task.assignee is None:
        record.rule = "right assign-tasks" if ask.person.may("assign-tasks") else may_do(session, ask.person, task)
    else:
        record.rule = holds(ask, task)


def _known(session: Session, task_id: str, record: Record) -> TaskRow:
    task = session.get(TaskRow, task_id)
    if task is None:
        raise NotFound(say("There is no task %(task)s.", task=repr(task_id[:60])))
    note(record, task)
    return task


def _may_choose(session: Session, ask: Ask, task: TaskRow, outcome: str) -> None:
    spec, _ = definition_of(session, task)
    chosen = spec.outcomes.get(outcome) if spec else None
    if chosen is not None and chosen.roles and not ask.person.roles & set(chosen.roles):
        raise NotPermitted(
            say(
                "The outcome %(outcome)s is for %(roles)s to choose.",
                outcome=repr(outcome),
                roles=", ".join(chosen.roles),
            ),
            rule="outcome roles",
        )
