"""The collection rehearsed by its own script: it gets on, does not circle, and nobody's water is shut off against a rule."""

from __future__ import annotations

import yaml
from playing import ACCOUNT, DEFINITIONS, machine, on

from workflows.machine.rehearse import Tally, rehearse
from workflows.machine.script import Script


def test_a_year_of_collections_shuts_nobody_off_against_a_rule() -> None:
    text = (DEFINITIONS / "cases" / "collection.rehearsal.yaml").read_text(encoding="utf-8")
    script = Script.model_validate(yaml.safe_load(text))
    tally = Tally()
    for each in rehearse(
        machine("collection"), [{"account": ACCOUNT}] * 60, script, begin=on("2026-01-05 07:30"), days=365
    ):
        tally.add(each)
    assert tally.reasons == []
    assert tally.circling == 0
    assert sum(count for end, count in tally.ends.items() if "ladder/tagged" in end) <= 2
    off = sum(count for end, count in tally.ends.items() if "locked/" in end)
    assert off >= 10  # and each of them was let in by every rule, at the step
