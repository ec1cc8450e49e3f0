"""What a rule may ask for, in the words that counsel reads, and what it says when it is not kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from definitions.language.library import load_library
from definitions.language.pack import Law, Rule
from definitions.language.rules import facts_in, parse_requirement
from definitions.language.scope import Scope
from workflows.machine.laws import Binding, Verdict
from workflows.machine.machine import Machine

DEFINITIONS = Path(__file__).parents[2] / "definitions"
ZONE = ZoneInfo("America/Los_Angeles")
SHIPPED = {
    "ca-water-shutoff": [*(f"WSP-{n}" for n in range(1, 33)), *(f"GOV-{n}" for n in range(1, 14))],
    "bankruptcy-stay": [f"BK-{n}" for n in range(1, 16)],
    "counting-days": [f"CNT-{n}" for n in range(1, 10)],
    "ca-money": [f"MON-{n}" for n in range(1, 13)],
}
UNCONFIRMED = {  # marked G in domain/law.md
    *(["WSP-3", "WSP-12", "WSP-13", "WSP-17", "WSP-20", "WSP-24", "WSP-25", "WSP-28", "WSP-30", "WSP-31", "WSP-32"]),
    *(
        [
            "GOV-6",
            "GOV-12",
            "BK-9",
            "BK-10",
            "BK-13",
            "BK-14",
            "BK-15",
            "CNT-7",
            "CNT-8",
            "CNT-9",
            "MON-11",
            "MON-12",
            "MTR-3",
        ]
    ),
}


def verdict(require: str, at: str, *, happened: dict[str, str] | None = None, **facts: Any) -> Verdict:
    """What a rule with this requirement says on a day of the shipped calendar."""
    library = load_library(DEFINITIONS)
    machine = Machine(library.compile("unmatched-message"))
    law = Law(
        law="a-law", title="A law", before=("guarded",), rules=(Rule(id="R-1", source="Policy 1", require=require),)
    )
    scope: Scope = machine.setting.scope
    binding = Binding((law,), machine.setting.calendar, scope.environment(""))
    moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    (found,) = binding.verdicts("guarded", happened=happened or {}, data={}, facts=facts, holds={}, at=moment)
    return found


@pytest.mark.parametrize("law", SHIPPED)
def test_the_pack_holds_every_rule_of_the_list(law: str) -> None:
    ids = [rule.id for rule in load_library(DEFINITIONS).laws[law].rules]
    assert [rule for rule in ids if rule in SHIPPED[law]] == SHIPPED[law]
    assert {rule.rpartition("-")[0] if rule not in SHIPPED[law] else rule for rule in ids} >= set(SHIPPED[law])


def test_what_nobody_has_confirmed_is_marked_and_nothing_else() -> None:
    rules = [rule for law in load_library(DEFINITIONS).laws.values() if law.kind == "law" for rule in law.rules]
    assert {rule.id for rule in rules if not rule.confirmed} == UNCONFIRMED


def test_every_rule_is_decided_or_says_how_it_is_kept() -> None:
    for law in load_library(DEFINITIONS).laws.values():
        for rule in law.rules:
            assert rule.require or rule.never_while or rule.charges or rule.kept_by, rule.id


def test_what_happened_too_soon_does_not_count() -> None:
    words = "15 days since letter final-notice mailed counted from 19 days after facts.bill_mailed_oldest"
    happened = {"letter final-notice mailed": "2026-03-20"}
    early = verdict(words, "2026-06-01 10:00", happened=happened, bill_mailed_oldest="2026-03-02")
    assert (early.kept, early.earliest) == (False, None)
    assert "on 20 March 2026 does not count: it was before 21 March 2026" in early.arithmetic
    assert verdict(words, "2026-06-01 10:00", happened=happened, bill_mailed_oldest="2026-03-01").kept


def test_what_is_not_known_to_count_does_not_count() -> None:
    words = "15 days since letter final-notice mailed counted from facts.delinquent_since"
    assert not verdict(words, "2026-06-01 10:00", happened={"letter final-notice mailed": "2026-03-20"}).kept


def test_of_several_beginnings_the_earliest_that_counts_is_taken() -> None:
    words = "7 business days since (letter a mailed counted from facts.since or call b counted from facts.since)"
    happened = {"letter a mailed": "2026-01-05", "call b": "2026-03-02"}
    found = verdict(words, "2026-03-11 10:00", happened=happened, since="2026-02-01")
    assert (str(found.earliest), found.arithmetic) == ("2026-03-11", "7 business days since 2 March 2026 (call b)")


def test_a_rule_may_bind_only_where_something_has_happened() -> None:
    words = "if letter final-notice returned: (call adult-reached or visit notice-left)"
    assert verdict(words, "2026-03-02 10:00").kept
    returned = {"letter final-notice returned": "2026-02-20"}
    assert not verdict(words, "2026-03-02 10:00", happened=returned).kept
    assert verdict(words, "2026-03-02 10:00", happened=returned | {"visit notice-left": "2026-02-27"}).kept


def test_a_requirement_names_the_facts_that_it_counts_from() -> None:
    words = "15 days since letter final-notice mailed counted from 19 days after facts.bill_mailed_oldest"
    assert facts_in(parse_requirement(words)) == {"bill_mailed_oldest"}


@pytest.mark.parametrize(
    "words", ["two weeks after the notice", "15 days since letter a mailed counted from noon", "if rain: call b"]
)
def test_other_words_are_refused_with_what_would_be_right(words: str) -> None:
    with pytest.raises(ValueError, match="is no requirement; write one of"):
        parse_requirement(words)
