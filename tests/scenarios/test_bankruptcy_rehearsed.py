"""Bankruptcies and what they open, rehearsed by their own scripts: every case gets somewhere, none circles."""

from __future__ import annotations

from typing import Any

import pytest
from playing import ACCOUNT, DEFINITIONS, machine, on

from definitions.language.loader import load, load_model
from workflows.machine.rehearse import Tally, rehearse
from workflows.machine.script import Script

PETITION = {"chapter": "7", "petition_date": "2026-01-05", "order_for_relief": "2026-01-05"}
OPENING: dict[str, dict[str, Any]] = {
    "bankruptcy": {},
    "adequate-assurance": PETITION,
    "proof-of-claim": PETITION,
}


@pytest.mark.parametrize("name", sorted(OPENING))
def test_a_year_and_a_half_of_each_case_ends_without_a_circle(name: str) -> None:
    file = DEFINITIONS / "cases" / f"{name}.rehearsal.yaml"
    script, problems = load_model(load(file.read_text(encoding="utf-8"), file.name), Script)
    assert script is not None, problems
    tally = Tally()
    for each in rehearse(
        machine(name), [{"account": ACCOUNT} | OPENING[name]] * 150, script, begin=on("2026-01-05 07:30"), days=540
    ):
        tally.add(each)
    assert (tally.reasons, tally.circling) == ([], 0)
    finals = {key for key, state in machine(name).definition.states.items() if state.type == "final"}
    unfinished = {end: count for end, count in tally.ends.items() if end not in finals}
    assert sum(unfinished.values()) <= 30, unfinished
