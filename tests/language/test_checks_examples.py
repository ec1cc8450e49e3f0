"""Every problem that the checker knows has a broken definition, and says exactly this at exactly that place."""

from __future__ import annotations

from pathlib import Path

import pytest

from definitions.language.problems import CODES
from headgate.documenting.examples import read_example
from workflows.machine.checking import check_folder

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "reference" / "problems"


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_example_is_told_as_its_page_says(file: Path) -> None:
    example = read_example(file)
    assert example.said(EXAMPLES / "base") == example.says


def test_every_code_has_its_example() -> None:
    assert {file.stem for file in EXAMPLES.glob("*.yaml")} == set(CODES)


def test_what_the_examples_are_laid_over_has_no_problem() -> None:
    assert check_folder(EXAMPLES / "base") == []


def test_the_shipped_definitions_have_no_problem() -> None:
    assert [str(problem) for problem in check_folder(ROOT / "definitions")] == []
