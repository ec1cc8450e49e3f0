"""What a case's data looks like to people."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.pages.values import told
from definitions.language.library import load_library

ZONE = ZoneInfo("America/Los_Angeles")
COMPLAINT = load_library(Path(__file__).parents[2] / "definitions").compile("high-consumption").definition


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("received", "2026-11-29", ["29 Nov 2026"]),
        ("credited", "1284.1", ["$1,284.10"]),
        ("change", "167.347", ["167.35 %"]),
        ("read", "2040.000", ["2,040 ccf"]),
        ("finding", "customer-side", ["Customer side"]),
        ("upheld", True, ["yes"]),
        ("bill", {"id": "b-1"}, ["b-1"]),
        ("comparison", ["A day = 2 ccf", "Then = 1 ccf"], ["A day = 2 ccf", "Then = 1 ccf"]),
        ("comparison", [], []),
        ("refusal", None, []),
        ("not_declared", "as it is", ["as it is"]),
    ],
)  # fmt: skip
def test_a_value_is_said_by_its_type(field: str, value: Any, words: list[str]) -> None:
    assert told(COMPLAINT, field, value, zone=ZONE) == words
