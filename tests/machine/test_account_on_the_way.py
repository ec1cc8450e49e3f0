"""A case that begins without an account takes the one that is opened on the way."""

from __future__ import annotations

from datetime import UTC, datetime

from making import machine as machine_of

from workflows.machine.events import Replied

MONDAY = datetime(2026, 3, 9, 16, tzinfo=UTC)
TEXT = """
case: new-connection
title: New connection
data:
  applicant: {type: applicant, required: true}
  account: account
messages:
  account-created: {account: {type: account, required: true}}
initial: opening
states:
  opening:
    entry: [create-account: {use_class: residential, size: 1"}]
    on:
      account-created: {target: opened, actions: [assign: {account: event.account}]}
  opened:
    entry: [letter: {template: answer}]
    on: {done: closed}
  closed: {type: final}
"""


def test_the_account_of_a_case_is_the_one_that_enters_its_data() -> None:
    machine = machine_of(TEXT)
    case, _ = machine.start(case_id="c-2x7mpqk4hvta", data={"applicant": {"id": "ap-1"}}, at=MONDAY, by="rep")
    assert case.account is None
    assert machine.applicant_in(case.data) == "ap-1"
    account = {"id": "20-000001", "class": "residential", "confidential": False}
    case, _ = machine.fire(case, Replied(name="account-created", effect="1.1", data={"account": account}), {}, MONDAY)
    assert case.account == "20-000001"
