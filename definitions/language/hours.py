"""Office hours as an author writes them: `7:30-17:30`."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from definitions.language.sentences import say

_WRITTEN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


class HoursError(ValueError):
    """Office hours are two times of the day, such as "7:30-17:30"."""


@dataclass(frozen=True, kw_only=True)
class Hours:
    """From when to when the office is open on a day, in local time."""

    opens: time
    closes: time  #: the office is closed from this time on

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            raise HoursError(
                say(
                    "the office closes at %(closes)s, which is not after %(opens)s",
                    closes=f"{self.closes:%H:%M}",
                    opens=f"{self.opens:%H:%M}",
                )
            )

    @classmethod
    def parse(cls, written: object) -> "Hours":
        """The hours that `7:30-17:30` stands for; raises HoursError."""
        if isinstance(written, cls):
            return written
        found = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
        if (
            found is None
            or any(int(hour) > 23 for hour in found.group(1, 3))
            or any(int(m) > 59 for m in found.group(2, 4))
        ):
            raise HoursError(
                say(
                    '"%(written)s" are no office hours; write two times of the day, such as "7:30-17:30"',
                    written=str(written),
                )
            )
        first, second, third, fourth = (int(part) for part in found.groups())
        return cls(opens=time(first, second), closes=time(third, fourth))

    def __str__(self) -> str:
        return f"{self.opens.hour}:{self.opens:%M}-{self.closes.hour}:{self.closes:%M}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "type": "string",
            "title": "Hours",
            "description": "Two times of the day",
            "pattern": r"^\d{1,2}:\d{2}\s*[-–]\s*\d{1,2}:\d{2}$",
            "examples": ["7:30-17:30"],
        }
