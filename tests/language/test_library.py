"""A folder of definitions, loaded and compiled."""

from __future__ import annotations

from pathlib import Path

import pytest

from definitions.language.compiled import from_bytes
from definitions.language.library import IncompleteError, load_library

FILES = {
    "district.yaml": """
district: Test Water District
address: [1 Main Street]
telephone: "555 0100"
roles: {rep: {title: Representative}}
queues: {desk: {title: The desk, roles: rep}}
""",
    "cases/small.yaml": """
case: small
title: Small
laws: [water]
initial: waiting
states: {waiting: {after: {3 days: over}}, over: {type: final}}
""",
    "cases/small.rehearsal.yaml": "people: {}\n",
    "laws/water.yaml": """
law: water
title: Water
before: [locked-off]
rules: [{id: W-1, source: a section, require: letter notice mailed}]
""",
    "calendars/district.yaml": (Path(__file__).parents[2] / "definitions/calendars/district.yaml").read_text(),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_a_case_is_compiled_with_what_it_leans_on(folder: Path) -> None:
    library = load_library(folder)
    assert library.problems == []
    compiled = library.compile("small")
    assert [law.law for law in compiled.laws] == ["water"]
    assert compiled.calendar.calendar == "district"
    assert from_bytes(compiled.to_bytes()) == compiled


def test_equal_definitions_have_equal_digests_and_others_do_not(folder: Path) -> None:
    first = load_library(folder).compile("small")
    assert load_library(folder).compile("small").digest == first.digest
    (folder / "cases/small.yaml").write_text(FILES["cases/small.yaml"].replace("3 days", "4 days"))
    assert load_library(folder).compile("small").digest != first.digest


def test_what_cannot_be_loaded_is_a_problem_and_the_rest_stays_usable(folder: Path) -> None:
    (folder / "cases/broken.yaml").write_text("case: broken\ntitel: Broken\n")
    library = load_library(folder)
    assert sorted(library.cases) == ["small"]
    assert "unknown-key" in {problem.code for problem in library.problems}


def test_a_gap_is_named(folder: Path) -> None:
    (folder / "laws/water.yaml").unlink()
    with pytest.raises(IncompleteError, match="no law called water; there are none"):
        load_library(folder).compile("small")


def test_states_and_outcomes_keep_the_order_of_the_text(folder: Path) -> None:
    text = FILES["cases/small.yaml"].replace("states: {waiting", "states: {zebra: {on: {b: over, a: over}}, waiting")
    (folder / "cases/small.yaml").write_text(text)
    definition = from_bytes(load_library(folder).compile("small").to_bytes()).definition
    assert list(definition.states) == ["zebra", "waiting", "over"]
    assert list(definition.states["zebra"].on) == ["b", "a"]
