"""What opens a case, as a JSON Schema: made from the definition's typed data."""

from __future__ import annotations

from typing import Any, Final

from definitions.language.expand import expand, title_of, walk
from definitions.language.library import actions_of
from definitions.language.model import Action, CaseDefinition, DataField

DECIMAL: Final = r"^-?\d+(\.\d+)?$"
SCALARS: Final[dict[str, dict[str, Any]]] = {
    "text": {"type": "string"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "number": {"type": "string", "pattern": DECIMAL},
    "quantity": {"type": "string", "pattern": DECIMAL},
    "money": {"type": "string", "pattern": r"^-?\d+(\.\d{1,2})?$"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "file": {"type": "string", "description": "A file's id."},
    "user": {"type": "string", "description": "A person's short name."},
}


def opening_schema(definition: CaseDefinition) -> dict[str, Any]:
    """The JSON Schema of the data that open such a case."""
    return {
        "type": "object",
        "title": definition.title,
        "properties": {name: _schema(name, field) for name, field in definition.data.items()},
        "required": [name for name, field in definition.data.items() if field.required],
        "additionalProperties": False,
    }


def opening_fields(definition: CaseDefinition) -> dict[str, DataField]:
    """The fields that are asked for when such a case is opened: what is required, and what nothing else will fill in."""
    later: set[str] = set()
    for _, state in walk(expand(definition)):
        later |= {name for action in actions_of(state) for name in _set_by(action)}
        task = state.task or state.work_order
        if task is not None:
            later |= set(task.form)
            for outcome in task.outcomes.values():
                later |= set(outcome.form)
    later |= {name for message in definition.messages.values() for name in message}
    return {name: field for name, field in definition.data.items() if field.required or name not in later}


def _set_by(action: Action) -> set[str]:
    set_to = {action.set} if action.set else set()
    return set_to | set(action.with_) if action.action == "assign" else set_to


def _schema(name: str, field: DataField) -> dict[str, Any]:
    if field.enum:
        one: dict[str, Any] = {"type": "string", "enum": list(field.enum)}
    else:
        one = dict(SCALARS.get(field.type, {"type": "string", "description": f"The id of a {field.type}."}))
    titled = {"title": field.title or title_of(name.replace("_", "-"))}
    if field.help:
        titled["description"] = field.help
    return {"type": "array", "items": one, **titled} if field.many else {**one, **titled}
