"""What a half-filled form would be answered if it were sent now: the same checks as at sending, and nothing changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.acts.act import must_change_things
from api.acts.entities import frozen
from api.acts.printable import unprintable_fields
from api.acts.queue import task_seen
from api.acts.remembering import fields_for
from api.acts.rules import CLOSED, may_do
from api.library import content_of_case, published
from api.problems import Conflict
from api.security.people import Person
from api.services import Services
from api.views.tasks import ForetoldView
from api.views.work import outcomes
from definitions.language.forms import checked
from definitions.language.sentences import say
from store.queries.tasks import helpers_of
from store.tables.cases import CaseRow
from workflows.machine import case as cases
from workflows.machine.machine import machine_of


def foretold(office: Services, person: Person, task_id: str, form: Mapping[str, Any]) -> ForetoldView:
    """What is wrong in the form as far as it is filled in, and what each outcome would do; for who may do the task."""
    must_change_things(person, "work")
    with office.store.reading() as session:
        task = task_seen(session, person, task_id)
        if task.state in CLOSED:
            raise Conflict(say("This task has ended; the case shows what came after it."))
        may_do(session, person, task)
        row = session.get_one(CaseRow, task.case_id)
        machine = machine_of(content_of_case(session, row))
        asked = fields_for(session, task)
        optional = {name: field.model_copy(update={"required": False}) for name, field in asked.items()}
        known, missing = frozen(session, optional, form, task.account_id)
        values, wrong = checked(optional, {name: value for name, value in known.items() if name not in missing})
        case = cases.from_json(row.snapshot)
        found = outcomes(session, machine, case, task, person, office.now(), values, helpers_of(session, task.id))
        wrong |= unprintable_fields(office, [published(session, row.definition, row.version)], optional, form)
    return ForetoldView(wrong=missing | wrong, outcomes=found)
