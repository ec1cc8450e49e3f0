"""The table of the ASVS is whole, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
TEXT: Final = (ROOT / "docs" / "reference" / "asvs.md").read_text(encoding="utf-8")
ROWS: Final = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if re.match(r"\| \d+\.\d+\.\d+ \|", line)
]
STATES: Final = ("kept", "partly", "not kept", "elsewhere", "not used")
LEVEL_2: Final = 259  #: requirements of ASVS 4.0.3, levels 1 and 2


def test_each_requirement_of_level_2_has_one_row() -> None:
    assert len({row[0] for row in ROWS}) == len(ROWS) == LEVEL_2
    assert {row[2] for row in ROWS} == set(STATES)


def test_the_sums_at_its_head_are_right() -> None:
    for state in STATES:
        assert f"**{state}** ({sum(row[2] == state for row in ROWS)})" in TEXT


def test_what_is_kept_says_where_and_what_is_not_says_why() -> None:
    for number, _what, state, where, _tested, note in ROWS:
        assert where or note or state == "not used", number


def test_each_test_that_it_names_is_there() -> None:
    for number, _what, _state, _where, tested, _note in ROWS:
        for file, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", tested):
            assert (ROOT / file).is_file(), (number, file)
            assert not name or f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), (number, file, name)


def test_each_file_that_it_links_is_there() -> None:
    for number, _what, _state, where, _tested, _note in ROWS:
        for target in re.findall(r"\]\(\.\./\.\./([^)]+)\)", where):
            assert (ROOT / target).is_file(), (number, target)
