"""The meter that was not read, dated: access is asked for, the bill leaves on an estimate, the next read puts it right."""

from __future__ import annotations

from typing import Any

import pytest
from playing import Play, bill, on

from workflows.machine.errors import Refused

MONDAY = "2026-10-19 09:00"
LAST = {"last_read": "1946", "last_read_on": "2026-08-24"}


def unread(opened: str = MONDAY, why: str = "locked", **facts: Any) -> Play:
    """A meter behind a locked gate, last read on 24 August."""
    return Play(opened, case="non-read", data={"why": why, "bill": None}, **(LAST | facts))


def estimated(play: Play, at: str) -> None:
    """The crew finds no access, and the estimate is billed."""
    play.complete("read-meter", "no-access", by="crew", at=f"{at} 10:00")
    play.complete("estimate", "estimate", by="rep", at=f"{at} 15:00")


def test_access_is_asked_for_with_a_day_and_the_crew_comes_again_after_it() -> None:
    play = unread()
    assert (play.state, play.letters, play.case.data["access_by"]) == ("asked", ["access-request"], "2026-10-29")
    play.until("2026-10-30 07:29")
    assert play.state == "asked"
    play.until("2026-10-30 07:30")
    assert play.task("read-meter").due == on("2026-11-04 17:30")


def test_a_last_day_on_a_saturday_or_a_closed_day_moves_on() -> None:
    assert unread("2026-10-21 09:00").case.data["access_by"] == "2026-11-02"  # ten days end on Saturday the 31st
    assert unread("2026-11-16 09:00").case.data["access_by"] == "2026-11-30"  # on Thanksgiving, then a weekend


def test_who_gives_access_is_visited_at_once_and_gets_no_second_letter() -> None:
    play = unread()
    play.receive("access-arranged", at="2026-10-20 09:00")
    play.complete("read-meter", "done", by="crew", at="2026-10-21 10:00", read="1964")
    assert (play.case.outcome, play.letters) == ("read", ["access-request"])
    assert play.ran("record-read") == [{"read": "1964", "kind": "field"}]


def test_the_customers_own_read_is_taken_unless_it_lies_below_the_last_one() -> None:
    play = unread()
    play.receive("read-reported", at="2026-10-20 09:00", read="1940")
    with pytest.raises(Refused):
        play.complete("customer-read", "taken", by="rep", at="2026-10-20 10:00")
    play.complete("customer-read", "not-taken", by="rep", at="2026-10-20 10:00")
    assert play.state == "looking"
    play = unread()
    play.receive("read-reported", at="2026-10-20 09:00", read="1961")
    play.complete("customer-read", "taken", by="rep", at="2026-10-20 10:00")
    assert play.ran("record-read") == [{"read": "1961", "kind": "customer"}]


def test_a_meter_without_a_signal_is_nobodys_gate() -> None:
    play = unread(why="no-signal")
    assert (play.state, play.letters) == ("looking", [])


def test_the_estimate_is_last_years_use_for_the_days_since_the_last_read_rounded_down() -> None:
    play = unread()
    play.until("2026-10-30 08:00")
    play.complete("read-meter", "no-access", by="crew", at="2026-10-30 10:00")
    assert play.case.data["working"] == [
        "Last read, August 24, 2026 = 1946 ccf",
        "Same period last year, 61 days = 19 ccf",
        "Estimate for 67 days = 20 ccf",
        "Estimated read = 1966 ccf",
    ]
    play.complete("estimate", "estimate", by="rep", at="2026-10-30 15:00")
    assert play.ran("record-read") == [{"read": "1966", "kind": "estimated"}]
    assert play.letters == ["access-request", "estimated-bill"]


def test_without_last_years_bill_the_three_periods_before_are_gone_by() -> None:
    play = unread(bill_history=[bill("2026-08-24", "20", days=60), bill("2026-06-23", "10", days=60)])
    play.until("2026-10-30 08:00")
    play.complete("read-meter", "no-access", by="crew", at="2026-10-30 10:00")
    assert play.case.data["working"][1:] == [
        "Average of these periods, 60 days = 15 ccf",
        "Estimate for 67 days = 16 ccf",
        "Estimated read = 1962 ccf",
    ]


def test_where_nothing_is_to_go_by_only_the_base_rate_is_billed() -> None:
    play = unread(bill_history=[])
    play.until("2026-10-30 08:00")
    play.complete("read-meter", "no-access", by="crew", at="2026-10-30 10:00")
    assert play.case.data["billed_as"] == "base-rate"
    assert (play.state, play.ran("record-read"), play.letters[-1]) == ("waiting", [], "estimated-bill")


def test_the_crew_comes_again_with_the_next_reading_and_the_bill_goes_to_the_true_read() -> None:
    play = unread(why="no-signal")
    estimated(play, "2026-10-20")
    play.until("2026-12-21 07:29")  # sixty days end on Saturday 19 December
    assert play.state == "waiting"
    play.until("2026-12-21 07:30")
    play.complete("read-meter", "done", by="crew", at="2026-12-21 14:00", read="1970")
    assert (play.case.outcome, play.letters[-1]) == ("read", "estimate-settled")


def test_an_estimate_that_went_too_far_is_credited_at_the_price_of_its_tiers() -> None:
    play = unread(why="no-signal")
    estimated(play, "2026-10-20")
    play.receive("access-arranged", at="2026-11-30 09:00")
    play.complete("read-meter", "done", by="crew", at="2026-12-01 14:00", read="1955")
    named = bill("2026-10-20", "17", days=57, read="1963", amount="90.00")
    play.complete("over-estimated", "named", by="rep", at="2026-12-01 15:00", bill=named)
    play.complete("approve", "approve", by="rep2", at="2026-12-01 16:00")
    assert play.case.data["arithmetic"][2] == "Billed too much = 8 ccf"
    assert (play.case.outcome, play.case.data["credited"]) == ("read", play.case.data["credit"])
    assert play.ran("post-adjustment") == [{"amount": play.case.data["credit"], "reason": "correction"}]


def test_after_two_estimates_only_the_base_rate_is_billed_and_then_a_lead_decides() -> None:
    play = unread(why="no-signal")
    for day, next_ in (("2026-10-20", "2026-12-21 08:00"), ("2026-12-21", "2027-02-22 08:00")):
        estimated(play, day)
        play.until(next_)
    play.complete("read-meter", "no-access", by="crew", at="2027-02-22 10:00")
    assert play.case.data["billed_as"] == "base-rate"
    assert play.task("unreachable").queue == "leads"
    play.complete("unreachable", "move", by="lead", at="2027-02-23 09:00", decision="It goes to the street side.")
    play.complete("move-meter", "moved", by="crew", at="2027-03-01 10:00", read="2001")
    assert play.case.outcome == "read"


def test_a_register_that_nobody_can_read_is_replaced_in_the_record_too() -> None:
    play = unread(why="unreadable")
    play.complete("read-meter", "unreadable", by="crew", at="2026-10-20 10:00")
    play.complete(
        "replace-meter", "replaced", by="crew", at="2026-10-22 10:00", read="1946", serial="M-7", new_read="0"
    )
    assert play.case.outcome == "replaced"
    assert [play.ran("remove-meter"), play.ran("set-meter")] == [
        [{"read": "1946"}],
        [{"serial": "M-7", "size": '5/8"', "read": "0"}],
    ]


def test_nothing_is_held_or_disputed_for_a_missing_read() -> None:
    assert unread().holds == []
