"""The approval of credits: by the amount, never by whoever worked them out."""

from __future__ import annotations

import pytest
from playing import Play, on

from workflows.machine.errors import NotAllowed, Refused

MONDAY = "2026-09-14 09:00"


def credit(amount: str, **facts: int) -> Play:
    """A credit that somebody has opened by hand."""
    return Play(MONDAY, case="bill-credit", data={"amount": amount, "reason": "correction"}, **facts)


@pytest.mark.parametrize(
    ("amount", "task"),
    [
        ("0.01", "approve"),
        ("100.00", "approve"),
        ("100.01", "approve-by-supervisor"),
        ("1000.00", "approve-by-supervisor"),
        ("1000.01", "approve-by-review-manager"),
        ("5000.00", "approve-by-review-manager"),
        ("5000.01", "board"),
    ],
)
def test_the_amount_says_who_approves(amount: str, task: str) -> None:
    assert credit(amount).task(task).name == task


def test_a_second_credit_within_ninety_days_goes_to_the_review_manager_however_small() -> None:
    assert credit("5.00", adjustments_last_90_days=1).task("approve-by-review-manager").queue == "review-managers"


def test_whoever_opened_it_does_not_approve_it() -> None:
    play = credit("50.00")
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("approve", "approve", by="rep", at="2026-09-14 10:00")
    play.complete("approve", "approve", by="rep2", at="2026-09-14 10:00")
    assert (play.case.outcome, play.case.data["credited"]) == ("credited", "50.00")


def test_what_is_handed_up_still_needs_the_limit_of_whoever_approves_it() -> None:
    play = credit("90.00")
    play.complete("approve", "raise", by="rep2", at="2026-09-14 10:00")
    play.complete("approve-by-supervisor", "raise", by="supervisor", at="2026-09-14 11:00")
    play.complete("approve-by-review-manager", "approve", by="review", at="2026-09-14 12:00")
    assert play.ran("post-adjustment") == [{"amount": "90.00", "reason": "correction"}]


def test_the_board_needs_minutes_and_no_limit() -> None:
    play = credit("7200.00")
    with pytest.raises(Refused, match="resolution"):
        play.complete("board", "approve", by="review", at="2026-10-07 09:00")
    play.complete("board", "approve", by="review", at="2026-10-07 09:00", resolution="Minutes of 6 October, item 4")
    assert play.ran("post-adjustment") == [{"amount": "7200.00", "reason": "correction"}]


def test_an_approval_that_lies_over_a_holiday_goes_to_the_supervisors() -> None:
    play = Play("2026-11-25 10:00", case="bill-credit", data={"amount": "50.00", "reason": "correction"})
    assert play.task("approve").due == on("2026-12-01 17:30")
    play.until("2026-12-01 07:30")
    assert play.task("approve").queue == "supervisors"
    assert play.told == [("supervisor",)]
