"""Problems stand where an author would look for them, whatever form the author chose."""

from __future__ import annotations

import pytest

from tests.language.folders import said

HEAD = """
case: example
title: Example
data: {cause: {enum: [leak, usage]}}
initial: deciding
states:
  deciding:
    choose:
"""
TAIL = """
      - done
  done: {type: final}
"""
NEAR = 'data has nothing called "couse"; "cause" is near [unknown-name]'


@pytest.mark.parametrize(
    ("guard", "place"),
    [
        ("- {guard: data.couse == 'leak', target: done}", "8:17"),
        ("- {guard: \"data.couse == 'leak'\", target: done}", "8:18"),
        ('- {guard: \'data.cause == "leak" || data.couse == "usage"\', target: done}', "8:42"),
        ('- {guard: "data.cause == \\"leak\\" || data.couse == \\"usage\\"", target: done}', "8:44"),
        ("- {guard: 'data.cause == ''leak'' || data.couse == ''usage''', target: done}", "8:44"),
        (
            "- guard: >-\n          data.cause == 'leak' ||\n          data.couse == 'usage'\n        target: done",
            "10:11",
        ),
        (
            "- guard: |-\n          data.cause == 'leak'\n          || data.couse == 'usage'\n        target: done",
            "10:14",
        ),
        ("- guard: data.cause == 'leak'\n          || data.couse == 'usage'\n        target: done", "9:14"),
    ],
)
def test_a_name_in_a_guard_is_found_in_any_quotes_and_folds(guard: str, place: str) -> None:
    assert said(f"{HEAD}      {guard}{TAIL}") == [f"{place} {NEAR}"]


@pytest.mark.parametrize(
    ("way", "place"),
    [
        ("on: {seen: dome}", "6:24"),
        ("on: {seen: {target: dome}}", "6:33"),
        ("on: {seen: [dome]}", "6:25"),
        ("on: {seen: [{target: dome}]}", "6:34"),
        ("after: {10 days: dome}", "6:30"),
        ("after: {P10D: dome}", "6:27"),
        ("after: {2 weeks: {target: dome}}", "6:39"),
    ],
)
def test_a_target_is_found_in_long_and_short_forms(way: str, place: str) -> None:
    text = f"case: example\ntitle: Example\ninitial: waiting\nstates:\n  done: {{type: final}}\n  waiting: {{{way}}}\n"
    assert said(text)[:1] == [f'{place} no state is called "dome"; "done" is near [unknown-target]']


def test_an_expression_in_an_argument_is_placed_behind_its_sign() -> None:
    assert said(
        """
        case: example
        title: Example
        data: {visits: {type: integer, required: true}}
        initial: done
        on: {seen: {actions: [assign: {visits: "= data.vists + 1"}]}}
        states:
          done: {type: final}
        """
    ) == ['5:43 data has nothing called "vists"; "visits" is near [unknown-name]']
