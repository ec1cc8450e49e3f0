"""The machine's sentences: times, people and states as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from string import Formatter
from typing import Any

from definitions.catalogue import actions
from definitions.language.compiled import Compiled
from definitions.language.expand import title_of
from definitions.language.model import CaseDefinition
from definitions.language.money import format_money

_KEY = re.compile(r"[a-z]+(-[a-z0-9]+)*")
_REFERENCE = re.compile(r"(data|facts|event)\.([a-z0-9_]+)")


def day_and_time(at: datetime, zone: tzinfo) -> str:
    """A time in the district's zone: `Tuesday 3 March 2026, 17:00`."""
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words joined as one says them: `a, b and c`."""
    *most, final = list(words)
    return f"{', '.join(most)} {last} {final}" if most else final


def queue_title(compiled: Compiled, queue: str | None) -> str:
    """Who works a queue, as people say it."""
    district = compiled.district
    if queue is None:
        return "the person it was given to"
    known = district.queues.get(queue) or district.crews.get(queue)
    return known.title if known is not None else title_of(queue)


def field_title(definition: CaseDefinition, name: str) -> str:
    """What a field of a case's data is called."""
    field = definition.data.get(name)
    return (field.title if field is not None else None) or title_of(name.replace("_", "-"))


def spoken(compiled: Compiled, action: str, args: Mapping[str, Any]) -> str:
    """An action in words, as the catalogue says it: `writes the final notice letter`; "" where it says nothing.

    Arguments are values, or texts of the definition: a reference is then told by its field's title."""
    known = actions.signature(action)
    if known is None or not known.says:
        return ""
    types = {name: argument.type for name, argument in known.args.items()}
    told = {name: _told(compiled, types.get(name, "any"), value) for name, value in args.items()}
    wanted = {name for _, name, _, _ in Formatter().parse(known.says) if name}
    return known.says.format_map(told) if all(told.get(name) for name in wanted) else ""


def _told(compiled: Compiled, kind: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(_told(compiled, kind, each) for each in value)
    if isinstance(value, Mapping):
        return str(value.get("id", ""))
    text = str(value)
    if found := _REFERENCE.fullmatch(text):
        return f"“{field_title(compiled.definition, found.group(2))}”"
    if text.startswith("="):
        return "an amount" if kind == "money" else ""
    if kind == "money":
        return format_money(Decimal(text))
    if kind == "hold" and text in compiled.district.holds:
        return f"“{compiled.district.holds[text].title}”"
    return title_of(text).lower() if _KEY.fullmatch(text) else text
