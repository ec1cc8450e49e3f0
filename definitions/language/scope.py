"""What an expression at a place of a definition may speak of: fields of `data`, facts, what the event brings along.

Entities hold no personal data: names, addresses and telephone numbers stay in the district's database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from definitions.language.expand import walk
from definitions.language.expressions import Environment
from definitions.language.forms import fields_of
from definitions.language.kinds import (
    BOOLEAN,
    DATE,
    DATETIME,
    INTEGER,
    MONEY,
    NUMBER,
    TEXT,
    Kind,
    Member,
    Schema,
    always,
    enum,
    many,
    perhaps,
    quantity,
    record,
)
from definitions.language.model import CaseDefinition, Data, DataField, Form, State

_CCF: Final = quantity("ccf")

#: What each entity holds once it is frozen in a case's data.
ENTITIES: Final[Mapping[str, Kind]] = {
    "account": record(
        "an account",
        **{"id": always(TEXT), "class": always(TEXT), "language": perhaps(TEXT), "since": perhaps(DATE)},
        confidential=perhaps(BOOLEAN),
    ),
    "premise": record("a premise", id=always(TEXT)),
    "service-point": record("a service point", id=always(TEXT), kind=perhaps(TEXT), size=perhaps(TEXT)),
    "meter": record("a meter", id=always(TEXT), serial=perhaps(TEXT), size=perhaps(TEXT), service_point=perhaps(TEXT)),
    "read": record("a read", id=always(TEXT), meter=perhaps(TEXT), at=perhaps(DATETIME), value=perhaps(_CCF)),
    "bill": record(
        "a bill",
        id=always(TEXT),
        account=perhaps(TEXT),
        period_start=perhaps(DATE),
        period_end=perhaps(DATE),
        days=perhaps(INTEGER),
        read=perhaps(_CCF),
        use=perhaps(_CCF),
        amount=perhaps(MONEY),
        mailed=perhaps(DATE),
        due=perhaps(DATE),
    ),
    "payment": record("a payment", id=always(TEXT), received=perhaps(DATE), amount=perhaps(MONEY)),
}

_SCALARS: Final[Mapping[str, Kind]] = {
    "text": TEXT,
    "file": TEXT,
    "user": TEXT,
    "boolean": BOOLEAN,
    "integer": INTEGER,
    "number": NUMBER,
    "date": DATE,
    "datetime": DATETIME,
    "money": MONEY,
}


def kind_of(field: DataField) -> Kind:
    """The kind of value that a field holds."""
    if field.type == "enum":
        kind = enum(*(field.enum or ()))
    elif field.type == "quantity":
        kind = quantity(field.unit or "ccf")
    else:
        kind = _SCALARS.get(field.type) or ENTITIES[field.type]
    return many(kind) if field.many else kind


def schema_of(data: Data, *, known: Iterable[str] = ()) -> Schema:
    """The fields as a schema; required ones, and those in `known`, can be read without has()."""
    sure = set(known)
    return Schema(
        {name: Member(kind=kind_of(each), required=each.required or name in sure) for name, each in data.items()}
    )


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
    if kind == "child":
        return {"outcome": text}
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
        self._data = declared_by_forms(definition) | definition.data
        self._facts = schema_of(facts, known=facts)
        self._zone = zone

    def environment(self, event: str) -> Environment:
        """What a guard on this event (`""` for none) may speak of; fields that the form requires are known to be set."""
        fields = event_fields(self.definition, self.states.get(_state_of(event)), event)
        known = (
            [name for name, field in (fields or {}).items() if field.required] if event.startswith("outcome/") else []
        )
        return Environment(
            data=schema_of(self._data, known=known),
            facts=self._facts,
            event=None if fields is None else schema_of(fields),
            zone=self._zone,
        )


def _state_of(event: str) -> str:
    return event.partition("/")[2].rpartition("/")[0] if event.startswith("outcome/") else ""


def _forms(state: State) -> list[Form]:
    task = state.task or state.work_order
    return [task.form, *(outcome.form for outcome in task.outcomes.values())] if task else []
