"""The catalogue of actions: what a definition may do, with typed arguments.

A *pure* action computes inside the step and sets a field of `data`; an *effect* is carried out after the step by the activity
of the same name and answers by one of its events. Signatures live here, below machine and activities, so that checker, machine,
rehearsal and API know them without touching the world. A district adds its own with `from headgate import action`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Literal

from definitions.language.calendars import Calendar
from definitions.language.pack import DecisionTable, District

ArgType = Literal[
    "text",
    "boolean",
    "integer",
    "number",
    "date",
    "money",
    "quantity",
    "template",
    "policy",
    "table",
    "hold",
    "event",
    "any",
]


class CannotCompute(ValueError):
    """A pure action that has not what it needs; the sentence says what is missing."""

    code = "cannot-compute"


@dataclass(frozen=True, kw_only=True)
class Arg:
    """One argument: its type, and whether it must be given."""

    type: ArgType
    required: bool = True
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a pure action may look at beside its arguments; `compute(context, **arguments)` returns the value for `set`."""

    data: Mapping[str, Any]
    facts: Mapping[str, Any]
    today: date  #: the civil date of the step in the district's zone
    at: datetime
    tables: Mapping[str, DecisionTable]
    district: District
    calendar: Calendar


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What an action takes and gives."""

    name: str
    kind: Literal["pure", "effect"]
    args: Mapping[str, Arg] = field(default_factory=dict)
    result: ArgType | None = None  #: of a pure action: the type of the field it may set
    replies: tuple[str, ...] = ()  #: of an effect: the events it may answer by
    irreversible: bool = False  #: an outcome that led here cannot be taken back once it is carried out
    says: str = ""  #: what it does, for the outcome's button: `prints the {template} letter`
    facts: tuple[str, ...] = ()  #: of a pure action: facts that it reads
    open: bool = False  #: takes further arguments by any name (`assign`, `decide`)
    compute: Callable[..., Any] | None = (
        None  #: of a pure action: `compute(context, **arguments)`, arguments as JSON values
    )


_catalogue: dict[str, Signature] = {}


def register(signature: Signature) -> Signature:
    """Adds an action to the catalogue; raises ValueError when its name is taken by a different one."""
    known = _catalogue.get(signature.name)
    if known is not None and known != signature:
        raise ValueError(f'an action called "{signature.name}" exists already')
    _catalogue[signature.name] = signature
    return signature


def signature(name: str) -> Signature | None:
    """The action's signature, or None when there is no such action."""
    _load()
    return _catalogue.get(name)


def names() -> tuple[str, ...]:
    """All actions, sorted."""
    _load()
    return tuple(sorted(_catalogue))


def answers() -> frozenset[str]:
    """The events by which effects answer: they come from the books, and nobody sends them."""
    _load()
    return frozenset(reply for known in _catalogue.values() for reply in known.replies)


@cache
def _load() -> None:
    # The built-in actions name this module, so it can name them only once it is asked.
    importlib.import_module("definitions.catalogue.builtins")
