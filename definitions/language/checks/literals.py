"""Which values fit which arguments and fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from definitions.catalogue.actions import ArgType
from definitions.language.forms import checked
from definitions.language.kinds import Kind
from definitions.language.model import DataField
from definitions.language.money import MoneyError, parse_money
from definitions.language.sentences import say

#: What an author calls each type of argument.
NAMES: Final[Mapping[ArgType, str]] = {
    "text": say("text"),
    "boolean": say("true or false"),
    "integer": say("a whole number"),
    "number": say("a number"),
    "date": say("a date, such as 2026-07-03"),
    "money": say("an amount of money, such as 84.10"),
    "quantity": say("a quantity"),
    "template": say("the name of a letter"),
    "policy": say("the name of a policy table"),
    "table": say("the name of a decision table"),
    "hold": say("the name of a hold"),
    "event": say("the name of an event"),
    "any": say("any value"),
}

_KINDS: Final[Mapping[ArgType, tuple[str, ...]]] = {
    "text": ("text", "enum"),
    "boolean": ("boolean",),
    "integer": ("integer",),
    "number": ("number", "integer"),
    "date": ("date",),
    "money": ("money",),
    "quantity": ("quantity", "number", "integer"),
    "template": ("text", "enum"),
    "policy": ("text", "enum"),
    "table": ("text", "enum"),
    "hold": ("text", "enum"),
    "event": ("text", "enum"),
}
_WHOLE: Final = re.compile(r"-?\d+")
_EVENT: Final = re.compile(r"[a-z0-9][a-z0-9-]*")


def fits(wanted: ArgType, kind: Kind) -> bool:
    """Whether a value of the kind can be given for an argument."""
    return wanted == "any" or kind.name in _KINDS[wanted]


def takes(kind: Kind, result: ArgType) -> bool:
    """Whether a field of the kind can take the result of an action; an enum takes a text that is one of its words."""
    if result == "any":
        return True
    if kind.name == "number":
        return result in ("number", "integer")
    return kind.name in (*_KINDS[result][:1], *(("enum",) if result == "text" else ()))


def same(wanted: Kind, kind: Kind) -> bool:
    """Whether a field of one kind takes a value of another."""
    if wanted.name == "list" and kind.name == "list":
        return wanted.item is None or kind.item is None or same(wanted.item, kind.item)
    if wanted.name == "enum":
        return kind.name == "enum" and set(kind.words) <= set(wanted.words)
    if wanted.name == "text":
        return kind.name in ("text", "enum")
    if wanted.name in ("number", "quantity") and kind.name == "integer":
        return True
    if wanted.name == "record":
        return kind.name == "record" and kind.title == wanted.title
    return wanted.name == kind.name and wanted.unit == kind.unit


def is_literal(wanted: ArgType, value: Any) -> bool:
    """Whether a value as it is written means something as an argument of the type."""
    if wanted == "boolean":
        return isinstance(value, bool) or value in ("true", "false")
    if not isinstance(value, str):
        return False
    try:
        match wanted:
            case "integer":
                return _WHOLE.fullmatch(value) is not None
            case "number" | "quantity":
                return Decimal(value).is_finite()
            case "money":
                parse_money(value)
            case "date":
                date.fromisoformat(value)
            case "event":
                return _EVENT.fullmatch(value) is not None
    except (InvalidOperation, MoneyError, ValueError):
        return False
    return True


def refused(field: DataField, value: Any) -> str | None:
    """Why a value as it is written does not fit the field, in words that follow "it"; None when it does."""
    free = field.model_copy(update={"required": False})
    return checked({"value": free}, {"value": value})[1].get("value")


def shown(value: Any) -> str:
    """The value as an author would recognise it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return say("a mapping")
    return say("a list") if isinstance(value, list) else f'"{value}"'
