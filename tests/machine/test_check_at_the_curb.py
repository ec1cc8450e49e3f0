"""Before a lock goes on, its reason, holds and laws are asked once more, for each meter."""

from __future__ import annotations

import pytest
from making import at, machine

from definitions.language.pack import Law
from workflows.machine.case import Case
from workflows.machine.choices import choices
from workflows.machine.errors import Barred, NotAllowed
from workflows.machine.events import Outcome
from workflows.machine.machine import Machine

NOW = at("2026-03-16 09:00")
CASE = """
case: collection
title: Collection
laws: [state]
facts: {collectable: money, delinquent_since: date}
data: {account: {type: account, required: true}, meters: {type: meter, many: true}}
initial: locking
states:
  locking:
    work-order:
      title: Lock off
      crew: meters
      each: data.meters
      check-at-site: has(facts.collectable) && facts.collectable > usd("0.00")
      outcomes: {locked: {target: locked}, no-access: {target: waiting, unchecked: true}}
  locked: {tags: [off], states: {on: {tags: [locked-off]}}}
  waiting: {type: final}
"""
LAW = Law.model_validate(
    {
        "law": "state",
        "title": "Not too soon",
        "before": "locked-off",
        "facts": {"delinquent_since": "date"},
        "rules": [{"id": "WSP-8", "source": "H&S 116908", "require": "60 full days since facts.delinquent_since"}],
    }
)
FACTS = {"collectable": "84.10", "delinquent_since": "2025-12-01"}


def in_the_truck() -> tuple[Machine, Case]:
    """An order for two meters."""
    found = machine(CASE, LAW)
    data = {"account": {"id": "10-1"}, "meters": [{"id": "m-1"}, {"id": "m-2"}]}
    case, _ = found.start(case_id="c-1", data=data, at=NOW, by="lead", facts=FACTS)
    return found, case


def locked(run: int = 1, *, outcome: str = "locked", checked: bool = True) -> Outcome:
    """The crew closes an order."""
    return Outcome(run=run, outcome=outcome, by="crew", checked_at=NOW.isoformat() if checked else None)


def test_the_facts_of_the_check_are_read_fresh_for_the_step() -> None:
    found, case = in_the_truck()
    assert found.facts_for(case, locked()) == ("collectable", "delinquent_since")


def test_an_order_whose_reason_is_gone_is_not_closed_even_with_a_check() -> None:
    found, case = in_the_truck()
    with pytest.raises(Barred, match=r"do not go on with “Lock off”.*no longer holds"):
        found.fire(case, locked(), FACTS | {"collectable": "0.00"}, NOW)
    with pytest.raises(Barred, match="no longer holds"):
        found.fire(case, locked(), {}, NOW)


def test_a_law_is_asked_at_each_meter_not_only_at_the_last() -> None:
    found, case = in_the_truck()
    with pytest.raises(Barred, match="60 full days"):
        found.fire(case, locked(), FACTS | {"delinquent_since": "2026-03-01"}, NOW)
    case, _ = found.fire(case, locked(), FACTS, NOW)
    case, step = found.fire(case, locked(2), FACTS, NOW)
    assert case.state == ("locked/on",)
    assert step.rules == ("WSP-8",)


def test_without_a_check_only_what_does_nothing_is_closed() -> None:
    found, case = in_the_truck()
    with pytest.raises(NotAllowed, match="curb"):
        found.fire(case, locked(checked=False), FACTS, NOW)
    for run in (1, 2):
        case, _ = found.fire(case, locked(run, outcome="no-access", checked=False), {}, NOW)
    assert case.outcome == "waiting"


def test_a_crew_that_asks_is_told_which_way_is_open() -> None:
    found, case = in_the_truck()

    def refused(**facts: str) -> dict[str, bool]:
        asked = choices(found, case, 1, by="crew", facts=FACTS | facts, at=NOW)
        return {each.outcome: each.refused is not None for each in asked}

    assert refused() == {"locked": False, "no-access": False}
    assert refused(collectable="0.00") == {"locked": True, "no-access": False}
    assert refused(delinquent_since="2026-03-01") == {"locked": True, "no-access": False}
