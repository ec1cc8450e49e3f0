"""`forget`: what has happened counts no longer, for the laws at the step and for the checker; `record` of an earlier day."""

from __future__ import annotations

import pytest
from making import at, machine

from definitions.language.pack import Law
from workflows.machine.errors import Barred
from workflows.machine.events import Message

CALLED = Law.model_validate(
    {
        "law": "calls",
        "title": "A call first",
        "before": "off",
        "rules": [{"id": "A-1", "source": "§ 1", "require": "3 days since call made"}],
    }
)
TEXT = """
case: forgetting
title: Forgetting
laws: [calls]
messages: {call: {made_on: date}}
data: {account: {type: account, required: true}}
initial: open
on:
  call: {actions: [record: {what: call made, on: event.made_on}]}
  anew: {actions: [forget]}
  lock: locked
states:
  open: {}
  locked: {type: final, tags: off}
"""
ACCOUNT = {"id": "a-1", "class": "residential", "confidential": False}


def test_what_is_recorded_counts_from_its_own_day_and_never_from_a_later_one() -> None:
    playing = machine(TEXT, CALLED)
    case, _ = playing.start(case_id="c-1", data={"account": ACCOUNT}, at=at("2026-03-09 09:00"), by="rep")
    case, _ = playing.fire(case, Message(name="call", data={"made_on": "2026-03-05"}), {}, at("2026-03-09 09:00"))
    assert case.happened == {"call made": "2026-03-05"}
    case, _ = playing.fire(case, Message(name="call", data={"made_on": "2026-04-05"}), {}, at("2026-03-09 10:00"))
    assert case.happened == {"call made": "2026-03-09"}


def test_what_is_forgotten_counts_no_longer() -> None:
    playing = machine(TEXT, CALLED)
    case, _ = playing.start(case_id="c-1", data={"account": ACCOUNT}, at=at("2026-03-09 09:00"), by="rep")
    case, _ = playing.fire(case, Message(name="call", data={"made_on": "2026-03-02"}), {}, at("2026-03-09 09:00"))
    case, _ = playing.fire(case, Message(name="anew", data={}), {}, at("2026-03-09 10:00"))
    assert case.happened == {}
    with pytest.raises(Barred, match="call made has not happened"):
        playing.fire(case, Message(name="lock", data={}), {}, at("2026-03-09 11:00"))
