"""District rules give way to a reason and two persons, once; laws and holds never."""

from __future__ import annotations

from typing import Any

import pytest
from making import at, machine

from definitions.language.pack import Law
from workflows.machine.case import Case
from workflows.machine.errors import Barred, NotAllowed, Unknown
from workflows.machine.events import Message, Overridden
from workflows.machine.machine import Machine

CASE = """
case: collection
title: Collection
laws: [state, ours]
facts: {delinquent_since: date}
data: {account: {type: account, required: true}}
initial: ready
states:
  ready: {at: {earliest-lawful(locked-off): {actions: [{record: {what: visit lawful-day}}]}}, on: {lock: locked}}
  locked: {tags: [locked-off], on: {unlock: ready}}
"""


def law(name: str, kind: str, rule: dict[str, Any], **more: Any) -> Law:
    """A law of one rule."""
    return Law.model_validate(
        {"law": name, "title": name, "kind": kind, "before": "locked-off", "rules": [rule]}
        | ({"facts": {"delinquent_since": "date"}} if kind == "law" else {})
        | more
    )


STATE = law(
    "state",
    "law",
    {"id": "WSP-8", "source": "H&S 116908", "require": "60 full days since facts.delinquent_since"},
)
OURS = law(
    "ours",
    "district",
    {"id": "WD-1", "source": "Resolution 2026-04", "require": "call adult-reached", "never-while": "appeal"},
    **{"override-by": ["supervisor", "review"]},
)
LATE = {"delinquent_since": "2025-12-01"}
LOCK = Message(name="lock")


def ready() -> tuple[Machine, Case]:
    """A case that only the district's own rule keeps from being locked."""
    found = machine(CASE, STATE, OURS)
    case, _ = found.start(
        case_id="c-1", data={"account": {"id": "10-1"}}, at=at("2026-03-02 09:00"), by="rep", facts=LATE
    )
    return found, case


def override(*rules: str, by: str = "supervisor", second: str = "review") -> Overridden:
    """Two persons override."""
    return Overridden(rules=rules, reason="the house is empty", by=by, approved_by=second)


def test_the_refusal_says_who_may_override() -> None:
    found, case = ready()
    with pytest.raises(Barred, match=r"district's own rule WD-1 by supervisor or review may be overridden") as refused:
        found.fire(case, LOCK, LATE, at("2026-03-02 10:00"))
    assert refused.value.facts["rules"] == ["WD-1"]


def test_an_override_holds_once_and_says_so_in_the_step() -> None:
    found, case = ready()
    case, step = found.fire(case, override("WD-1"), LATE, at("2026-03-02 10:00"))
    assert (step.event, step.note) == ("override WD-1", "the house is empty (supervisor, with review)")
    case, step = found.fire(case, LOCK, LATE, at("2026-03-02 11:00"))
    assert case.state == ("locked",)
    assert step.rules == ("WSP-8", "WD-1 overridden")
    case, _ = found.fire(case, Message(name="unlock"), LATE, at("2026-03-02 12:00"))
    with pytest.raises(Barred):
        found.fire(case, LOCK, LATE, at("2026-03-02 13:00"))


def test_an_override_moves_the_earliest_lawful_day() -> None:
    found, case = ready()
    assert case.timers == ()
    case, _ = found.fire(case, override("WD-1"), LATE, at("2026-03-02 10:00"))
    assert len(case.timers) == 1


def test_a_law_is_never_overridden() -> None:
    found, case = ready()
    with pytest.raises(NotAllowed, match="not a rule that anybody may override"):
        found.fire(case, override("WSP-8"), LATE, at("2026-03-02 10:00"))
    case, _ = found.fire(case, override("WD-1"), LATE, at("2026-03-02 10:00"))
    with pytest.raises(Barred, match="60 full days") as refused:
        found.fire(case, LOCK, {"delinquent_since": "2026-02-20"}, at("2026-03-02 11:00"))
    assert refused.value.facts["rules"] == ["WSP-8"]


def test_a_hold_binds_in_a_district_rule_too() -> None:
    found = machine(CASE, STATE, OURS)
    case, _ = found.start(
        case_id="c-1",
        data={"account": {"id": "10-1"}},
        at=at("2026-03-02 09:00"),
        by="rep",
        facts=LATE,
        holds={"appeal": "2026-03-01T09:00:00-08:00"},
    )
    case, _ = found.fire(case, override("WD-1"), LATE, at("2026-03-02 10:00"))
    with pytest.raises(Barred, match="hold for appeal") as refused:
        found.fire(case, LOCK, LATE, at("2026-03-02 11:00"))
    assert "overridden" not in refused.value.sentence


def test_an_override_takes_two_persons_and_a_rule_of_the_case() -> None:
    found, case = ready()
    with pytest.raises(NotAllowed, match="second person"):
        found.fire(case, override("WD-1", second="supervisor"), LATE, at("2026-03-02 10:00"))
    with pytest.raises(Unknown, match="WD-9"):
        found.fire(case, override("WD-9"), LATE, at("2026-03-02 10:00"))
