"""Spans of time as an author writes them: `10 days`, `3 business days`, `PT4H`.

A duration says nothing of when it ends; that is the calendar's to say (`calendars.py`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from definitions.language.problems import nearest
from definitions.language.sentences import Sentence, say, say_many


class DurationError(ValueError):
    """A duration is a whole number and a unit, such as "10 days", "3 business days" or "PT4H"."""


class Unit(StrEnum):
    """What a duration counts; the value is its word in the singular."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    BUSINESS_HOUR = "business hour"
    DAY = "day"
    FULL_DAY = "full day"
    BUSINESS_DAY = "business day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


#: Seconds in one of each unit that elapses in real time.
ELAPSING: Final[Mapping[Unit, int]] = MappingProxyType({Unit.SECOND: 1, Unit.MINUTE: 60, Unit.HOUR: 3600})

_TOLD: Final[Mapping[Unit, Callable[[int], Sentence]]] = MappingProxyType(
    {
        Unit.SECOND: lambda n: say_many("%(n)s second", "%(n)s seconds", n),
        Unit.MINUTE: lambda n: say_many("%(n)s minute", "%(n)s minutes", n),
        Unit.HOUR: lambda n: say_many("%(n)s hour", "%(n)s hours", n),
        Unit.BUSINESS_HOUR: lambda n: say_many("%(n)s business hour", "%(n)s business hours", n),
        Unit.DAY: lambda n: say_many("%(n)s day", "%(n)s days", n),
        Unit.FULL_DAY: lambda n: say_many("%(n)s full day", "%(n)s full days", n),
        Unit.BUSINESS_DAY: lambda n: say_many("%(n)s business day", "%(n)s business days", n),
        Unit.WEEK: lambda n: say_many("%(n)s week", "%(n)s weeks", n),
        Unit.MONTH: lambda n: say_many("%(n)s month", "%(n)s months", n),
        Unit.YEAR: lambda n: say_many("%(n)s year", "%(n)s years", n),
    }
)

_WORDS = re.compile(r"(\d{1,5})\s+([a-z]+(?:[ -][a-z]+)?)")
_ISO = re.compile(r"P(?:(\d{1,5})([YMWD])|T(\d{1,5})([HMS]))")
_ISO_DATE = {"Y": Unit.YEAR, "M": Unit.MONTH, "W": Unit.WEEK, "D": Unit.DAY}
_ISO_TIME = {"H": Unit.HOUR, "M": Unit.MINUTE, "S": Unit.SECOND}
_NAMES = {**{unit.value: unit for unit in Unit}, **{f"{unit.value}s": unit for unit in Unit}}


@dataclass(frozen=True, kw_only=True)
class Duration:
    """So many of one unit."""

    amount: int  #: at least 1
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise DurationError(say("a duration is at least 1 of its unit"))

    @classmethod
    def parse(cls, written: object) -> "Duration":
        """The duration that the words (`3 business days`) or the ISO 8601 form (`P10D`, `PT4H`) stand for.

        ISO forms of one unit only: `P1DT4H` has no single meaning in civil days. Raises DurationError."""
        if isinstance(written, cls):
            return written
        text = written.strip() if isinstance(written, str) else ""
        if found := _ISO.fullmatch(text):
            if found[1]:
                return cls(amount=int(found[1]), unit=_ISO_DATE[found[2]])
            return cls(amount=int(found[3]), unit=_ISO_TIME[found[4]])
        found = _WORDS.fullmatch(" ".join(text.split()))
        if found is None:
            raise DurationError(
                say(
                    '"%(written)s" is not a duration; write a whole number and a unit, such as "10 days" '
                    'or "3 business days"',
                    written=str(written),
                )
            )
        unit = _NAMES.get(found[2].replace("-", " "))
        if unit is None:
            raise DurationError(_unknown_unit(found[2]))
        return cls(amount=int(found[1]), unit=unit)

    def __str__(self) -> str:
        """The canonical words: `1 day`, `3 business days`."""
        return str(self.told())

    def told(self) -> Sentence:
        """The canonical words as a part of a sentence."""
        return _TOLD[self.unit](self.amount)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        units = "|".join(unit.value for unit in Unit)
        return {
            "type": "string",
            "title": "Duration",
            "description": "A whole number and a unit, or an ISO 8601 duration of one unit",
            "pattern": rf"^(\d+ ({units})s?|P(\d+[YMWD]|T\d+[HMS]))$",
            "examples": ["10 days", "3 business days", "4 business hours", "P10D"],
        }


def _unknown_unit(word: str) -> str:
    near = nearest(word, _NAMES)
    if near:
        return say('"%(word)s" is not a unit of time; "%(near)s" is near', word=word, near=near)
    return say(
        '"%(word)s" is not a unit of time; days, business days, hours, business hours, weeks and months are', word=word
    )
