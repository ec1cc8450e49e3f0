"""Rehearsals: many cases, sampled people, a virtual clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.machine.making import at, machine
from tests.machine.test_cases import COMPLAINT
from workflows.machine.rehearse import Tally, rehearse
from workflows.machine.script import Script

COMPLAINTS = machine(COMPLAINT)
ROWS: list[Mapping[str, Any]] = [{"account.id": f"10-{number}"} for number in range(200)]
SCRIPT = Script.model_validate(
    {
        "spread": "10 days",
        "people": {
            "review": {
                "after": ["1 hour", "6 hours"],
                "outcomes": {"explained": 3, "leak": 1},
                "form": {"cause": "leak"},
            },
            "approving": {"never": 1.0},
        },
        "messages": {"answering": {"customer-withdrew": {"chance": 0.5, "after": ["1 day", "2 days"]}}},
    }
)


def played(days: int = 60, seed: int = 1, rows: list[Mapping[str, Any]] = ROWS) -> Tally:
    tally = Tally()
    for each in rehearse(COMPLAINTS, rows, SCRIPT, begin=at("2026-03-02 07:30"), days=days, seed=seed):
        tally.add(each)
    return tally


def test_every_case_ends_somewhere_and_is_counted_once() -> None:
    tally = played()
    assert tally.cases == 200
    assert sum(tally.ends.values()) == 200
    assert tally.reasons == []


def test_what_the_script_says_people_do_is_what_they_do() -> None:
    tally = played()
    assert tally.done["review"] == 200
    assert tally.ends["open: approving"] == tally.done["fixing"]
    assert 20 < tally.done["fixing"] < 80
    assert 30 < tally.ends["withdrawn"] < 120


def test_the_same_seed_gives_the_same_figures_and_another_seed_others() -> None:
    assert played() == played()
    assert played(seed=2).ends != played().ends


def test_work_that_nobody_does_is_escalated() -> None:
    assert played().escalations["review/escalation-1"] > 0


def test_opening_data_that_do_not_fit_are_said() -> None:
    tally = played(rows=[{"colour": "red"}])
    assert tally.ends == {"not opened": 1}
    assert "account is required" in tally.reasons[0]
