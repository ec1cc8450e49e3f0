"""A law may cap a fee: what is charged above it is refused at the step, naming the section."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from definitions.language.library import load_library
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from workflows.machine.errors import Barred
from workflows.machine.events import Message
from workflows.machine.machine import Machine

DEFINITIONS = Path(__file__).parents[2] / "definitions"
NOON = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("America/Los_Angeles"))
TEXT = """
case: restoring
title: Restoring
laws: [ca-water-shutoff]
data: {account: {type: account, required: true}, fee: {type: money, required: true}}
messages: {after-hours: {}, in-hours: {}}
initial: waiting
states:
  waiting:
    on:
      in-hours: {actions: [charge-fee: {fee: restoration, amount: data.fee}]}
      after-hours: {actions: [charge-fee: {fee: restoration-after-hours, amount: data.fee}]}
"""
ACCOUNT = {"id": "10-004217", "class": "residential", "language": "en", "since": "2020-01-01", "confidential": False}


def charged(fee: str, event: str, low_income: bool | None) -> bool:
    """Whether the fee was charged; raises Barred."""
    library = load_library(DEFINITIONS)
    definition, problems = load_model(load(TEXT, "restoring.yaml"), CaseDefinition)
    assert definition is not None, problems
    library.cases["restoring"] = definition
    machine = Machine(library.compile("restoring"))
    case, _ = machine.start(case_id="c-1", data={"account": ACCOUNT, "fee": fee}, at=NOON, by="rep")
    assert "low_income" in machine.facts_for(case, Message(name=event))
    facts = {} if low_income is None else {"low_income": low_income}
    _, step = machine.fire(case, Message(name=event), facts, NOON)
    return bool(step.effects)


def test_a_low_income_household_pays_at_most_fifty_dollars_in_working_hours() -> None:
    assert charged("50.00", "in-hours", low_income=True)
    with pytest.raises(
        Barred, match=r"the fee restoration is at most \$50.00, not \$50.01 \(Health & Safety Code 116914"
    ):
        charged("50.01", "in-hours", low_income=True)


def test_and_at_most_a_hundred_and_fifty_outside_them() -> None:
    assert charged("150.00", "after-hours", low_income=True)
    with pytest.raises(Barred, match=r"at most \$150.00"):
        charged("173.00", "after-hours", low_income=True)


@pytest.mark.parametrize("low_income", [False, None])
def test_others_pay_what_the_table_says(low_income: bool | None) -> None:
    assert charged("173.00", "after-hours", low_income=low_income)
