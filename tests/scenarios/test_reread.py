"""The reread, dated: what the crew finds, what it costs, and what is credited."""

from __future__ import annotations

from typing import Any

import pytest
from playing import Play, on

from workflows.machine.errors import NotAllowed

MONDAY = "2026-09-14 09:00"


def asked(opened: str = MONDAY, **data: Any) -> Play:
    """A reread that a customer has asked for."""
    return Play(opened, case="reread", data={"asked_by": "customer"} | data)


def test_the_fee_is_charged_when_the_first_read_was_right() -> None:
    play = asked()
    play.complete("reread", "done", by="crew", at="2026-09-15 14:00", read="1946")
    assert play.ran("charge-fee") == [{"fee": "reread", "amount": "25.00"}]
    assert (play.case.outcome, play.letters) == ("right", ["reread-result"])


def test_a_read_below_the_bill_costs_nothing_and_is_credited_with_its_arithmetic() -> None:
    play = asked()
    play.complete("reread", "done", by="crew", at="2026-09-15 14:00", read="1930")
    assert play.case.data["arithmetic"] == [
        "Read that was billed = 1946 ccf",
        "Read that the crew found = 1930 ccf",
        "Billed too much = 16 ccf",
        "Water charge for 46 ccf = $187.55",
        "Water charge for 30 ccf = $108.00",
        "Credit = $79.55",
    ]
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("approve", "approve", by="rep", at="2026-09-15 15:00")  # who opened it
    play.complete("approve", "approve", by="rep2", at="2026-09-15 15:00")
    assert play.ran("post-adjustment") == [{"amount": "79.55", "reason": "misread"}]
    assert play.ran("charge-fee") == []
    assert (play.case.outcome, play.letters) == ("over-read", ["reread-result"])


def test_a_bill_that_a_customer_doubts_is_in_dispute_until_the_read_is_in() -> None:
    play = asked()
    assert play.holds == ["dispute"]
    play.complete("reread", "done", by="crew", at="2026-09-15 14:00", read="1951")
    assert play.holds == []


def test_the_districts_own_doubt_costs_nobody_anything_and_writes_to_nobody() -> None:
    play = Play(MONDAY, case="reread", data={"asked_by": "district", "doubt": "estimated"})
    assert play.holds == []
    play.complete("reread", "done", by="crew", at="2026-09-15 14:00", read="1951")
    assert (play.case.outcome, play.ran("charge-fee"), play.letters) == ("right", [], [])


def test_a_doubt_before_there_is_a_bill_ends_with_the_read() -> None:
    play = Play(MONDAY, case="reread", data={"bill": None, "doubt": "backwards"})
    play.complete("reread", "done", by="crew", at="2026-09-15 14:00", read="12")
    assert play.case.outcome == "taken"
    assert play.ran("record-read") == [{"read": "12"}]


def test_no_access_leaves_a_door_hanger_and_the_third_time_a_lead_decides() -> None:
    play = asked("2026-11-19 09:00")
    play.complete("reread", "no-access", by="crew", at="2026-11-20 11:00")
    assert (play.state, play.letters) == ("door-hanger", ["door-hanger"])
    # five business days from Friday 20 November: the office is closed on Thanksgiving and on the day after it
    play.until("2026-12-01 07:29")
    assert play.state == "door-hanger"
    play.until("2026-12-01 07:30")
    play.complete("reread", "no-access", by="crew", at="2026-12-01 11:00")
    play.until("2026-12-08 07:30")
    play.complete("reread", "no-access", by="crew", at="2026-12-08 11:00")
    assert play.task("without-read").queue == "leads"
    play.complete("without-read", "give-up", by="lead", at="2026-12-09 09:00", explanation="A car stood on the box.")
    assert (play.case.outcome, play.letters[-1], play.ran("charge-fee")) == ("not-read", "reread-result", [])


def test_a_customer_who_gives_access_is_visited_again_at_once() -> None:
    play = asked()
    play.complete("reread", "no-access", by="crew", at="2026-09-15 11:00")
    play.receive("access-arranged", at="2026-09-16 09:00")
    assert play.task("reread").opened_at == on("2026-09-16 09:00")


def test_an_order_of_friday_afternoon_is_due_on_wednesday_and_before_labor_day_a_day_later() -> None:
    assert asked("2026-09-18 16:00").task("reread").due == on("2026-09-23 17:30")
    assert asked("2026-09-04 10:00").task("reread").due == on("2026-09-10 17:30")


def test_a_late_reread_is_reported_to_the_lead() -> None:
    play = asked()
    play.until("2026-09-18 07:29")
    assert play.told == []
    play.until("2026-09-18 07:30")
    assert play.told == [("lead",)]
    assert play.task("reread").priority == "high"


def test_a_credit_that_is_refused_says_why_and_the_bill_stands() -> None:
    play = asked()
    play.complete("reread", "done", by="crew", at="2026-09-15 14:00", read="1930")
    play.complete("approve", "refuse", by="rep2", at="2026-09-15 15:00", refusal="The photograph shows 1950.")
    assert (play.case.outcome, play.case.data["refusal"]) == ("over-read", "The photograph shows 1950.")
    assert play.ran("post-adjustment") == []


def test_a_complaint_that_is_withdrawn_calls_the_crew_back_and_the_approval_too() -> None:
    play = asked()
    play.complete("reread", "done", by="crew", at="2026-09-15 14:00", read="1930")
    play.receive("called-off", at="2026-09-15 15:00")
    assert (play.case.outcome, play.child("bill-credit").outcome) == ("withdrawn", "withdrawn")
