"""What lies beside each shipped case type: a story with its picture, a rehearsal, and scenarios with dates."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.shipped import shipped_library

ROOT = Path(__file__).parents[2]
CASES = ROOT / "definitions" / "cases"
NAMES = sorted(shipped_library().cases)

#: Case types of the mission → where their scenarios are.
SCENARIOS = {
    "high-consumption": ("test_high_consumption.py",),
    "leak-investigation": ("test_leak_investigation.py",),
    "leak-adjustment": ("test_leak_adjustment.py",),
    "new-connection-standard": ("test_new_connection_standard.py",),
    "new-connection-commercial": ("test_new_connection_commercial.py",),
    "line-extension": ("test_line_extension.py",),
    "construction-meter": ("test_construction_meter.py",),
    "collection": ("test_collection.py",),
    "bankruptcy": ("test_bankruptcy.py",),
    "payment-plan": ("test_payment_plan.py",),
    "non-read": ("test_non_read.py",),
    "affidavit": ("test_affidavit.py",),
}
DATE = re.compile(r"\b20\d\d-[01]\d-[0-3]\d\b")


@pytest.mark.parametrize("name", NAMES)
def test_a_case_type_has_its_story_with_its_picture(name: str) -> None:
    story = (CASES / f"{name}.md").read_text(encoding="utf-8")
    assert f"](../../docs/pictures/{name}.svg)" in story
    assert (ROOT / "docs" / "pictures" / f"{name}.svg").exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_case_type_can_be_rehearsed_or_replayed(name: str) -> None:
    assert (CASES / f"{name}.rehearsal.yaml").exists() or (CASES / f"{name}.replay.yaml").exists()


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_case_type_is_shown_by_at_least_ten_dated_scenarios(name: str) -> None:
    dated = []
    for file in SCENARIOS[name]:
        text = (ROOT / "tests" / "scenarios" / file).read_text(encoding="utf-8")
        helpers = {
            each.name: DATE.search(ast.get_source_segment(text, each) or "") is not None
            for each in ast.parse(text).body
            if isinstance(each, ast.FunctionDef)
        }
        for each in ast.parse(text).body:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_"):
                source = ast.get_source_segment(text, each) or ""
                called = any(helpers[helper] for helper in helpers if re.search(rf"\b{helper}\(", source))
                dated += [each.name] if DATE.search(source) or called else []
    assert len(dated) >= 10, dated
