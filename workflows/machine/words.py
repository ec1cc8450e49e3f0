"""The machine's sentences: people, fields and actions as people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from string import Formatter
from typing import Any

from definitions.catalogue import actions
from definitions.language.compiled import Compiled
from definitions.language.expand import title_of
from definitions.language.model import CaseDefinition
from definitions.language.money import format_money
from definitions.language.sentences import Sentence, joined, quoted, say

_KEY = re.compile(r"[a-z]+(-[a-z0-9]+)*")
_FIELD = re.compile(r"\{([a-z_]+)\}")
_REFERENCE = re.compile(r"(data|facts|event)\.([a-z0-9_]+)")


def queue_title(compiled: Compiled, queue: str | None) -> str:
    """Who works a queue, as people say it."""
    district = compiled.district
    if queue is None:
        return say("the person it was given to")
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
    wanted = {name: told.get(name, "") for _, name, _, _ in Formatter().parse(known.says) if name}
    return Sentence(message_of(known.says), wanted) if all(wanted.values()) else ""


def message_of(says: str) -> str:
    """How the catalogues of texts write what an action says: `writes the %(template)s letter`."""
    return _FIELD.sub(r"%(\1)s", says)


def _told(compiled: Compiled, kind: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return joined(_told(compiled, kind, each) for each in value)
    if isinstance(value, Mapping):
        return str(value.get("id", ""))
    text = str(value)
    if found := _REFERENCE.fullmatch(text):
        return quoted(field_title(compiled.definition, found.group(2)))
    if text.startswith("="):
        return say("an amount") if kind == "money" else ""
    if kind == "money":
        return format_money(Decimal(text))
    if kind == "hold" and text in compiled.district.holds:
        return quoted(compiled.district.holds[text].title)
    return title_of(text).lower() if _KEY.fullmatch(text) else text
