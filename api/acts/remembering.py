"""What people write beside a task: notes, a follow-up date, the half-filled form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlmodel import Session

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.claiming import holds, note, shown
from api.acts.queue import task_seen
from api.acts.rules import case_acted_on, definition_of, must_see_task, open_task
from api.library import published
from api.problems import BadForm, Changed, Conflict, NotFound
from api.security.people import Person
from api.services import Services
from api.views.notes import note_view
from definitions.language.forms import checked, fields_of
from definitions.language.model import DataField
from definitions.language.sentences import say
from store import claims
from store.tables.cases import Note, TaskRow


def add_note(
    office: Services, ask: Ask, *, text: str, task_id: str | None = None, case_id: str | None = None
) -> Answer:
    """A note on a task, or on a case. Notes are only ever added, so nobody's note can overtake another's."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        if task_id is not None:
            task = session.get(TaskRow, task_id)
            if task is None:
                raise NotFound(say("There is no task %(task)s.", task=repr(task_id[:60])))
            note(record, task)
            must_see_task(session, ask.person, task)
        else:
            ask.person.must("see-accounts")
            case_acted_on(session, ask.person, str(case_id), record)
        row = Note(
            id=uuid4().hex,
            case_id=record.case,
            task_id=task_id,
            account_id=record.account,
            by=ask.person.id,
            at=ask.at,
            text=text,
        )
        session.add(row)
        return Answer(status=201, body=note_view(row, zone=office.zone).model_dump(mode="json"))

    kind, found = ("task", task_id) if task_id is not None else ("case", case_id)
    return once(office.store, ask, Record(act="note", kind=kind, id=str(found)), work)


def follow_up(office: Services, ask: Ask, task_id: str, *, at: datetime | None) -> Answer:
    """The task with the time at which it should come back to mind, or with none."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        task = open_task(session, task_id)
        note(record, task)
        must_see_task(session, ask.person, task)
        record.rule = holds(ask, task)
        if at is not None and at <= ask.at:
            raise Conflict(say("A follow-up date lies in the future; this one has passed."))
        claims.set_follow_up(session, task.id, at)
        return shown(office, ask, task)

    return once(office.store, ask, Record(act="follow-up", kind="task", id=task_id), work)


def keep_draft(office: Services, ask: Ask, task_id: str, *, form: Mapping[str, Any], version: str) -> Answer:
    """The task with its half-filled form; Changed when somebody changed the task since `version`."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        task = open_task(session, task_id)
        note(record, task)
        must_see_task(session, ask.person, task)
        record.rule = holds(ask, task)
        if str(task.version) != version:
            raise Changed(
                say(
                    "The task is at version %(version)s, not %(asked)s: somebody changed it since. Read it "
                    "again, and send the form once more.",
                    version=task.version,
                    asked=version[:20],
                ),
            )
        kept = half_filled(fields_for(session, task), form)
        claims.save_draft(session, task.id, str(task.assignee), kept, task.version)
        return shown(office, ask, task)

    return once(office.store, ask, Record(act="keep-draft", kind="task", id=task_id), work)


def fields_seen(office: Services, person: Person, task_id: str, outcome: str = "") -> dict[str, DataField]:
    """`fields_for` of a task that this person may see; raises NotFound."""
    with office.store.reading() as session:
        return fields_for(session, task_seen(session, person, task_id), outcome or None)


def fields_for(session: Session, task: TaskRow, outcome: str | None = None) -> dict[str, DataField]:
    """The fields of the task's form, with those that only this outcome asks for, or all outcomes' when none is named."""
    spec, case = definition_of(session, task)
    if spec is None:
        return {}
    data = published(session, case.definition, case.version).definition.data
    fields = fields_of(spec.form, data)
    for key, chosen in spec.outcomes.items():
        if outcome == key:
            fields |= fields_of(chosen.form, data)
        elif outcome is None:
            extra = fields_of(chosen.form, data)
            fields = {name: field.model_copy(update={"required": False}) for name, field in extra.items()} | fields
    return fields


def without_wrong(fields: Mapping[str, DataField], form: Mapping[str, Any]) -> dict[str, Any]:
    """What of the form could be kept half-filled: without the fields whose values are wrong."""
    optional = {name: field.model_copy(update={"required": False}) for name, field in fields.items()}
    _values, wrong = checked(optional, form)
    return {name: value for name, value in form.items() if name not in wrong}


def half_filled(fields: Mapping[str, DataField], form: Mapping[str, Any]) -> dict[str, Any]:
    """The form as far as it is filled in; what is missing may be missing, what is wrong is refused."""
    optional = {name: field.model_copy(update={"required": False}) for name, field in fields.items()}
    values, wrong = checked(optional, form)
    if wrong:
        raise BadForm(say("Some fields have a wrong value."), fields=wrong)
    return values
