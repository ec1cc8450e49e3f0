"""The shipped definitions, loaded once in a process: tests read them, and change copies."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from definitions.language.compiled import Compiled
from definitions.language.library import Library, load_library

DEFINITIONS = Path(__file__).parents[1] / "definitions"


@cache
def shipped_library() -> Library:
    """All of them, without a problem."""
    found = load_library(DEFINITIONS)
    assert found.problems == []
    return found


@cache
def shipped(case: str) -> Compiled:
    """A case definition as it is published."""
    return shipped_library().compile(case)
