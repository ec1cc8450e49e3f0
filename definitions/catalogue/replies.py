"""What an effect is told and what it answers: the values that a district's own Python code sees too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One effect of a step, to be carried out once: (case, step, number) is its identity."""

    case: str
    step: int
    number: int
    action: str
    args: Mapping[str, Any] = field(default_factory=dict)
    account: str | None = None
    at: datetime  #: of the step, with its zone: the district's time, not the computer's
    by: str  #: who took the step
    state: str = ""  #: the state that it is done for
    data: Mapping[str, Any] = field(default_factory=dict)  #: the case's data as they were after the step

    @property
    def id(self) -> str:
        """`<case>.<step>.<number>`: the id of what it posts, writes or places."""
        return f"{self.case}.{self.step}.{self.number}"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What an effect answers: an event of the case with its data, or nothing that the case would wait for."""

    event: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class EffectRefused(Exception):
    """An effect that cannot be carried out however often it is tried; it becomes an incident with this sentence.

    The sentence names no person and no address: it is kept in histories and logs."""

    def __init__(self, sentence: str, *, code: str = "effect-refused") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
