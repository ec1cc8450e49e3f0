"""A long definition costs one compilation for each expression that is written in it."""

from __future__ import annotations

from collections import Counter

import pytest

from definitions.language.expressions import Environment, Expression
from tests.language.folders import said

STATES = 300


def test_each_expression_of_300_states_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: Counter[str] = Counter()
    really = Environment.compile

    def counted(self: Environment, text: str) -> Expression:
        compiled[text] += 1
        return really(self, text)

    monkeypatch.setattr(Environment, "compile", counted)
    rows = [
        f"  s{number}: {{on: {{seen: [{{target: s{number + 1}, guard: data.visits > {number}}}, done]}}}}\n"
        for number in range(STATES)
    ]
    head = "case: example\ntitle: Example\ndata: {visits: {type: integer, required: true}}\ninitial: s0\nstates:\n"
    assert said(f"{head}{''.join(rows)}  s{STATES}: {{on: {{seen: done}}}}\n  done: {{type: final}}\n") == []
    assert compiled == {f"data.visits > {number}": 1 for number in range(STATES)}
