"""The values of a case's data as people read them: by the type that the definition gives each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from api import texts
from api.pages import words
from api.pages.workings import working_told
from definitions.language.model import CaseDefinition, DataField
from workflows.machine.words import field_title

UNITS: Final = {"percent": "%"}  #: units that are written otherwise than they are named


def told(definition: CaseDefinition, name: str, value: Any, *, zone: ZoneInfo) -> list[str]:
    """One value of the field in words, each of a field's `many`; nothing where nothing is known.

    Days and times in the district's zone, amounts with their unit, words of an `enum` as titles; what no field declares as
    it is."""
    if value is None or value == []:
        return []
    declared = definition.data.get(name)
    each = value if isinstance(value, list) else [value]
    return [_one(declared, single, zone) if declared is not None else words.shown(single) for single in each]


def all_told(
    definition: CaseDefinition, data: Mapping[str, Any], *, zone: ZoneInfo, without: Collection[str] = ()
) -> list[tuple[str, list[str]]]:
    """A case's data by title, each value in words; nothing of what is not known, nor of the fields `without`."""
    return [
        (field_title(definition, name), said)
        for name, value in data.items()
        if name not in without and (said := told(definition, name, value, zone=zone))
    ]


def _one(declared: DataField, value: Any, zone: ZoneInfo) -> str:
    if declared.type == "quantity":
        return f"{_number(value)} {UNITS.get(declared.unit or '', declared.unit)}"
    if declared.type == "datetime":
        return texts.desk_time(datetime.fromisoformat(str(value)).astimezone(zone))
    if declared.type == "text" and declared.many and " = " in str(value):
        return working_told(str(value))
    say = _BY_TYPE.get(declared.type)
    return say(str(value)) if say is not None else words.shown(value)


def _number(value: Any) -> str:
    """At most two decimals: a share that was computed has many."""
    amount = round(Decimal(str(value)), 2)
    return f"{amount.normalize():,f}"


_BY_TYPE: Final[Mapping[str, Callable[[str], str]]] = {
    "money": words.usd,
    "date": lambda text: texts.day(date.fromisoformat(text)),
    "enum": words.titled,
    "number": _number,
}
