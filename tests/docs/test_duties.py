"""The page of duties: every row that this release has to serve is there once, and what serves it exists."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from api.app import create_app
from definitions.language.expand import expand, walk
from headgate.cli import COMMANDS
from tests.shipped import shipped_library

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "duties.md"

#: Sections 3, 6 and 8 of the duties, the plans of 9, the deposits and refunds of 11, the bankruptcies of 12, rereads and meter
#: tests of 4, and construction water.
OWED = [
    *range(39, 48),
    *(48, 50, 53, 54, 57, 58),
    *range(73, 87),
    *range(87, 108),
    *range(108, 112),
    *range(126, 132),
    134,
]

ROW = re.compile(r"^\| D(\d{3}) \| (.+?) \| (.+) \|$", re.MULTILINE)
REFERENCE = re.compile(r"`([a-z]+):([^`]+)`")


@cache
def known() -> dict[str, set[str]]:
    """What a row may name, by its kind."""
    library = shipped_library()
    assert library.district is not None
    states = {f"{name}/{path}" for name, case in library.cases.items() for path, _ in walk(expand(case))}
    return {
        "case": set(library.cases),
        "state": states,
        "letter": set(library.letters),
        "list": set(library.lists),
        "table": set(library.tables),
        "law": set(library.laws),
        "run": set(library.district.runs),
        "command": set(COMMANDS),
        "rest": set(create_app(None).openapi()["paths"]),  # type: ignore[arg-type]  # nothing is opened
    }


def rows() -> list[tuple[int, str, str]]:
    """Number, duty and what serves it."""
    return [(int(number), duty, served) for number, duty, served in ROW.findall(PAGE.read_text())]


def test_every_duty_that_is_owed_is_there_once() -> None:
    numbers = [number for number, _, _ in rows()]
    assert len(numbers) == len(set(numbers))
    assert set(OWED) <= set(numbers)


@pytest.mark.parametrize(("number", "served"), [(number, served) for number, _, served in rows()])
def test_what_serves_a_duty_exists(number: int, served: str) -> None:
    references = REFERENCE.findall(served)
    assert references, number
    assert [f"{kind}:{name}" for kind, name in references if name not in known()[kind]] == []


def test_what_is_not_served_is_said() -> None:
    short = {number for number, _, served in rows() if "not served yet" in served or "In part" in served}
    assert short == {137}
