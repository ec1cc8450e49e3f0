"""Case types rehearsed by the scripts that lie beside them: every case gets somewhere, none circles."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from playing import ACCOUNT, DEFINITIONS, HISTORY, machine, on

from workflows.machine.rehearse import Tally, rehearse
from workflows.machine.script import Script

OPENING: dict[str, dict[str, Any]] = {
    "high-consumption": {},
    "reread": {"asked_by": "customer"},
    "meter-test": {"asked_by": "customer"},
    "leak-investigation": {"source": "call"},
    "leak-adjustment": {},
    "bill-credit": {"amount": "79.55", "reason": "misread"},
    "appeal": {"appeal": "I do not agree."},
    "non-read": {"why": "locked", "bill": None},
    "affidavit": {"kind": "income", "bill": None},
    "agency-referral": {"bill": None},
    "demand": {"kind": "payoff", "bill": None},
    "extension": {"bill": None},
    "finance-backup": {"reason": "All of Finance is ill.", "account": None, "bill": None},
    "lien": {"bill": None},
    "medical-certificate": {"bill": None},
    "occupant-service": {"bill": None},
    "returned-mail": {"bill": None},
    "shut-off-appeal": {"bill": None},
    "unmatched-message": {"event": "letter", "bill": None},
}

DAYS = {"agency-referral": 800}  #: the agency has it for a year


def rehearsed(name: str, cases: int = 150) -> Tally:
    """A year of such cases, by the script that lies beside the definition."""
    text = (DEFINITIONS / "cases" / f"{name}.rehearsal.yaml").read_text(encoding="utf-8")
    script = Script.model_validate(yaml.safe_load(text))
    row = {"account": ACCOUNT, "bill": {**HISTORY[0], "period_end": "2025-12-23"}} | OPENING[name]
    row = {key: value for key, value in row.items() if value is not None}
    tally = Tally()
    for each in rehearse(machine(name), [row] * cases, script, begin=on("2026-01-05 07:30"), days=DAYS.get(name, 365)):
        tally.add(each)
    return tally


@pytest.mark.parametrize("name", sorted(OPENING))
def test_a_year_of_each_case_ends_without_a_refusal_or_a_circle(name: str) -> None:
    tally = rehearsed(name)
    assert tally.reasons == []
    assert tally.circling == 0
    finals = {key for key, state in machine(name).definition.states.items() if state.type == "final"}
    unfinished = {end: count for end, count in tally.ends.items() if end not in finals}
    assert sum(unfinished.values()) <= 5, unfinished
    unexpected = [
        sentence for sentence in tally.refused if not sentence.startswith(("nothing waits for", "the case was"))
    ]
    assert unexpected == []
