"""The appeal, dated: in time by Government Code 60372(c), to the review manager, and beyond to the board."""

from __future__ import annotations

from typing import Any

import pytest
from playing import Play, on

from workflows.machine.errors import NotAllowed, Refused

MONDAY = "2026-09-14 09:00"


def appealed(opened: str = MONDAY, *, received: str = "2026-09-04", **facts: Any) -> Play:
    """An appeal against an answer to a complaint of that day; the bill was mailed on 28 August."""
    given = {"appeal": "We were away all July.", "received": received}
    return Play(opened, case="appeal", data=given, **facts)


def denied(at: str = "2026-09-21 09:00") -> Play:
    play = appealed()
    play.complete("decide", "deny", by="review", at=at, decision="Two reads agree.", instalments=6)
    return play


def before_the_board() -> Play:
    """An appeal that the board hears on 6 October."""
    play = denied()
    play.receive("board-appealed", at="2026-09-25 09:00")
    play.complete("scheduling", "scheduled", by="supervisor", at="2026-09-28 09:00", hearing="2026-10-06")
    return play


@pytest.mark.parametrize(
    ("received", "notice", "in_time"),
    [
        # mailed on Friday 28 August, received on 2 September, five days end on Labor Day, 7 September, and roll to the 8th
        ("2026-09-08", None, True),
        ("2026-09-09", None, False),
        # a final notice of 21 October: the thirteenth day is Tuesday 3 November
        ("2026-11-03", "2026-10-21", True),
        ("2026-11-04", "2026-10-21", False),
        # a notice of 13 November: the thirteenth day is Thanksgiving, the day after is closed, then the weekend
        ("2026-11-30", "2026-11-13", True),
        ("2026-12-01", "2026-11-13", False),
    ],
)
def test_there_is_a_right_to_the_review_within_five_days_of_the_bill_or_thirteen_of_the_notice(
    received: str, notice: str | None, in_time: bool
) -> None:
    facts = {"final_notice_mailed": notice} if notice else {}
    assert appealed("2026-12-02 09:00", received=received, **facts).case.data["in_time"] is in_time


def test_an_appeal_in_time_is_never_dismissed_and_a_late_one_may_be() -> None:
    with pytest.raises(Refused):
        appealed().complete("decide", "dismiss", by="review", at="2026-09-15 09:00", decision="Too late.")
    late = appealed(received="2026-09-14")
    late.complete("decide", "dismiss", by="review", at="2026-09-15 09:00", decision="Too late.")
    assert (late.case.outcome, late.letters, late.holds) == ("dismissed", ["appeal-dismissed"], [])


def test_a_late_appeal_may_be_heard_all_the_same() -> None:
    play = appealed(received="2026-09-14")
    play.complete("decide", "uphold", by="review", at="2026-09-15 09:00", decision="A misread.", credit="79.55")
    assert play.ran("post-adjustment") == [{"amount": "79.55", "reason": "appeal"}]


def test_nothing_is_shut_off_from_the_first_minute_until_the_appeal_is_over() -> None:
    play = appealed()
    assert play.holds == ["appeal"]
    play.complete("decide", "deny", by="review", at="2026-09-21 09:00", decision="Two reads agree.")
    assert play.holds == ["appeal"]  # the board may still be asked
    play.until("2026-10-01 23:00")
    assert play.holds == ["appeal"]
    play.until("2026-10-02 07:30")
    assert (play.case.outcome, play.holds) == ("denied", [])


def test_the_review_manager_decides_within_ten_business_days() -> None:
    assert appealed().task("decide").due == on("2026-09-28 17:30")
    assert appealed("2026-11-16 09:00").task("decide").due == on("2026-12-02 17:30")  # over Thanksgiving
    play = appealed()
    play.until("2026-09-29 07:30")
    assert ("review", "supervisor") in play.told


def test_the_review_manager_may_allow_up_to_twelve_instalments() -> None:
    assert denied().case.data["instalments"] == 6
    with pytest.raises(Refused, match="instalments"):
        appealed().complete("decide", "deny", by="review", at="2026-09-15 09:00", decision="No.", instalments=13)


def test_what_is_above_the_review_managers_limit_goes_to_the_board() -> None:
    with pytest.raises(NotAllowed, match="above your limit"):
        appealed().complete("decide", "uphold", by="review", at="2026-09-15 09:00", decision="Yes.", credit="5000.01")


def test_whoever_opened_it_does_not_decide_it() -> None:
    play = Play("2026-09-14 09:00", case="bill-credit", data={"amount": "10.00", "reason": "correction"})
    play.open("appeal", data={"appeal": "No.", "bill": play.case.data["bill"]}, by="review")
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("decide", "deny", by="review", at="2026-09-15 09:00", decision="No.")


def test_within_ten_days_the_customer_may_go_to_the_board_and_not_later() -> None:
    play = denied()
    play.receive("board-appealed", at="2026-10-01 17:00")
    assert play.task("scheduling").queue == "board"
    late = denied()
    with pytest.raises(Refused, match="closed on 2 October 2026"):
        late.receive("board-appealed", at="2026-10-02 08:00")


def test_the_customer_is_told_the_day_of_the_meeting_and_stays_safe_until_the_board_has_decided() -> None:
    play = before_the_board()
    assert (play.letters[-1], play.holds) == ("board-hearing", ["appeal"])
    play.complete("heard", "deny", by="supervisor", at="2026-10-07 09:00", board_decision="Confirmed, item 7.")
    assert (play.case.outcome, play.letters[-1], play.holds) == ("denied", "board-decision", [])


def test_what_the_board_gives_is_posted_whatever_anybodys_limit() -> None:
    play = before_the_board()
    play.complete("heard", "uphold", by="supervisor", at="2026-10-07 09:00", board_decision="Item 7.", credit="6200.00")
    assert play.ran("post-adjustment") == [{"amount": "6200.00", "reason": "appeal"}]
    assert (play.case.outcome, play.case.data["credited"]) == ("upheld", "6200.00")


def test_a_meeting_of_which_nothing_is_recorded_comes_back_to_mind() -> None:
    play = before_the_board()
    play.until("2026-10-16 07:30")
    assert play.told[-1] == ("supervisor", "review")
