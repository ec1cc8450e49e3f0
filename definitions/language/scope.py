"""What an expression at a place of a definition may speak of: fields of `data`, facts, what the event brings along."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from definitions.language.expand import walk
from definitions.language.expressions import Environment
from definitions.language.forms import fields_of
from definitions.language.model import CaseDefinition, Data, DataField, Form, State
from definitions.language.schemas import schema_of


def declared_by_forms(definition: CaseDefinition) -> Data:
    """Fields that forms declare; they are in `data` once the form was completed."""
    declared: Data = {}
    for _, state in walk(definition):
        declared |= {
            name: field.declares.model_copy(update={"required": False})
            for form in _forms(state)
            for name, field in form.items()
            if field.declares is not None
        }
    return declared


def event_fields(definition: CaseDefinition, state: State | None, event: str) -> Data | None:
    """What `event.x` may name on an event of the chart; None where there is no event (decisions, timers)."""
    kind, _, rest = event.partition("/")
    if not event or kind in ("timer", "mixed", "move", "reopen") or event.startswith("done."):
        return None
    text = DataField(type="text")
    if kind == "outcome" and state is not None and (task := state.task or state.work_order):
        outcome = task.outcomes.get(rest.rpartition("/")[2])
        return fields_of(task.form | (outcome.form if outcome else {}), definition.data)
    if kind == "child":  # of its data what both cases call alike
        shared = {name: field.model_copy(update={"required": False}) for name, field in definition.data.items()}
        return shared | {"outcome": text}
    if kind == "line":
        return {"reason": text}
    if event in ("held", "released"):
        return {"hold": text.model_copy(update={"required": True})}
    return definition.messages.get(event, {})


class Scope:
    """The environments of one expanded definition, by event of the chart; `facts` are all that it and its laws name."""

    def __init__(self, definition: CaseDefinition, facts: Data, zone: ZoneInfo) -> None:
        self.definition = definition
        self.states: dict[str, State] = dict(walk(definition))
        self._data = schema_of(declared_by_forms(definition) | definition.data)
        self._facts = schema_of(facts)
        self._zone = zone

    def environment(self, event: str) -> Environment:
        """What a guard on this event (`""` for none) may speak of; fields that the form requires are known to be set."""
        fields = event_fields(self.definition, self.states.get(_state_of(event)), event)
        known = (
            [name for name, field in (fields or {}).items() if field.required] if event.startswith("outcome/") else []
        )
        return Environment(
            data=self._data.knowing(known),
            facts=self._facts,
            event=None if fields is None else schema_of(fields),
            zone=self._zone,
        )


def _state_of(event: str) -> str:
    return event.partition("/")[2].rpartition("/")[0] if event.startswith("outcome/") else ""


def _forms(state: State) -> list[Form]:
    task = state.task or state.work_order
    return [task.form, *(outcome.form for outcome in task.outcomes.values())] if task else []
