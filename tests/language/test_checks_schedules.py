"""Rows of a schedule are a chain: each is done after the one above it, and counts its days from there."""

from __future__ import annotations

import pytest

from tests.language.folders import said

HEAD = """case: example
title: Example
initial: notices
states:
  notices:
    schedule:
      - {id: 10, do: {letter: {template: answer}}}
      - {id: 20, do: {letter: {template: answer}}, depends-on: [10], days-after: 3 days}
"""
TAIL = """  waiting: {on: {seen: done}}
  done: {type: final}
"""


@pytest.mark.parametrize(
    ("depends", "found"),
    [
        ("", []),
        ("depends-on: [20], ", []),
        ("depends-on: [10, 20], ", []),
        ("depends-on: 20, ", []),
        (
            "depends-on: [10], ",
            [
                '9:64 rows are done one after the other, and this one comes after "20"; depend on that one [unknown-row]',
            ],
        ),
        ("depends-on: [15], ", ['9:65 no row above is called "15"; known are "10" and "20" [unknown-row]']),
    ],
)
def test_a_row_depends_on_the_one_just_above_it(depends: str, found: list[str]) -> None:
    row = f"      - {{id: 30, do: {{letter: {{template: answer}}}}, {depends}days-after: 5 days, then: waiting}}\n"
    assert said(f"{HEAD}{row}{TAIL}") == found


def test_a_row_below_one_that_leads_away_is_never_done() -> None:
    rows = HEAD.replace("answer}}}", "answer}}, then: waiting}").replace("3 days}", "3 days, then: waiting}")
    assert said(f"{rows}{TAIL}") == [
        "8:9 no way leads to “Letter” [unreachable-state]",
        "8:9 no way leads to “Waiting for 20” [unreachable-state]",
    ]
