"""A definition with everything that it needs to run, as one value that travels in a case's start input.

A case can be replayed from its history alone, years later, whatever happened to the files: calendars, tables, laws, lists and
the district's limits and settings are inside. Its bytes are canonical, so equal definitions have equal digests.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict

from definitions.language.calendars import Calendar
from definitions.language.model import CaseDefinition
from definitions.language.pack import DecisionTable, District, Law, ReviewList


class Compiled(BaseModel):
    """A case definition and the pack it leans on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    definition: CaseDefinition
    version: int = 0  #: 0 until it is published
    calendar: Calendar
    district: District
    laws: tuple[Law, ...] = ()
    lists: Mapping[str, ReviewList] = {}
    tables: Mapping[str, DecisionTable] = {}
    letters: Mapping[str, str] = {}  #: template → digest of its text

    def to_bytes(self) -> bytes:
        """Canonical JSON, compressed; in the order of the text, since the order of states and outcomes means something."""
        value = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 9)

    @property
    def digest(self) -> str:
        """SHA-256 of its canonical bytes, in hex."""
        return digest(self.to_bytes())


RULES = {"calendar", "laws"}  #: what reaches cases that are open; all else keeps their version


def rules_of(compiled: Compiled) -> str:
    """The calendar and the laws of a definition, as text that an event carries; equal rules give equal text."""
    value = compiled.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=RULES)
    return base64.b64encode(zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 9)).decode()


@lru_cache(maxsize=128)
def renewed(content: bytes, rules: str) -> bytes:
    """The compiled definition's bytes with the calendar and the laws that `rules_of` wrote down."""
    value = json.loads(zlib.decompress(content))
    value |= {"laws": []} | json.loads(zlib.decompress(base64.b64decode(rules)))
    return Compiled.model_validate(value).to_bytes()


def digest(content: bytes) -> str:
    """SHA-256 in hex of a compiled definition's bytes."""
    return hashlib.sha256(content).hexdigest()


@lru_cache(maxsize=256)
def from_bytes(content: bytes) -> Compiled:
    """The compiled definition that `to_bytes` wrote down, read once in a process."""
    value: dict[str, Any] = json.loads(zlib.decompress(content))
    return Compiled.model_validate(value)
