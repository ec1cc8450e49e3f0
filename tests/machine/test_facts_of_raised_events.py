"""What a step that raises an event asks for: also what the states that take the event ask."""

from __future__ import annotations

from datetime import UTC, datetime

from making import machine

from workflows.machine.events import Message

DEFINITION = """
case: docket
title: Docket
facts: {balance: money, account_status: text}
initial: running
states:
  running:
    parallel:
      docket:
        initial: watched
        states:
          watched:
            on:
              dismissed: {actions: [raise: {event: court-dismissed}]}
              noted: {actions: [record: {what: noted}]}
      court:
        initial: open
        states:
          open:
            on:
              court-dismissed: {actions: [raise: {event: over}]}
              over: ending
  ending:
    choose:
      - {guard: "has(facts.balance) && facts.balance > 0", target: owing}
      - {target: settled}
  owing: {type: final}
  settled: {type: final}
"""


def test_a_step_that_raises_an_event_reads_what_its_takers_ask_for() -> None:
    docket = machine(DEFINITION)
    at = datetime(2026, 3, 9, 18, tzinfo=UTC)
    case, _ = docket.start(case_id="c-aaaaaaaaaaaa", data={}, at=at, by="rep", facts={})
    event = Message(name="dismissed")
    assert docket.facts_for(case, event) == ("balance",)
    assert docket.facts_for(case, Message(name="noted")) == ()
    case, _ = docket.fire(case, event, {"balance": "12.00"}, at)
    assert case.outcome == "owing"
