"""Lines of computations on pages: in the words that letters have for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.pages.workings import words, working_told
from api.texts import spoken_in
from definitions.catalogue.letters import SHIPPED

ENGLISH = re.compile(r"\b(the|of|and|is|for|days|year|last|bill|use|paid|this|not|than|to)\b", re.IGNORECASE)


def lines(value: Any) -> Iterator[str]:
    """Every line of a computation in a sample."""
    if isinstance(value, str) and " = " in value:
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from lines(inner)


LINES = sorted(
    {line for file in SHIPPED.glob("*.json") for line in lines(json.loads(file.read_text(encoding="utf-8")))}
)


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_a_computation_is_told_in_spanish(line: str) -> None:
    with spoken_in("es"):
        assert not ENGLISH.findall(working_told(line)), working_told(line)
    assert working_told(line) == line


def test_the_words_are_those_of_the_letters() -> None:
    assert (
        "Half of the neighbours of this class used less than",
        "La mitad de los vecinos de esta clase consumió menos de",
    ) in words()
    assert len(words()) > 100
