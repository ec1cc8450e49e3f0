"""The high-consumption complaint, dated: what happens on which day, and what comes out of it."""

from __future__ import annotations

from typing import Any

import pytest
from playing import HISTORY, Play, bill, on

from workflows.machine.errors import NotAllowed, Refused

MONDAY = "2026-09-14 09:00"


def suspected_leak(**facts: Any) -> Play:
    """A complaint in which the crew has found a leak on the customer's side on 16 September."""
    play = Play(MONDAY, **facts)
    play.complete("review", "leak", by="rep", at="2026-09-14 10:00", cause="leak")
    play.complete("checking", "customer-side", by="crew", at="2026-09-16 11:00")
    return play


def agreed_test() -> Play:
    """A complaint in which the customer has agreed to the meter test on 18 September."""
    play = Play(MONDAY)
    play.complete("review", "meter", by="rep", at="2026-09-14 10:00", cause="meter")
    play.complete("offering-test", "agreed", by="rep", at="2026-09-18 10:00")
    return play


def test_an_explained_use_is_answered_at_once_and_closes_when_no_appeal_comes() -> None:
    play = Play(MONDAY)
    play.complete(
        "review", "explained", by="rep", at="2026-09-14 10:00", cause="usage", explanation="A pool was filled."
    )
    assert play.state == "answered"
    assert play.letters == ["answer"]
    play.until("2026-09-29 07:29")
    assert play.case.is_open
    play.until("2026-09-29 07:30")
    assert play.case.outcome == "closed"
    assert play.ran("post-adjustment") == []


def test_the_disputed_amount_is_held_from_the_first_minute_until_the_case_closes() -> None:
    play = Play(MONDAY)
    assert [args["hold"] for args in play.ran("place-hold")] == ["dispute"]
    play.complete("review", "explained", by="rep", at="2026-09-14 10:00", cause="usage")
    assert play.ran("release-hold") == []
    play.until("2026-10-01 12:00")
    assert [args["hold"] for args in play.ran("release-hold")] == ["dispute"]


def test_the_reviewer_sees_the_use_beside_last_years_and_the_neighbours() -> None:
    play = Play(MONDAY)
    assert play.case.data["comparison"] == [
        "This bill, 61 days = 46 ccf",
        "A day = 0.754 ccf",
        "Same period last year, 61 days = 22 ccf",
        "A day last year = 0.361 ccf",
        "Average of the same period in 3 years = 22 ccf",
        "The period before = 20 ccf",
        "Half of the neighbours of this class used less than = 21 ccf",
    ]
    assert play.case.data["change"] == "109.091"


def test_a_reread_that_is_lower_leads_to_an_adjustment_approved_by_another_person() -> None:
    play = Play(MONDAY)
    play.complete("review", "reread", by="rep", at="2026-09-14 10:00", cause="misread")
    assert play.task("rereading").due == on("2026-09-17 17:30")
    play.complete("rereading", "done", by="crew", at="2026-09-15 14:00", read="1930")
    assert play.ran("record-read") == [{"read": "1930"}]
    # 16 ccf too much: 5 of them in the third tier, 11 in the second
    assert play.case.data["credit"] == "79.55"
    assert play.case.data["arithmetic"][-1] == "Credit = $79.55"
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("approve", "approve", by="rep", at="2026-09-15 15:00")
    play.complete("approve", "approve", by="rep2", at="2026-09-15 15:00")
    assert play.ran("post-adjustment") == [{"amount": "79.55", "reason": "misread"}]
    assert play.case.data["credited"] == "79.55"
    assert (play.state, play.letters) == ("answered", ["answer"])


def test_a_reread_that_confirms_the_bill_comes_back_to_customer_service() -> None:
    play = Play(MONDAY)
    play.complete("review", "reread", by="rep", at="2026-09-14 10:00", cause="misread")
    play.complete("rereading", "done", by="crew", at="2026-09-15 14:00", read="1951")
    assert play.task("next-step").queue == "customer-service"
    play.complete("next-step", "explained", by="rep", at="2026-09-15 15:00", cause="usage")
    assert play.state == "answered"
    assert play.case.data["credit"] is None


def test_no_access_leaves_a_door_hanger_and_the_third_time_a_lead_decides() -> None:
    play = Play("2026-11-19 09:00")
    play.complete("review", "reread", by="rep", at="2026-11-19 10:00", cause="misread")
    play.complete("rereading", "no-access", by="crew", at="2026-11-20 11:00")
    assert (play.state, play.letters) == ("door-hanger", ["door-hanger"])
    # five business days from Friday 20 November: the office is closed on Thanksgiving and on the day after it
    play.until("2026-12-01 07:29")
    assert play.state == "door-hanger"
    play.until("2026-12-01 07:30")
    play.complete("rereading", "no-access", by="crew", at="2026-12-01 11:00")
    play.until("2026-12-08 07:30")
    play.complete("rereading", "no-access", by="crew", at="2026-12-08 11:00")
    assert play.task("without-read").queue == "leads"
    assert play.letters == ["door-hanger", "door-hanger"]
    play.complete(
        "without-read", "answer", by="lead", at="2026-12-09 09:00", explanation="The box could not be reached."
    )
    assert play.state == "answered"


def test_a_customer_who_gives_access_is_visited_again_at_once() -> None:
    play = Play(MONDAY)
    play.complete("review", "reread", by="rep", at="2026-09-14 10:00", cause="misread")
    play.complete("rereading", "no-access", by="crew", at="2026-09-15 11:00")
    play.receive("access-arranged", at="2026-09-16 09:00")
    assert play.task("rereading").opened_at == on("2026-09-16 09:00")


def test_a_repaired_leak_is_adjusted_by_the_districts_policy_and_approved_by_a_colleague() -> None:
    play = suspected_leak()
    assert play.case.data["leak_noticed"] == "2026-09-14"
    assert play.letters == ["possible-leak"]
    play.complete("repair", "shown", by="rep", at="2026-09-28 09:00", leak_kind="service-line", repaired="2026-09-25")
    # half of 24 ccf above last year's 22: 5 ccf at $6.45 and 7 ccf at $4.30
    assert play.case.data["credit"] == "62.35"
    assert "Of that 50 % = 12 ccf" in play.case.data["arithmetic"]
    play.complete("approve", "approve", by="rep2", at="2026-09-28 10:00")
    assert play.ran("post-adjustment") == [{"amount": "62.35", "reason": "leak"}]


def test_the_person_who_recorded_the_repair_does_not_approve_the_adjustment() -> None:
    play = suspected_leak()
    play.complete("repair", "shown", by="rep2", at="2026-09-28 09:00", leak_kind="indoor", repaired="2026-09-25")
    for person in ("rep", "rep2"):
        with pytest.raises(NotAllowed, match="separation of duties"):
            play.complete("approve", "approve", by=person, at="2026-09-28 10:00")
    play.complete("approve", "approve", by="lead", at="2026-09-28 10:00")
    assert play.state == "answered"


def test_a_receipt_that_comes_by_itself_goes_on_without_a_representative() -> None:
    play = suspected_leak()
    play.receive("repair-shown", at="2026-09-28 09:00", repaired="2026-09-25")
    assert play.case.data["repaired"] == "2026-09-25"
    assert play.task("approve").queue == "customer-service"


def test_a_repair_that_came_too_late_gets_no_credit_and_the_letter_says_why() -> None:
    play = suspected_leak()
    play.complete("repair", "shown", by="rep", at="2026-10-16 07:00", leak_kind="indoor", repaired="2026-10-15")
    assert play.case.data["credit"] == "0.00"
    assert play.state == "answered"
    assert play.case.data["arithmetic"][-1] == (
        "No credit, because = the repair was made later than 30 days after September 14, 2026"
    )


def test_a_second_leak_inside_36_months_needs_a_reason() -> None:
    earlier = [{"on": "2025-02-03", "amount": "40.00", "reason": "leak", "case": "c-aaaaaaaaaaaa"}]
    play = suspected_leak(adjustments=earlier)
    play.complete("repair", "shown", by="rep", at="2026-09-28 09:00", leak_kind="indoor", repaired="2026-09-25")
    assert (play.state, play.case.data["credit"]) == ("answered", "0.00")
    again = suspected_leak(adjustments=earlier)
    again.complete(
        "repair",
        "shown",
        by="rep",
        at="2026-09-28 09:00",
        leak_kind="indoor",
        repaired="2026-09-25",
        exception="The main valve broke in the cold.",
    )
    assert again.state == "approve"


def test_without_a_repair_the_customer_is_reminded_and_the_case_answered_after_30_days() -> None:
    play = suspected_leak()
    play.until("2026-10-01 07:30")
    assert play.letters == ["possible-leak", "repair-reminder"]
    assert play.state == "repair"
    play.until("2026-10-16 07:30")
    assert play.letters[-1] == "answer"
    assert play.state == "answered"


def test_a_leak_on_the_districts_side_is_mended_and_the_case_goes_on() -> None:
    play = Play(MONDAY)
    play.complete("review", "leak", by="rep", at="2026-09-14 10:00", cause="leak")
    play.complete("checking", "own-side", by="crew", at="2026-09-15 11:00")
    assert play.task("own-leak").priority == "urgent"
    play.complete("own-leak", "repaired", by="crew", at="2026-09-15 16:00")
    assert play.task("next-step").title == "The reading is right; decide what follows"


def test_a_leak_check_that_finds_nothing_goes_back_to_customer_service() -> None:
    play = Play(MONDAY)
    play.complete("review", "leak", by="rep", at="2026-09-14 10:00", cause="leak")
    play.complete("checking", "none", by="crew", at="2026-09-15 11:00")
    assert (play.state, play.case.data["finding"]) == ("next-step", "none")


def test_the_choice_of_a_way_says_the_cause() -> None:
    play = Play(MONDAY)
    play.complete("review", "leak", by="rep", at="2026-09-14 10:00", comment="The needle moves.")
    assert play.case.data["cause"] == "leak"


def test_a_bill_that_is_not_whole_is_refused_at_the_opening_with_a_sentence() -> None:
    with pytest.raises(Refused, match="compare-use cannot be computed: the bill has no period_start"):
        Play(MONDAY, data={"bill": {"id": "b-1"}})


def test_a_second_credit_in_one_case_goes_to_the_review_manager() -> None:
    play = Play(MONDAY)
    play.complete("review", "reread", by="rep", at="2026-09-14 10:00", cause="misread")
    play.complete("rereading", "done", by="crew", at="2026-09-15 14:00", read="1930")
    play.complete("approve", "approve", by="rep2", at="2026-09-15 15:00")
    play.receive("customer-replied", at="2026-09-18 09:00")
    play.complete("review", "reread", by="rep", at="2026-09-18 10:00", cause="misread")
    play.complete("rereading", "done", by="crew", at="2026-09-21 14:00", read="1925")
    assert play.task("approve-by-review-manager").queue == "review-managers"


def test_a_fast_meter_gives_back_the_deposit_and_what_it_billed_too_much() -> None:
    play = agreed_test()
    assert play.ran("charge-fee") == [{"fee": "meter-test", "amount": "50.00"}]
    play.complete(
        "testing", "tested", by="crew", at="2026-09-24 13:00", flow_low="104", flow_middle="104", flow_high="104"
    )
    assert (play.case.data["accuracy"], play.case.data["verdict"]) == ("104.00", "fast")
    assert play.ran("refund") == [{"amount": "50.00", "of": "meter-test"}]
    assert play.letters == ["meter-test-offer", "meter-test-report"]
    # 46 and 20 ccf inside six months, and 14 of 23 April: 4/104 of each, at the price of its tier
    assert play.case.data["arithmetic"][2:] == [
        "Bill to April 23, 2026: 0.538 of 14 ccf = $1.56",
        "Bill to June 23, 2026: 0.769 of 20 ccf = $3.31",
        "Bill to August 24, 2026: 1.769 of 46 ccf = $11.41",
        "Refund = $16.28",
    ]
    play.complete("approve", "approve", by="rep2", at="2026-09-24 15:00")
    assert play.ran("post-adjustment") == [{"amount": "16.28", "reason": "meter-fast"}]
    assert play.letters[-1] == "answer"


def test_exactly_two_percent_is_not_fast_and_the_deposit_stays() -> None:
    play = agreed_test()
    play.complete(
        "testing", "tested", by="crew", at="2026-09-24 13:00", flow_low="102", flow_middle="102", flow_high="102"
    )
    assert play.case.data["verdict"] == "accurate"
    assert play.ran("refund") == []
    assert play.letters == ["meter-test-offer", "meter-test-report", "answer"]


def test_a_slow_meter_is_not_billed_for() -> None:
    play = agreed_test()
    play.complete(
        "testing", "tested", by="crew", at="2026-09-24 13:00", flow_low="70", flow_middle="96", flow_high="97"
    )
    assert play.case.data["verdict"] == "slow"
    assert [play.ran(action) for action in ("refund", "post-adjustment")] == [[], []]
    assert len(play.ran("charge-fee")) == 1


def test_a_customer_who_declines_or_does_not_answer_the_offer_gets_an_answer_without_a_test() -> None:
    declined = Play(MONDAY)
    declined.complete("review", "meter", by="rep", at="2026-09-14 10:00", cause="meter")
    declined.complete("offering-test", "declined", by="rep", at="2026-09-15 10:00")
    silent = Play(MONDAY)
    silent.complete("review", "meter", by="rep", at="2026-09-14 10:00", cause="meter")
    silent.until("2026-09-29 07:30")
    for play in (declined, silent):
        assert play.state == "answered"
        assert play.ran("charge-fee") == []


def test_whoever_withdraws_before_the_test_gets_the_deposit_back_and_the_crew_is_recalled() -> None:
    play = agreed_test()
    order = play.task("testing").run
    play.receive("customer-withdrew", at="2026-09-21 09:00")
    assert play.case.outcome == "withdrawn"
    closed = [each for step in play.steps for each in step.effects if each.kind == "close-task" and each.run == order]
    assert [each.how for each in closed] == ["cancelled"]
    assert play.ran("refund") == [{"amount": "50.00", "of": "meter-test"}]
    assert play.ran("release-hold")[-1]["hold"] == "dispute"


def test_whoever_withdraws_earlier_pays_and_gets_nothing() -> None:
    play = Play(MONDAY)
    play.receive("customer-withdrew", at="2026-09-14 09:30")
    assert play.case.outcome == "withdrawn"
    assert play.ran("refund") == []


def test_above_a_thousand_dollars_the_review_manager_approves() -> None:
    flood = bill("2026-08-24", "600", amount="3800.00")
    play = Play(MONDAY, data={"bill": flood}, bill_history=[flood, *HISTORY[1:]])
    play.complete("review", "leak", by="rep", at="2026-09-14 10:00", cause="leak")
    play.complete("checking", "customer-side", by="crew", at="2026-09-16 11:00")
    play.complete("repair", "shown", by="rep", at="2026-09-28 09:00", leak_kind="indoor", repaired="2026-09-25")
    assert "At most = $1,500.00" in play.case.data["arithmetic"]
    assert play.task("approve-by-review-manager").queue == "review-managers"
    with pytest.raises(NotAllowed, match="above your limit for adjustment"):
        play.complete("approve-by-review-manager", "approve", by="supervisor", at="2026-09-28 10:00")
    play.complete("approve-by-review-manager", "approve", by="review", at="2026-09-28 10:00")
    assert play.ran("post-adjustment") == [{"amount": "1500.00", "reason": "leak"}]


def test_a_supervisor_approves_what_is_above_a_representatives_limit() -> None:
    spike = bill("2026-08-24", "90", amount="500.00")
    play = Play(MONDAY, data={"bill": spike}, bill_history=[spike, *HISTORY[1:]])
    play.complete("review", "leak", by="rep", at="2026-09-14 10:00", cause="leak")
    play.complete("checking", "customer-side", by="crew", at="2026-09-16 11:00")
    play.complete("repair", "shown", by="rep", at="2026-09-28 09:00", leak_kind="indoor", repaired="2026-09-25")
    assert play.case.data["credit"] == "219.30"  # 34 ccf at $6.45
    assert play.task("approve-by-supervisor").queue == "supervisors"
    with pytest.raises(NotAllowed, match="above your limit"):
        play.complete("approve-by-supervisor", "approve", by="rep2", at="2026-09-28 10:00")
    play.complete("approve-by-supervisor", "approve", by="supervisor", at="2026-09-28 10:00")
    assert play.state == "answered"


def test_an_adjustment_is_refused_only_with_a_reason() -> None:
    play = suspected_leak()
    play.complete("repair", "shown", by="rep", at="2026-09-28 09:00", leak_kind="indoor", repaired="2026-09-25")
    with pytest.raises(Refused):
        play.complete("approve", "refuse", by="rep2", at="2026-09-28 10:00")
    play.complete("approve", "refuse", by="rep2", at="2026-09-28 10:00", refusal="The receipt is for another address.")
    assert play.ran("post-adjustment") == []
    assert play.state == "answered"


def test_nobody_who_touched_the_case_decides_its_appeal() -> None:
    play = Play(MONDAY)
    play.complete("review", "explained", by="review", at="2026-09-14 10:00", cause="usage")
    play.receive("customer-appealed", at="2026-09-21 09:00", appeal="We were away all July.")
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("decide", "deny", by="review", at="2026-09-22 09:00", decision="No.")


def test_an_appeal_that_is_upheld_is_posted_and_answered() -> None:
    play = Play(MONDAY)
    play.complete("review", "explained", by="rep", at="2026-09-14 10:00", cause="usage")
    play.receive("customer-appealed", at="2026-09-21 09:00", appeal="We were away all July.")
    assert [args["hold"] for args in play.ran("place-hold")] == ["dispute", "appeal"]
    assert play.task("decide").due == on("2026-10-05 17:30")
    play.complete("decide", "uphold", by="review", at="2026-10-01 09:00", decision="Photographs agree.", credit="60.00")
    assert play.ran("post-adjustment") == [{"amount": "60.00", "reason": "appeal"}]
    assert (play.state, play.letters[-1]) == ("appeal-answered", "appeal-answer")
    assert [args["hold"] for args in play.ran("release-hold")] == ["appeal"]
    play.until("2026-10-11 07:30")
    assert play.case.outcome == "closed"


def test_an_appeal_that_is_denied_leaves_the_answer_as_it_was() -> None:
    play = Play(MONDAY)
    play.complete("review", "explained", by="rep", at="2026-09-14 10:00", cause="usage")
    play.receive("customer-appealed", at="2026-09-28 16:00", appeal="It cannot be.")
    play.complete("decide", "deny", by="review", at="2026-10-01 09:00", decision="Two reads agree.")
    assert play.ran("post-adjustment") == []
    assert play.case.data["appeal_upheld"] is False


def test_an_appeal_after_the_case_has_closed_is_too_late_but_new_facts_reopen_it() -> None:
    play = Play(MONDAY)
    play.complete("review", "explained", by="rep", at="2026-09-14 10:00", cause="usage")
    play.until("2026-09-30 09:00")
    with pytest.raises(Refused, match="closed on 29 September 2026"):
        play.receive("customer-appealed", at="2026-09-30 10:00", appeal="Too late?")


def test_what_the_customer_brings_new_goes_back_to_review() -> None:
    play = Play(MONDAY)
    play.complete("review", "explained", by="rep", at="2026-09-14 10:00", cause="usage")
    play.receive("customer-replied", at="2026-09-18 09:00")
    assert play.task("review").opened_at == on("2026-09-18 09:00")
    play.until("2026-10-10 09:00")
    assert play.case.is_open


def test_a_complaint_of_friday_is_due_on_monday_and_before_a_holiday_on_the_day_after_it() -> None:
    assert Play("2026-09-18 16:00").task("review").due == on("2026-09-21 17:30")
    assert Play("2026-05-22 09:00").task("review").due == on("2026-05-26 17:30")  # Memorial Day is 25 May
    assert Play("2026-11-25 09:00").task("review").due == on("2026-11-30 17:30")  # Thanksgiving, and the day after it


def test_a_complaint_of_saturday_is_due_on_monday() -> None:
    assert Play("2026-09-19 11:00").task("review").due == on("2026-09-21 17:30")


def test_fifteen_days_across_the_change_to_summer_time_are_fifteen_civil_days() -> None:
    play = Play("2026-02-27 10:00")
    play.complete("review", "explained", by="rep", at="2026-02-27 11:00", cause="usage")
    play.until("2026-03-14 07:29")  # clocks went forward on 8 March
    assert play.case.is_open
    play.until("2026-03-14 07:30")
    assert play.case.closed_at == on("2026-03-14 07:30")


def test_the_hours_of_an_unclaimed_review_run_only_while_the_office_is_open() -> None:
    play = Play("2026-10-30 15:30")  # a Friday: the office closes at 16:30, and clocks go back on Sunday
    play.until("2026-11-02 10:29")
    assert play.task("review").priority == "normal"
    play.until("2026-11-02 10:30")
    assert play.task("review").priority == "high"


def test_a_claimed_review_is_not_raised_but_a_lying_one_goes_to_the_supervisors() -> None:
    play = Play(MONDAY)
    play.claimed.add(play.task("review").run)
    play.until("2026-09-15 12:00")
    assert play.task("review").priority == "normal"
    play.until("2026-09-16 07:30")
    assert play.task("review").queue == "supervisors"
    assert play.told == [("supervisor",)]


def test_a_late_reread_is_reported_to_the_lead() -> None:
    play = Play(MONDAY)
    play.complete("review", "reread", by="rep", at="2026-09-14 10:00", cause="misread")
    play.until("2026-09-18 07:29")
    assert play.told == []
    play.until("2026-09-18 07:30")
    assert play.told == [("lead",)]
    assert play.task("rereading").priority == "high"


def test_the_promise_does_not_run_while_the_customer_repairs() -> None:
    play = suspected_leak()
    assert play.case.sla is not None
    assert play.case.sla.paused_at == on("2026-09-16 11:00")
    play.complete("repair", "refused", by="rep", at="2026-10-14 09:00")
    assert play.case.sla is not None
    assert play.case.sla.stopped_at == on("2026-10-14 09:00")
    assert not play.case.sla.missed


def test_a_case_keeps_nothing_personal() -> None:
    play = suspected_leak()
    assert set(play.case.data["account"]) == {"id", "class", "language", "since", "confidential"}


def test_a_leak_check_without_access_is_tried_once_more_before_a_lead_decides() -> None:
    play = Play(MONDAY)
    play.complete("review", "leak", by="rep", at="2026-09-14 10:00")
    play.complete("checking", "no-access", by="crew", at="2026-09-15 11:00")
    assert play.letters == ["possible-leak", "door-hanger"]
    play.until("2026-09-18 07:30")
    play.complete("again", "no-access", by="crew", at="2026-09-18 11:00")
    assert play.task("without-read").queue == "leads"
    found = Play(MONDAY)
    found.complete("review", "leak", by="rep", at="2026-09-14 10:00")
    found.complete("checking", "no-access", by="crew", at="2026-09-15 11:00")
    found.receive("access-arranged", at="2026-09-16 09:00")
    found.complete("again", "customer-side", by="crew", at="2026-09-16 11:00")
    assert found.state == "repair"
    assert found.letters.count("possible-leak") == 1  # the repair is counted from the first letter


def test_a_meter_test_without_access_is_tried_again_and_its_deposit_charged_once() -> None:
    play = agreed_test()
    play.complete("testing", "no-access", by="crew", at="2026-09-21 11:00")
    assert play.letters == ["meter-test-offer", "door-hanger"]
    play.until("2026-09-28 07:30")
    assert play.task("testing").opened_at == on("2026-09-28 07:30")
    assert len(play.ran("charge-fee")) == 1


def test_a_choice_made_by_mistake_is_taken_back_within_a_quarter_of_an_hour() -> None:
    play = Play(MONDAY)
    run = play.task("review").run
    play.complete("review", "explained", by="rep", at="2026-09-14 10:00", cause="usage")
    play.until("2026-09-14 10:10")
    play.take_back(run, by="rep")
    assert play.task("review").queue == "customer-service"
    assert len(play.ran("recall-letters")) == 1
    play.complete("review", "explained", by="rep", cause="usage")
    play.until("2026-09-14 10:26")
    with pytest.raises(NotAllowed):
        play.take_back(play.case.runs, by="rep")


def test_a_closed_complaint_is_reopened_within_90_days() -> None:
    play = Play(MONDAY)
    play.complete("review", "explained", by="rep", at="2026-09-14 10:00", cause="usage")
    play.until("2026-10-15 09:00")
    play.reopen(by="supervisor")
    assert play.task("review").opened_at == on("2026-10-15 09:00")
    assert [args["hold"] for args in play.ran("place-hold")] == ["dispute", "dispute"]
    late = Play(MONDAY)
    late.complete("review", "explained", by="rep", at="2026-09-14 10:00", cause="usage")
    late.until("2026-12-29 09:00")
    with pytest.raises(NotAllowed, match="within 90 days"):
        late.reopen(by="supervisor")
