"""The leak investigation, dated: the field, whose side, the repair by its day, and who is told."""

from __future__ import annotations

from typing import Any

import pytest
from playing import HISTORY, Play, on

from workflows.machine.errors import NotAllowed, Refused

MONDAY = "2026-09-14 09:00"


def reported(opened: str = MONDAY, **data: Any) -> Play:
    """A leak that somebody has called about, without a bill."""
    return Play(opened, case="leak-investigation", data={"source": "call", "bill": None} | data)


def customers(opened: str = MONDAY, seen: str = "2026-09-16 11:00", **data: Any) -> Play:
    """A leak that the crew has found behind the meter."""
    play = reported(opened, **data)
    play.complete("investigation", "customer-side", by="crew", at=seen, dial_moves=True, leak_kind="indoor", flow="0.4")
    return play


def shown(play: Play, at: str, repaired: str, **form: Any) -> None:
    play.complete("repair", "shown", by="rep", at=at, repaired=repaired, proof_kind="receipt", **form)


def test_the_letter_that_starts_the_repair_clock_goes_out_at_once_and_the_account_is_held() -> None:
    play = reported()
    assert play.letters == ["possible-leak"]
    assert play.case.data["leak_noticed"] == "2026-09-14"
    assert play.holds == ["leak-investigation"]
    assert (play.task("investigation").kind, play.task("investigation").due) == ("work-order", on("2026-09-16 17:30"))


def test_a_meter_that_has_run_for_a_day_opens_one_and_a_second_report_joins_it() -> None:
    play = Play(MONDAY, case="leak-investigation", data={"bill": None, "event": "continuous-flow", "hours": 24})
    for message in ("continuous-flow", "high-use-found", "customer-called"):
        assert play.hear(message) == ["leak-investigation"]
    assert play.case.data["reports"] == 4
    assert play.letters == ["possible-leak"]  # the first one counts


def test_the_last_day_for_the_repair_is_thirty_days_from_the_first_letter() -> None:
    play = customers()
    assert play.case.data["repair_by"] == "2026-10-14"
    assert play.letters == ["possible-leak", "leak-found"]


@pytest.mark.parametrize(
    ("opened", "seen", "by"),
    [
        ("2026-08-06 09:00", "2026-08-07 10:00", "2026-09-08"),  # the 30th day is Saturday, then Labor Day
        ("2026-10-27 09:00", "2026-10-28 10:00", "2026-11-30"),  # the day after Thanksgiving is closed, then a weekend
        ("2026-02-13 09:00", "2026-02-17 10:00", "2026-03-16"),  # a Sunday; the clocks went forward on 8 March
        ("2028-01-31 09:00", "2028-02-01 10:00", "2028-03-01"),  # across 29 February
    ],
)
def test_a_last_day_on_which_the_office_is_closed_moves_on(opened: str, seen: str, by: str) -> None:
    assert customers(opened, seen).case.data["repair_by"] == by


def test_reminders_go_out_fifteen_and_three_days_before_the_last_day() -> None:
    play = customers()
    play.until("2026-09-29 07:29")
    assert play.letters[2:] == []
    play.until("2026-09-29 07:30")
    assert play.letters[2:] == ["repair-reminder"]
    play.until("2026-10-11 07:30")
    assert play.letters[2:] == ["repair-reminder", "repair-reminder"]


def test_a_repair_on_the_last_day_is_in_time_and_a_day_later_a_supervisor_decides() -> None:
    play = customers()
    play.until("2026-10-14 17:00")
    assert play.state == "repair"
    play.until("2026-10-15 07:30")
    assert play.task("waste").queue == "supervisors"


def test_more_time_is_given_by_a_lead_and_the_reminders_begin_anew() -> None:
    play = customers()
    play.until("2026-10-01 09:00")
    play.complete("repair", "more-time", by="rep", extension_reason="The plumber comes on the 20th.")
    assert play.task("extension").queue == "leads"
    play.complete("extension", "grant", by="lead", at="2026-10-01 15:00", repair_by="2026-11-02")
    assert play.letters[-1] == "leak-extension"
    play.until("2026-10-18 07:30")
    assert play.letters[-1] == "repair-reminder"
    play.until("2026-11-02 12:00")
    assert play.state == "repair"
    play.until("2026-11-03 07:30")
    assert play.state == "unrepaired"


def test_more_time_that_is_refused_leaves_the_day_and_sends_no_reminder_twice() -> None:
    play = customers()
    play.until("2026-10-01 09:00")
    play.receive("more-time-asked", extension_reason="I am away.")
    play.complete("extension", "deny", by="lead", at="2026-10-02 09:00")
    play.until("2026-10-10 12:00")
    assert play.letters.count("repair-reminder") == 1
    play.until("2026-10-15 07:30")
    assert play.state == "unrepaired"


def test_a_repair_is_checked_before_it_is_believed() -> None:
    play = customers()
    shown(play, "2026-09-28 09:00", "2026-09-25")
    assert play.task("repair-check").due == on("2026-10-01 17:30")
    play.complete("repair-check", "leaks", by="crew", at="2026-09-29 10:00")
    assert (play.state, play.letters[-1]) == ("repair", "leak-found")
    shown(play, "2026-10-05 09:00", "2026-10-04")
    play.complete("repair-check", "tight", by="crew", at="2026-10-06 10:00", read="1953")
    assert play.case.outcome == "repaired"
    assert play.ran("record-read") == [{"read": "1953"}]
    assert (play.letters[-1], play.holds) == ("leak-result", [])


def test_a_meter_that_reports_that_the_flow_has_stopped_saves_the_visit() -> None:
    play = customers()
    play.receive("repair-shown", at="2026-09-21 09:00", repaired="2026-09-19")
    play.receive("flow-stopped", at="2026-09-21 15:00")
    assert play.case.outcome == "repaired"
    assert play.case.data["proof_kind"] == "receipt"


def test_the_adjustment_opens_when_the_customer_asks_and_knows_the_leak() -> None:
    play = customers(bill=HISTORY[0])
    play.hear("adjustment-asked", "2026-09-18 09:00", received="2026-09-18")
    shown(play, "2026-09-28 09:00", "2026-09-25")
    play.complete("repair-check", "tight", by="crew", at="2026-09-29 10:00", read="1953")
    adjustment = play.child("leak-adjustment")
    assert {name: adjustment.data[name] for name in ("leak_noticed", "repair_by", "repaired", "received")} == {
        "leak_noticed": "2026-09-14",
        "repair_by": "2026-10-14",
        "repaired": "2026-09-25",
        "received": "2026-09-18",
    }
    assert play.holds == ["leak-investigation", "dispute"]
    play.complete("approve", "approve", by="rep2", at="2026-09-29 12:00")
    assert (play.case.outcome, play.case.data["credited"]) == ("repaired", "62.35")
    assert play.letters[-1] == "adjustment"


def test_whoever_asks_without_a_paper_gets_the_form_first() -> None:
    play = customers(bill=HISTORY[0])
    shown(play, "2026-09-28 09:00", "2026-09-25", asks_adjustment=True)
    play.complete("repair-check", "tight", by="crew", at="2026-09-29 10:00", read="1953")
    assert play.state_of("leak-adjustment") == "requesting"
    assert play.letters[-1] == "adjustment-request"


def test_an_extended_day_counts_for_the_adjustment_too() -> None:
    play = customers(bill=HISTORY[0])
    play.complete("repair", "more-time", by="rep", at="2026-10-01 09:00", extension_reason="A permit.")
    play.complete("extension", "grant", by="lead", at="2026-10-01 15:00", repair_by="2026-11-02")
    shown(play, "2026-10-30 09:00", "2026-10-29", asks_adjustment=True, received="2026-10-30")
    play.complete("repair-check", "tight", by="crew", at="2026-11-02 10:00", read="1953")
    assert play.child("bill-credit").data["amount"] == "62.35"


def test_an_emergency_is_made_safe_within_two_hours_and_looked_into_afterwards() -> None:
    play = reported("2026-09-12 22:40", urgency="emergency")  # a Saturday night
    assert (play.task("making-safe").priority, play.task("making-safe").due) == ("urgent", on("2026-09-13 00:40"))
    play.until("2026-09-12 23:10")
    assert play.told == [("lead", "supervisor")]  # nobody has taken it for half an hour
    play.complete("making-safe", "stopped", by="crew", at="2026-09-12 23:30")
    assert play.task("investigation").due == on("2026-09-15 17:30")


def test_a_leak_that_a_crew_stands_before_is_repaired_at_once_and_the_customer_gets_no_warning() -> None:
    play = reported(source="crew", finding="own-side")
    assert play.task("own-repair").priority == "urgent"
    assert play.letters == []
    play.complete("own-repair", "parts", by="crew", at="2026-09-14 11:00")
    assert play.task("own-parts").queue == "operations"
    play.complete("own-parts", "ready", by="engineer", at="2026-09-15 09:00")
    play.complete("own-repair", "repaired", by="crew", at="2026-09-15 14:00", through_meter=False)
    assert play.case.outcome == "own-side-repaired"
    assert play.letters == ["leak-result"]


def test_what_ran_through_the_meter_from_the_districts_leak_is_credited_without_being_asked_for() -> None:
    earlier = [{"on": "2026-02-03", "amount": "40.00", "reason": "leak", "case": "c-aaaaaaaaaaaa"}]
    play = Play(MONDAY, case="leak-investigation", data={"source": "call"}, adjustments=earlier)
    play.complete("investigation", "own-side", by="crew", at="2026-09-15 11:00", dial_moves=True)
    play.complete("own-repair", "repaired", by="crew", at="2026-09-15 16:00", through_meter=True)
    with pytest.raises(NotAllowed):
        play.complete("approve-by-supervisor", "approve", by="rep2", at="2026-09-16 09:00")  # above that limit
    play.complete("approve-by-supervisor", "approve", by="supervisor", at="2026-09-16 09:00")
    assert play.ran("post-adjustment") == [{"amount": "113.95", "reason": "own-side"}]
    assert play.letters[-1] == "leak-result"


def test_no_access_leaves_a_door_hanger_and_after_the_second_time_a_lead_decides() -> None:
    play = reported("2026-11-23 09:00")
    play.complete("investigation", "no-access", by="crew", at="2026-11-24 11:00")
    assert play.letters == ["possible-leak", "door-hanger"]
    play.until("2026-11-30 07:30")  # Thanksgiving and the day after it are no business days
    assert play.state == "door-hanger"
    play.until("2026-12-01 07:30")
    play.complete("investigation", "no-access", by="crew", at="2026-12-01 11:00")
    assert play.task("unseen").queue == "leads"
    play.complete("unseen", "customer-side", by="lead", at="2026-12-02 09:00", leak_kind="unknown")
    assert play.case.data["repair_by"] == "2026-12-23"


def test_a_customer_who_will_not_repair_gets_a_last_day_or_no_adjustment() -> None:
    play = customers(bill=HISTORY[0])
    play.complete("repair", "refused", by="rep", at="2026-09-21 09:00")
    assert play.case.data["wilful"] is True
    play.complete("waste", "last-time", by="supervisor", at="2026-09-22 09:00", repair_by="2026-10-01")
    play.until("2026-10-02 07:30")
    play.complete("waste", "close", by="supervisor", at="2026-10-02 09:00")
    assert (play.case.outcome, play.letters[-1]) == ("not-repaired", "leak-unrepaired")
    assert play.ran("post-adjustment") == []
    assert play.holds == []


def test_the_accounts_other_cases_are_told_what_was_found() -> None:
    play = reported()
    play.complete("investigation", "none", by="crew", at="2026-09-15 11:00", dial_moves=False)
    told = [each for step in play.steps for each in step.effects if each.kind == "send"]
    assert [(each.name, each.account, each.data) for each in told] == [
        ("leak-investigated", "10-004217", {"finding": "none"})
    ]
    assert (play.case.outcome, play.letters[-1]) == ("no-leak", "leak-result")


def test_a_finding_is_not_complete_without_the_dial_test() -> None:
    play = reported()
    with pytest.raises(Refused, match="dial_moves"):
        play.complete("investigation", "customer-side", by="crew", at="2026-09-15 11:00", leak_kind="indoor")
