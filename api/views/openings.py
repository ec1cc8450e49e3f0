"""What opens a case, as a JSON Schema: made from the definition's typed data."""

from __future__ import annotations

from typing import Any, Final

from definitions.language.expand import title_of
from definitions.language.model import CaseDefinition, DataField

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


def _schema(name: str, field: DataField) -> dict[str, Any]:
    if field.enum:
        one: dict[str, Any] = {"type": "string", "enum": list(field.enum)}
    else:
        one = dict(SCALARS.get(field.type, {"type": "string", "description": f"The id of a {field.type}."}))
    titled = {"title": field.title or title_of(name.replace("_", "-"))}
    if field.help:
        titled["description"] = field.help
    return {"type": "array", "items": one, **titled} if field.many else {**one, **titled}
