"""The high-consumption complaint, dated, with the cases that it opens: what happens on which day, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest
from playing import Play, on

from workflows.machine.errors import NotAllowed, Refused

MONDAY = "2026-09-14 09:00"


def suspected_leak(**facts: Any) -> Play:
    """A complaint in which the crew has found a leak on the customer's side on 16 September."""
    play = Play(MONDAY, **facts)
    play.complete("review", "leak", by="rep", at="2026-09-14 10:00", cause="leak")
    play.complete(
        "investigation", "customer-side", by="crew", at="2026-09-16 11:00", dial_moves=True, leak_kind="service-line"
    )
    return play


def repaired_leak(**facts: Any) -> Play:
    """The same, repaired on 25 September and found tight on the 29th."""
    play = suspected_leak(**facts)
    play.complete("repair", "shown", by="rep", at="2026-09-28 09:00", repaired="2026-09-25", proof_kind="receipt")
    play.complete("repair-check", "tight", by="crew", at="2026-09-29 10:00", read="1953")
    return play


def agreed_test() -> Play:
    """A complaint in which the customer has agreed to the meter test on 18 September; it is made on the 25th."""
    play = Play(MONDAY)
    play.complete("review", "meter", by="rep", at="2026-09-14 10:00", cause="meter")
    play.complete("offering-test", "agreed", by="rep", at="2026-09-18 10:00")
    return play


def answered(**changes: Any) -> Play:
    """A complaint that was explained, and answered, within an hour."""
    play = Play(MONDAY, **changes)
    play.complete("review", "explained", by="rep", at="2026-09-14 10:00", cause="usage")
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
    assert play.holds == ["dispute"]
    play.complete("review", "explained", by="rep", at="2026-09-14 10:00", cause="usage")
    assert play.holds == ["dispute"]
    play.until("2026-10-01 12:00")
    assert play.holds == []


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


def test_a_reread_that_is_lower_is_credited_by_another_person_and_answered() -> None:
    play = Play(MONDAY)
    play.complete("review", "reread", by="rep", at="2026-09-14 10:00", cause="misread")
    assert play.task("reread").due == on("2026-09-17 17:30")
    play.complete("reread", "done", by="crew", at="2026-09-15 14:00", read="1930")
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("approve", "approve", by="rep", at="2026-09-15 15:00")  # who reviewed the complaint
    play.complete("approve", "approve", by="rep2", at="2026-09-15 15:00")
    # 16 ccf too much: 5 of them in the third tier, 11 in the second
    assert play.ran("post-adjustment") == [{"amount": "79.55", "reason": "misread"}]
    assert (play.case.data["credited"], play.case.data["read"]) == ("79.55", "1930")
    assert play.case.data["arithmetic"][-1] == "Credit = $79.55"
    assert (play.state, play.letters) == ("answered", ["answer"])
    assert play.ran("charge-fee") == []


def test_a_reread_that_confirms_the_bill_comes_back_to_customer_service() -> None:
    play = Play(MONDAY)
    play.complete("review", "reread", by="rep", at="2026-09-14 10:00", cause="misread")
    play.complete("reread", "done", by="crew", at="2026-09-15 14:00", read="1951")
    assert play.task("next-step").queue == "customer-service"
    assert play.ran("charge-fee") == []  # the district's own doubt costs nothing
    play.complete("next-step", "explained", by="rep", at="2026-09-15 15:00", cause="usage")
    assert play.state == "answered"


def test_a_repaired_leak_is_adjusted_by_the_districts_policy_and_approved_by_a_colleague() -> None:
    play = repaired_leak()
    assert play.letters == ["possible-leak", "leak-found"]
    # half of 24 ccf above last year's 22: 5 ccf at $6.45 and 7 ccf at $4.30
    assert play.child("bill-credit").data["amount"] == "62.35"
    for worked in ("rep", "crew"):
        with pytest.raises(NotAllowed, match="separation of duties"):
            play.complete("approve", "approve", by=worked, at="2026-09-29 11:00")
    play.complete("approve", "approve", by="rep2", at="2026-09-29 11:00")
    assert play.ran("post-adjustment") == [{"amount": "62.35", "reason": "leak"}]
    assert play.letters[-1] == "answer"
    assert (play.case.data["finding"], play.case.data["credited"]) == ("customer-side", "62.35")
    assert "Of that 50 % = 12 ccf" in play.case.data["arithmetic"]
    assert [play.child(each).outcome for each in ("leak-investigation", "leak-adjustment", "bill-credit")] == [
        "repaired",
        "adjusted",
        "credited",
    ]


def test_what_the_policy_refuses_is_answered_once_by_the_complaint_with_the_reason() -> None:
    play = suspected_leak()
    play.complete("repair", "shown", by="rep", at="2026-10-14 07:00", repaired="2026-10-15", proof_kind="receipt")
    play.complete("repair-check", "tight", by="crew", at="2026-10-16 10:00", read="1953")
    assert play.state == "answered"
    assert play.letters == ["possible-leak", "leak-found", "repair-reminder", "repair-reminder", "answer"]
    assert play.case.data["arithmetic"][-1] == (
        "No credit, because = the repair was made after October 14, 2026, the last day for it"
    )


def test_without_a_repair_a_supervisor_ends_the_waiting_and_the_bill_stands() -> None:
    play = suspected_leak()
    play.until("2026-10-15 07:30")  # thirty days after 14 September, and one
    assert play.task("waste").queue == "supervisors"
    play.complete("waste", "close", by="supervisor", at="2026-10-15 10:00")
    assert play.state == "answered"
    assert play.letters[-2:] == ["leak-unrepaired", "answer"]
    assert play.ran("post-adjustment") == []


def test_a_leak_on_the_districts_side_that_the_meter_did_not_count_brings_the_complaint_back() -> None:
    play = Play(MONDAY)
    play.complete("review", "leak", by="rep", at="2026-09-14 10:00", cause="leak")
    play.complete("investigation", "own-side", by="crew", at="2026-09-15 11:00", dial_moves=False)
    play.complete("own-repair", "repaired", by="crew", at="2026-09-15 16:00", through_meter=False)
    assert play.task("next-step").title == "The reading is right; decide what follows"


def test_what_the_districts_own_leak_made_the_meter_count_is_credited_whole() -> None:
    play = Play(MONDAY)
    play.complete("review", "leak", by="rep", at="2026-09-14 10:00", cause="leak")
    play.complete("investigation", "own-side", by="crew", at="2026-09-15 11:00", dial_moves=True)
    play.complete("own-repair", "repaired", by="crew", at="2026-09-15 16:00", through_meter=True)
    play.complete("approve-by-supervisor", "approve", by="supervisor", at="2026-09-16 09:00")
    # all 24 ccf above last year's 22: 5 in the third tier and 19 in the second
    assert play.ran("post-adjustment") == [{"amount": "113.95", "reason": "own-side"}]
    assert play.state == "answered"


def test_a_leak_check_that_finds_nothing_goes_back_to_customer_service() -> None:
    play = Play(MONDAY)
    play.complete("review", "leak", by="rep", at="2026-09-14 10:00", cause="leak")
    play.complete("investigation", "none", by="crew", at="2026-09-15 11:00", dial_moves=False)
    assert (play.state, play.case.data["finding"]) == ("next-step", "none")


def test_a_leak_that_is_looked_for_already_is_not_looked_for_twice() -> None:
    play = Play(MONDAY)
    play.open("leak-investigation", at="2026-09-14 09:30", data={"source": "meter-signal"})
    play.complete("review", "leak", by="rep", at="2026-09-14 10:00", cause="leak")
    assert play.state == "leak-elsewhere"
    play.complete(
        "investigation", "customer-side", by="crew", at="2026-09-15 11:00", dial_moves=True, leak_kind="indoor"
    )
    play.complete("repair", "shown", by="rep2", at="2026-09-21 09:00", repaired="2026-09-18", proof_kind="receipt")
    play.complete("repair-check", "tight", by="crew", at="2026-09-22 10:00", read="1953")
    assert play.state == "adjusting"  # the complaint asks for what the other case was not about
    play.complete("approve", "approve", by="rep2", at="2026-09-22 11:00")
    assert (play.state, play.case.data["credited"]) == ("answered", "62.35")


def test_the_choice_of_a_way_says_the_cause() -> None:
    play = Play(MONDAY)
    play.complete("review", "leak", by="rep", at="2026-09-14 10:00", comment="The needle moves.")
    assert play.case.data["cause"] == "leak"


def test_a_bill_that_is_not_whole_is_refused_at_the_opening_with_a_sentence() -> None:
    with pytest.raises(Refused, match="compare-use cannot be computed: the bill has no period_start"):
        Play(MONDAY, data={"bill": {"id": "b-1"}})


def test_a_second_credit_within_90_days_goes_to_the_review_manager() -> None:
    play = Play(MONDAY, adjustments_last_90_days=1)
    play.complete("review", "reread", by="rep", at="2026-09-14 10:00", cause="misread")
    play.complete("reread", "done", by="crew", at="2026-09-15 14:00", read="1930")
    assert play.task("approve-by-review-manager").queue == "review-managers"


def test_a_fast_meter_gives_back_the_deposit_and_what_it_billed_too_much() -> None:
    play = agreed_test()
    play.complete(
        "test", "tested", by="crew", at="2026-09-25 13:00", flow_low="104", flow_middle="104", flow_high="104"
    )
    assert play.ran("refund") == [{"amount": "50.00", "of": "meter-test"}]
    play.complete("approve", "approve", by="rep2", at="2026-09-25 15:00")
    assert play.ran("post-adjustment") == [{"amount": "16.28", "reason": "meter-fast"}]
    play.complete("replacing", "replaced", by="crew", at="2026-09-30 09:00", read="1962", serial="N-1", new_read="0")
    assert (play.case.data["accuracy"], play.case.data["verdict"]) == ("104.00", "fast")
    assert play.letters[-2:] == ["meter-test-report", "answer"]


def test_a_meter_that_is_right_leads_to_the_answer_with_its_accuracy() -> None:
    play = agreed_test()
    play.complete("test", "tested", by="crew", at="2026-09-25 13:00", flow_low="99", flow_middle="100", flow_high="100")
    assert (play.state, play.case.data["accuracy"]) == ("answered", "99.85")
    assert play.ran("refund") == []


def test_whoever_withdraws_before_the_test_gets_the_deposit_back_and_the_crew_is_recalled() -> None:
    play = agreed_test()
    play.until("2026-09-25 08:00")
    order = play.task("test").run
    play.receive("customer-withdrew", at="2026-09-25 09:00")
    assert play.case.outcome == "withdrawn"
    assert play.child("meter-test").outcome == "withdrawn"
    closed = [each for step in play.steps for each in step.effects if each.kind == "close-task" and each.run == order]
    assert "cancelled" in [each.how for each in closed]
    assert play.ran("refund") == [{"amount": "50.00", "of": "meter-test"}]


def test_whoever_withdraws_earlier_pays_and_gets_nothing() -> None:
    play = Play(MONDAY)
    play.receive("customer-withdrew", at="2026-09-14 09:30")
    assert play.case.outcome == "withdrawn"
    assert (play.ran("refund"), play.holds) == ([], [])


def test_a_leak_goes_on_being_looked_for_when_the_customer_withdraws() -> None:
    play = suspected_leak()
    play.receive("customer-withdrew", at="2026-09-17 09:00")
    assert play.child("leak-investigation").is_open
    assert play.holds == ["leak-investigation", "dispute"]  # the bill is still what the leak is about


def test_an_appeal_that_is_upheld_is_posted_and_the_complaint_closed() -> None:
    play = answered()
    play.receive("customer-appealed", at="2026-09-21 09:00", appeal="We were away all July.")
    assert play.holds == ["dispute", "appeal"]
    assert play.task("decide").due == on("2026-10-05 17:30")
    play.complete("decide", "uphold", by="review", at="2026-10-01 09:00", decision="Photographs agree.", credit="60.00")
    assert play.ran("post-adjustment") == [{"amount": "60.00", "reason": "appeal"}]
    assert (play.state_of("appeal"), play.letters[-1]) == ("decided", "appeal-answer")
    play.until("2026-10-13 07:30")
    assert (play.case.outcome, play.case.data["upheld"], play.holds) == ("closed", True, [])


def test_nobody_who_touched_the_case_decides_its_appeal() -> None:
    play = Play(MONDAY)
    play.complete("review", "explained", by="review", at="2026-09-14 10:00", cause="usage")
    play.receive("customer-appealed", at="2026-09-21 09:00", appeal="We were away all July.")
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("decide", "deny", by="review", at="2026-09-22 09:00", decision="No.")


def test_the_review_manager_who_approved_a_credit_in_a_child_does_not_decide_the_appeal() -> None:
    play = Play(MONDAY)
    play.complete("review", "reread", by="rep", at="2026-09-14 10:00", cause="misread")
    play.complete("reread", "done", by="crew", at="2026-09-15 14:00", read="1930")
    play.complete("approve", "raise", by="rep2", at="2026-09-15 15:00")
    play.complete("approve-by-supervisor", "raise", by="supervisor", at="2026-09-16 09:00")
    play.complete("approve-by-review-manager", "approve", by="review", at="2026-09-17 09:00")
    play.receive("customer-appealed", at="2026-09-21 09:00", appeal="It is still too much.")
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("decide", "deny", by="review", at="2026-09-22 09:00", decision="No.")


def test_an_appeal_after_the_case_has_closed_is_too_late() -> None:
    play = answered()
    play.until("2026-09-30 09:00")
    with pytest.raises(Refused, match="closed on 29 September 2026"):
        play.receive("customer-appealed", at="2026-09-30 10:00", appeal="Too late?")


def test_what_the_customer_brings_new_goes_back_to_review() -> None:
    play = answered()
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


def test_the_promise_does_not_run_while_a_leak_is_looked_for_and_repaired() -> None:
    play = suspected_leak()
    assert play.case.sla is not None
    assert play.case.sla.paused_at == on("2026-09-14 10:00")
    play.complete("repair", "refused", by="rep", at="2026-10-14 09:00")
    play.complete("waste", "close", by="supervisor", at="2026-10-14 10:00")
    assert play.case.sla is not None
    assert play.case.sla.stopped_at == on("2026-10-14 10:00")
    assert not play.case.sla.missed


def test_a_customer_may_ask_for_the_histories_at_any_time() -> None:
    moved = {"on": "2026-09-02", "what": "Bill", "amount": "200.00", "balance": "200.00"}
    play = Play(MONDAY, transactions=[moved])
    play.receive("use-history-asked", at="2026-09-14 11:00")
    play.receive("transactions-asked", at="2026-09-14 11:05")
    assert play.letters == ["usage-history", "transaction-history"]
    assert play.case.data["history"][0] == "Use June 24, 2026 to August 24, 2026, 61 days = 46 ccf, $200.00"
    assert play.case.data["transactions"] == ["2026-09-02, Bill: $200.00 = balance $200.00"]
    assert play.task("review").opened_at == on(MONDAY)


def test_a_case_keeps_nothing_personal() -> None:
    play = suspected_leak()
    assert set(play.case.data["account"]) == {"id", "class", "language", "since", "confidential"}


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
    play = answered()
    play.until("2026-10-15 09:00")
    play.reopen(by="supervisor")
    assert play.task("review").opened_at == on("2026-10-15 09:00")
    assert play.holds == ["dispute"]
    late = answered()
    late.until("2026-12-29 09:00")
    with pytest.raises(NotAllowed, match="within 90 days"):
        late.reopen(by="supervisor")
