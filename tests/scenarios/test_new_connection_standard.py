"""The standard new connection, dated: what happens on which day, what is paid, held and given back."""

from __future__ import annotations

from typing import Any

import pytest
from connecting import INSIDE, UNKNOWN, Project, on

from workflows.machine.errors import NotAllowed, Refused

CASE = "new-connection-standard"
SIZED: dict[str, Any] = {
    "meter_size": '3/4"',
    "installation": "short-side",
    "meter_location": "At the left lot line, behind the walk",
    "backflow": "none",
}
SET: dict[str, Any] = {
    "serial": "S-77001",
    "meter_size": '3/4"',
    "digits": 5,
    "first_read": "0",
    "route": "R4",
    "sequence": 120,
    "photo": "f-1",
}


def applied(opened: str = "2026-09-14 09:00", **data: Any) -> Project:
    """An application for a single-family house that is complete, on a parcel inside the district."""
    play = Project(CASE, opened, **({"wants": "service", "kind": "single-family", "parcel": INSIDE} | data))
    play.complete("checking", "complete", by="rep", at=opened[:10] + " 10:00")
    return play


def sized(**form: Any) -> Project:
    """The deposit was paid on 21 September, and the service was laid out on the 28th."""
    play = applied()
    play.pay("500.00", at="2026-09-21 10:00")
    play.complete("sizing", "sized", by="engineer", at="2026-09-28 10:00", **(SIZED | form))
    return play


def building(**form: Any) -> Project:
    """The fees were paid on 5 October; notice was given for work on Monday the 12th."""
    play = sized(**form)
    play.pay(play.data["due_amount"], at="2026-10-05 10:00")
    play.complete("noticing", "noticed", by="engineer", at="2026-10-08 07:30", work_start="2026-10-12T08:00:00-07:00")
    return play


def inspected(cost: str = "180.00", **form: Any) -> Project:
    """All inspections have passed by 23 October."""
    play = building(**form)
    play.complete("trench-inspection", "passed", by="engineer", at="2026-10-13 10:00")
    play.complete("pressure-test", "passed", by="engineer", at="2026-10-14 10:00", pressure="150")
    play.complete("sampling", "sampled", by="engineer", at="2026-10-15 10:00")
    play.complete("laboratory", "absent", by="supervisor", at="2026-10-19 10:00")
    if "backflow-test" in play.open_tasks:
        play.complete(
            "backflow-test",
            "passed",
            by="engineer",
            at="2026-10-20 10:00",
            backflow_make="Febco 825Y",
            backflow_serial="B-1",
            backflow_tested="2026-10-20",
        )
    play.complete("tie-in", "passed", by="engineer", at="2026-10-21 10:00")
    play.complete("final-inspection", "passed", by="engineer", at="2026-10-23 10:00", inspection_cost=cost)
    return play


def test_from_the_application_to_the_first_bill() -> None:
    play = inspected()
    assert play.case.account == "20-000001"
    assert play.task("setting").due == on("2026-10-30 16:30")  # a Friday
    play.complete("setting", "set", by="crew", at="2026-10-27 11:00", **SET)
    assert play.ran("set-meter")[0]["sequence"] == 120
    # 500.00 deposit and 10,425.00 fees; 180.00 for inspections and the fees are earned
    assert [args["amount"] for args in play.ran("apply-deposit")] == ["180.00", "10425.00"]
    assert play.data["refund_amount"] == "320.00"
    play.complete("paying-back", "paid", by="finance", at="2026-10-29 10:00", reference="1042")
    assert play.letters == ["deposit-request", "will-serve", "fee-statement", "new-service", "connection-refund"]
    assert play.task("first-bill").follow_up == on("2026-12-28 07:30")
    play.complete("first-bill", "right", by="rep", at="2027-01-05 10:00")
    assert play.case.outcome == "closed"
    assert play.book.held == 0


def test_a_quotation_shows_every_fee_and_is_good_for_ninety_days() -> None:
    play = Project(CASE, "2026-09-14 09:00", wants="quotation", kind="single-family")
    play.complete(
        "quoting", "quoted", by="rep", at="2026-09-15 10:00", lots=2, meter_size='1"', installation="long-side"
    )
    names = ("quotation_fee", "capacity_fee", "setting_fee", "installation_cost", "fees", "project_deposit")
    assert [play.data[name] for name in names] == ["60.00", "12500.00", "600.00", "3900.00", "17000.00", "500.00"]
    assert play.letters == ["quotation"]
    assert play.data["valid_until"] == "2026-12-14"
    play.until("2026-12-15 07:29")
    assert play.state == "quoted"
    play.until("2026-12-15 07:30")
    assert play.case.outcome == "expired"
    assert play.letters == ["quotation", "application-ended"]


def test_an_application_on_the_quotations_last_day_still_counts_and_its_fee_is_paid_with_the_deposit() -> None:
    play = Project(CASE, "2026-09-14 09:00", wants="quotation", kind="single-family", parcel=INSIDE)
    play.complete(
        "quoting", "quoted", by="rep", at="2026-09-15 10:00", lots=1, meter_size='3/4"', installation="short-side"
    )
    play.receive("applicant-applied", at="2026-12-14 16:00")
    play.complete("checking", "complete", by="rep", at="2026-12-15 10:00")
    assert play.data["due_amount"] == "530.00"
    play.pay("530.00", at="2026-12-18 10:00")
    assert play.ran("apply-deposit") == [
        {"amount": "30.00", "to": "quotation", "reason": "Fee for the quotation"},
    ]
    assert (play.state, play.data["deposit_held"]) == ("sizing", "500.00")


def test_an_incomplete_application_is_reminded_twice_and_expires_after_sixty_days() -> None:
    play = Project(CASE, "2026-09-14 09:00", wants="service", kind="accessory-dwelling", parcel=INSIDE)
    assert play.data["documents"] == "Utility Service Request; plot plan; ADU permit; fire-sprinkler letter"
    play.complete("checking", "incomplete", by="rep", at="2026-09-15 10:00", missing=["ADU permit"])
    play.until("2026-11-13 12:00")
    assert play.letters == ["application-incomplete", "application-reminder", "application-reminder"]
    assert "14 November 2026" in play.why
    play.until("2026-11-14 07:30")  # a Saturday: the days are civil days
    assert play.case.outcome == "expired"
    assert play.ran("pay-refund") == []


def test_what_was_missing_comes_and_the_check_goes_on() -> None:
    play = Project(CASE, "2026-09-14 09:00", wants="service", kind="single-family", parcel=INSIDE)
    play.complete("checking", "incomplete", by="rep", at="2026-09-15 10:00", missing=["sewage permit"])
    assert play.case.sla is not None
    assert play.case.sla.paused_at == on("2026-09-15 10:00")
    play.receive("documents-received", at="2026-10-01 09:00")
    play.complete("checking", "complete", by="rep", at="2026-10-01 10:00")
    assert play.state == "waiting"


def test_an_application_without_a_parcel_is_not_complete() -> None:
    play = Project(CASE, "2026-09-14 09:00", wants="service", kind="single-family")
    with pytest.raises(Refused):
        play.complete("checking", "complete", by="rep", at="2026-09-14 10:00")
    play.complete("checking", "complete", by="rep", at="2026-09-14 10:00", parcel=INSIDE)
    assert play.data["project_deposit"] == "500.00"


def test_a_parcel_that_nobody_has_looked_up_goes_to_engineering_and_outside_is_refused() -> None:
    play = applied(parcel=UNKNOWN)
    assert play.task("boundary").queue == "engineering"
    play.complete("boundary", "outside", by="engineer", at="2026-09-16 10:00")
    assert play.ran("record-parcel") == [{"inside": False, "legal": None}]
    assert play.case.outcome == "refused"
    assert "annexed" in play.data["reason"]
    assert play.letters == ["application-ended"]


def test_a_deposit_in_two_parts_is_enough_on_its_last_day() -> None:
    play = applied()
    assert play.data["due_by"] == "2026-11-13"
    play.pay("200.00", at="2026-09-21 10:00")
    assert (play.state, play.data["due_amount"]) == ("waiting", "300.00")
    play.pay("300.00", at="2026-11-13 16:00")
    assert play.state == "sizing"
    # the reminders of 4 and 24 October went out once each, whatever was paid in between
    assert play.letters == ["deposit-request", "payment-reminder", "payment-reminder"]


def test_a_deposit_that_is_not_paid_expires_and_gives_back_what_came() -> None:
    play = applied()
    play.pay("200.00", at="2026-09-21 10:00")
    play.until("2026-11-14 07:30")
    assert play.state == "costs-to-date"
    play.complete("costs-to-date", "known", by="engineer", at="2026-11-16 10:00", costs="50.00")
    play.complete("paying-back", "paid", by="finance", at="2026-11-17 10:00", reference="1043")
    assert play.data["refund_amount"] == "150.00"
    assert play.case.outcome == "expired"
    assert play.letters[-2:] == ["connection-refund", "application-ended"]


def test_a_building_of_several_dwellings_needs_a_meter_for_each() -> None:
    play = applied(kind="multi-family")
    play.pay("1000.00", at="2026-09-21 10:00")
    with pytest.raises(Refused):
        play.complete("sizing", "sized", by="engineer", at="2026-09-28 10:00", dwellings=6, **SIZED)
    play.complete("sizing", "sized", by="engineer", at="2026-09-28 10:00", dwellings=6, submetered=True, **SIZED)
    assert play.case.happened["dwelling measured"] == "2026-09-28"


def test_plans_go_back_with_comments_until_they_are_right_and_their_check_is_paid_from_the_deposit() -> None:
    play = sized(plans_needed=True)
    play.complete("take-plans", "received", by="engineer", at="2026-10-05 10:00")
    assert play.task("checking-plans").due == on("2026-10-26 17:30")
    play.complete("checking-plans", "comments", by="engineer", at="2026-10-09 10:00", plan_comments="Show the valve.")
    assert play.letters[-1] == "plan-comments"
    play.complete("take-plans", "received", by="engineer", at="2026-10-20 10:00")
    with pytest.raises(Refused):
        play.complete("checking-plans", "approved", by="engineer", at="2026-10-22 10:00", review_cost="600.00")
    play.complete("checking-plans", "approved", by="engineer", at="2026-10-22 10:00", review_cost="240.00")
    assert (play.data["plan_round"], play.data["deposit_held"]) == (2, "260.00")
    assert play.letters[-1] == "fee-statement"


def test_work_is_not_announced_with_less_than_forty_eight_hours() -> None:
    play = sized()
    play.pay("10425.00", at="2026-10-05 10:00")
    with pytest.raises(Refused):
        play.complete(
            "noticing", "noticed", by="engineer", at="2026-10-10 08:01", work_start="2026-10-12T08:00:00-07:00"
        )


def test_forty_eight_hours_are_real_hours_where_the_clocks_go_back() -> None:
    play = sized()
    play.pay("10425.00", at="2026-10-05 10:00")
    # on Sunday 1 November an hour comes twice: from Friday 08:00 PDT to Sunday 07:00 PST are 48 hours
    play.complete("noticing", "noticed", by="engineer", at="2026-10-30 08:00", work_start="2026-11-01T07:00:00-08:00")
    assert len(play.open_tasks) == 3


def test_inspections_run_beside_each_other_and_each_may_be_repeated() -> None:
    play = building(backflow="reduced-pressure")
    assert play.open_tasks == ["trench-inspection", "pressure-test", "sampling", "backflow-test"]
    play.complete("pressure-test", "failed", by="engineer", at="2026-10-13 10:00", pressure_finding="A joint leaks.")
    play.complete("sampling", "sampled", by="engineer", at="2026-10-13 11:00")
    play.complete("laboratory", "present", by="supervisor", at="2026-10-15 10:00", bacteria_finding="Coliform.")
    play.complete("trench-inspection", "passed", by="engineer", at="2026-10-15 11:00")
    assert play.states == ["trench-passed", "pressure-failed", "flushing", "backflow-test"]
    assert play.letters.count("inspection-failed") == 2
    play.receive("line-ready", at="2026-10-16 09:00")
    play.receive("line-flushed", at="2026-10-16 09:30")
    play.complete("pressure-test", "passed", by="engineer", at="2026-10-19 10:00", pressure="150")
    play.complete("sampling", "sampled", by="engineer", at="2026-10-19 11:00")
    play.complete("laboratory", "absent", by="supervisor", at="2026-10-21 10:00")
    assert play.open_tasks == ["backflow-test"]
    assert play.case.account is None


def test_no_water_before_the_backflow_assembly_is_tested_and_then_it_is_on_the_yearly_list() -> None:
    play = building(backflow="double-check")
    play.complete("trench-inspection", "passed", by="engineer", at="2026-10-13 10:00")
    play.complete("pressure-test", "passed", by="engineer", at="2026-10-14 10:00", pressure="150")
    play.complete("sampling", "sampled", by="engineer", at="2026-10-15 10:00")
    play.complete("laboratory", "absent", by="supervisor", at="2026-10-19 10:00")
    play.complete("backflow-test", "failed", by="engineer", at="2026-10-20 10:00", backflow_finding="Check 2 leaks.")
    assert play.open_tasks == []
    later = inspected(backflow="double-check")
    later.complete("setting", "set", by="crew", at="2026-10-27 11:00", **SET)
    (registered,) = later.ran("register")
    assert (registered["register"], registered["done"]) == ("backflow", "2026-10-20")


def test_the_law_stands_before_the_water_whatever_the_way() -> None:
    play = inspected()
    plan = play.machine.setting.plan.states["in-service"]
    assert plan.tags == ("water-on",)
    verdicts = play.machine.setting.binding.verdicts(
        "water-on", happened={}, data={}, facts={}, holds={}, at=on("2026-10-27 10:00")
    )
    assert [verdict.rule for verdict in verdicts if not verdict.kept] == ["MTR-1", "MTR-2", "MTR-3"]


def test_a_meter_number_that_hangs_elsewhere_comes_back_to_the_crew() -> None:
    play = inspected()
    play.book.hanging.add("S-77001")
    play.complete("setting", "set", by="crew", at="2026-10-27 11:00", **SET)
    assert play.state == "setting"
    assert "hangs at another place" in play.data["meter_trouble"]
    play.complete("setting", "set", by="crew", at="2026-10-27 11:30", **(SET | {"serial": "S-77002"}))
    assert play.data["meter"]["serial"] == "S-77002"


def test_a_site_that_is_not_ready_is_visited_again_after_ten_business_days_across_veterans_day() -> None:
    play = inspected()
    play.complete("setting", "not-ready", by="crew", at="2026-10-30 11:00", meter_trouble="No box.")
    play.until("2026-11-16 07:29")
    assert play.state == "not-ready"
    play.until("2026-11-16 07:30")
    assert play.state == "setting"


def test_inspections_that_cost_more_than_is_held_ask_for_the_difference_before_the_meter() -> None:
    play = inspected(cost="740.00")
    assert (play.data["due_amount"], play.letters[-1]) == ("240.00", "top-up-request")
    play.pay("240.00", at="2026-10-30 10:00")
    assert (play.state, play.data["deposit_held"]) == ("setting", "10425.00")


def test_whoever_withdraws_before_the_meter_gets_the_fees_back_less_the_cost() -> None:
    play = building()
    play.receive("applicant-withdrew", at="2026-10-14 09:00")
    assert set(play.recalled) >= {"trench-inspection", "pressure-test", "sampling"}
    play.complete("costs-to-date", "known", by="engineer", at="2026-10-15 10:00", costs="95.00")
    assert play.data["refund_amount"] == "10830.00"
    with pytest.raises(NotAllowed, match="above your limit for refund"):
        play.complete("paying-back", "paid", by="finance", at="2026-10-16 10:00", reference="1044")
    play.complete("paying-back", "above-limit", by="finance", reference="-", at="2026-10-16 10:00")
    play.complete("paying-back-large", "paid", by="review", at="2026-10-19 10:00", reference="1044")
    assert play.case.outcome == "withdrawn"
    assert play.book.held == 0


def test_whoever_withdraws_after_the_account_was_opened_has_it_closed_again() -> None:
    play = inspected()
    play.receive("applicant-withdrew", at="2026-10-26 09:00")
    assert play.ran("remove-meter") == [{"close": True}]
    assert "setting" in play.recalled
    play.complete("costs-to-date", "known", by="engineer", at="2026-10-27 10:00", costs="0.00")
    assert play.data["refund_amount"] == "10745.00"


def test_nobody_withdraws_once_water_runs() -> None:
    play = inspected()
    play.complete("setting", "set", by="crew", at="2026-10-27 11:00", **SET)
    with pytest.raises(Refused):
        play.receive("applicant-withdrew", at="2026-10-28 09:00")


def test_fees_that_are_not_paid_in_ninety_days_end_the_project_with_a_refund() -> None:
    play = sized()
    assert play.data["due_by"] == "2026-12-27"
    play.until("2026-12-28 07:30")
    assert play.state == "costs-to-date"
    assert play.letters.count("payment-reminder") == 2


def test_who_says_the_cost_does_not_write_the_check() -> None:
    play = applied()
    play.pay("500.00", at="2026-09-21 10:00")
    play.receive("applicant-withdrew", at="2026-09-22 09:00")
    play.complete("costs-to-date", "known", by="finance", at="2026-09-23 10:00", costs="0.00")
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("paying-back", "paid", by="finance", at="2026-09-24 10:00", reference="1045")


def test_every_waiting_says_in_one_sentence_for_what() -> None:
    play = applied()
    assert play.why == (
        "Waits for Customer service to do “Take the applicant's payment”; without it, Sunday 4 October 2026, 07:30, "
        "when its time has come (rule “Reminder of the deposit”)."
    )


def test_a_case_keeps_nothing_personal() -> None:
    assert set(inspected().data["applicant"]) == {"id", "language"}
