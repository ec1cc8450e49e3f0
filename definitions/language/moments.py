"""The keys of `at:`: a date in data or facts, perhaps some days later, or the first day that the law allows.

`data.appeal_by` · `facts.delinquent_since + 60 days` · `data.hearing - 2 days` · `earliest-lawful(locked-off)`
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from definitions.language.durations import Duration, Unit
from definitions.language.sentences import say

_FIELD = re.compile(r"^(data|facts)\.([a-z0-9][a-z0-9_.-]*?)(?:\s*([+-])\s+?(.+))?$")
_LAWFUL = re.compile(r"^earliest-lawful\(\s*([a-z0-9-]+)\s*\)$")


@dataclass(frozen=True, kw_only=True)
class FieldMoment:
    """A date or time held in a field, moved by an offset."""

    root: Literal["data", "facts"]
    path: tuple[str, ...]
    sign: Literal[1, -1] = 1
    offset: Duration | None = None


@dataclass(frozen=True, kw_only=True)
class LawfulMoment:
    """The first day on which every rule about the tag allows entering it."""

    tag: str


Moment = FieldMoment | LawfulMoment


def parse_moment(text: str) -> Moment:
    """The moment that the text means; raises ValueError with a sentence that says what would be right."""
    if lawful := _LAWFUL.match(text.strip()):
        return LawfulMoment(tag=lawful.group(1))
    if found := _FIELD.match(text.strip()):
        root, path, sign, offset = found.groups()
        span = Duration.parse(offset) if offset else None
        if sign == "-" and span is not None and span.unit is not Unit.DAY:
            raise ValueError(
                say(
                    '"%(text)s" counts back in %(units)s; only days are counted back: %(path)s - %(amount)s days',
                    text=text,
                    units=f"{span.unit}s",
                    path=path,
                    amount=span.amount,
                )
            )
        return FieldMoment(
            root="data" if root == "data" else "facts",
            path=tuple(path.split(".")),
            sign=-1 if sign == "-" else 1,
            offset=span,
        )
    raise ValueError(
        say(
            '"%(text)s" is no date: write data.NAME or facts.NAME, perhaps with + or - some days '
            "(facts.delinquent_since + 60 days), or earliest-lawful(TAG)",
            text=text,
        )
    )
