"""A task as its page and its program see it: the form with what is filled in so far, and each outcome with what it will do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from activities.facts import READINGS, read_facts
from api.library import content_of_case
from api.security.people import Person
from api.services import Services
from api.views.tasks import FieldView, OutcomeView, TaskDetail, task_view
from definitions.language.expand import title_of
from definitions.language.forms import fields_of
from definitions.language.model import DataField, Task
from definitions.language.sentences import say
from store.queries.letters import notices_to_leave
from store.queries.tasks import helpers_of
from store.tables.cases import CaseRow, TaskRow
from workflows.machine import case as cases
from workflows.machine.choices import choices
from workflows.machine.events import Outcome
from workflows.machine.foresight import Foresight, foreseen
from workflows.machine.machine import Machine, machine_of


def task_detail(session: Session, office: Services, person: Person, task: TaskRow, row: CaseRow) -> TaskDetail:
    """The task of this case with its form and outcomes, as the person may choose them now; without them where `visible-to`
    bars it."""
    machine = machine_of(content_of_case(session, row))
    spec = _spec(machine, task)
    case = cases.from_json(row.snapshot)
    at = office.now()
    shown = task_view(task, at=at, zone=office.zone)
    helpers = helpers_of(session, task.id)
    sees_form = spec is None or not spec.visible_to or bool(person.roles & set(spec.visible_to))
    is_open = task.closed_at is None and spec is not None and sees_form
    return TaskDetail(
        **shown.model_dump(),
        help=spec.help if spec else None,
        helpers=helpers,
        form=_form(machine, spec, task, case) if spec and sees_form else [],
        outcomes=outcomes(session, machine, case, task, person, at, filled_in(machine, case, task), helpers)
        if is_open
        else [],
        snapshot=task.snapshot,
        notices=notices_to_leave(session, task.case_id) if task.kind == "work-order" else [],
        ended=how_ended(machine, task),
        filled=task.form if task.closed_at is not None and sees_form else None,
        messages=machine.messages(case),
        skippable=task.skippable,
        repeatable=task.repeatable,
    )


def _spec(machine: Machine, task: TaskRow) -> Task | None:
    plan = machine.setting.plan.states.get(task.place)
    return plan.task.spec if plan is not None and plan.task is not None else None


def how_ended(machine: Machine, task: TaskRow) -> str | None:
    """What the outcome of a completed task is called; None for any other."""
    spec = _spec(machine, task)
    chosen = spec.outcomes.get(task.outcome or "") if spec else None
    return (chosen.title if chosen else None) or (title_of(task.outcome) if task.outcome else None)


def _form(machine: Machine, spec: Task, task: TaskRow, case: cases.Case) -> list[FieldView]:
    data = machine.definition.data
    common = fields_of(spec.form, data)
    asked_by: dict[str, list[str]] = {}
    special: dict[str, DataField] = {}
    for key, outcome in spec.outcomes.items():
        for name, field in fields_of(outcome.form, data).items():
            if name not in common:
                special[name] = field
                asked_by.setdefault(name, []).append(key)
    kept: Mapping[str, Any] = task.draft or {}
    return [
        field_view(name, field, kept.get(name, case.data.get(name, field.default)), asked_by.get(name))
        for name, field in {**common, **special}.items()
    ]


def field_view(name: str, field: DataField, value: Any, outcomes: list[str] | None = None) -> FieldView:
    """A field of a form as it is shown, with what is filled in."""
    return FieldView(
        name=name,
        title=field.title or title_of(name.replace("_", "-")),
        type=field.type,
        unit=field.unit,
        required=field.required,
        many=field.many,
        long=field.long,
        choices=list(field.enum) if field.enum else None,
        help=field.help,
        outcomes=outcomes,
        value=field.default if value is None else value,
    )


def filled_in(machine: Machine, case: cases.Case, task: TaskRow) -> dict[str, Any]:
    """The task's form as far as it is filled in: by who has it, or by what the case knows."""
    spec = _spec(machine, task)
    if spec is None:
        return {}
    shown = {view.name: view.value for view in _form(machine, spec, task, case)}
    return {name: value for name, value in shown.items() if value is not None}


def outcomes(
    session: Session,
    machine: Machine,
    case: cases.Case,
    task: TaskRow,
    person: Person,
    at: datetime,
    form: Mapping[str, Any],
    helpers: Sequence[str],
) -> list[OutcomeView]:
    """Each outcome of an open task with what it would do, or what stands against it, with this form and at this moment."""
    spec = _spec(machine, task)
    assert spec is not None
    facts = facts_for_choosing(session, machine, case, task, person, at)
    known = {name: value for name, value in facts.items() if value is not None}
    shown = []
    for choice in choices(machine, case, task.run, by=person.id, facts=facts, at=at):
        outcome = spec.outcomes[choice.outcome]
        asked = fields_of(spec.form | outcome.form, machine.definition.data)
        event = Outcome(
            run=task.run,
            outcome=choice.outcome,
            form={name: value for name, value in form.items() if name in asked},
            by=person.id,
            helpers=tuple(helpers),
            checked_at=at.isoformat(),
        )
        told = Foresight() if choice.refused else foreseen(machine, case, event, facts=known, at=at)
        shown.append(
            OutcomeView(
                outcome=choice.outcome,
                title=choice.title,
                help=choice.help,
                does=told.does or choice.does,
                refused=choice.refused or _for_others(outcome.roles, person),
                earliest=choice.earliest or told.earliest,
                not_yet=told.not_yet,
                lacks=list(told.wrong),
            )
        )
    return shown


def _for_others(roles: tuple[str, ...], person: Person) -> str | None:
    if not roles or person.roles & set(roles):
        return None
    return say("It is for %(roles)s to choose.", roles=", ".join(roles))


def facts_for_choosing(
    session: Session, machine: Machine, case: cases.Case, task: TaskRow, person: Person, at: datetime
) -> dict[str, Any]:
    """The facts that deciding any outcome of the task would ask for, as they are now; limits are the person's own.

    One that was looked for and is not there is None: what no form changes, as that nothing is past due, may bar an outcome."""
    spec = _spec(machine, task)
    names: set[str] = set()
    for key in spec.outcomes if spec else ():
        names |= set(machine.facts_for(case, Outcome(run=task.run, outcome=key, by=person.id)))
    limits = {
        name: str(person.limits.get(name.removeprefix("limit."), "0")) for name in names if name.startswith("limit.")
    }
    asked = tuple(sorted(names - set(limits)))
    found = read_facts(session, task.account_id, asked, case, at) if asked else {}
    return {**dict.fromkeys(name for name in asked if name in READINGS), **found, **limits}
