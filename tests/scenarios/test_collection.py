"""A collection, dated: what is written, left and shut off on which day, and what never is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from collecting import Collection
from playing import machine, on

from definitions.language.calendars import Calendar, SpecialDay
from workflows.machine.errors import BadForm, NotAllowed, Refused
from workflows.machine.machine import Machine


def collection(due: str = "2026-01-05", amount: str = "120.00", **facts: Any) -> Collection:
    """An account whose one bill was due on a day (Monday 5 January 2026); taken up two days later."""
    opened = date.fromordinal(date.fromisoformat(due).toordinal() + 2)
    return Collection(f"{opened} 09:00", {due: amount}, **facts)


def noticed(due: str = "2026-01-05", *, mailed: str = "2026-02-02 10:00", **facts: Any) -> Collection:
    """The final notice was mailed on Monday 2 February."""
    play = collection(due, **facts)
    play.noticed(released=play.now.strftime("%Y-%m-%d 10:00"), written=f"{mailed[:10]} 08:00", mailed=mailed)
    return play


def tagged(due: str = "2026-01-05", *, on_list: str = "2026-03-04", **facts: Any) -> Collection:
    """The customer was reached on 3 February, and the door tag left on Wednesday 4 March."""
    play = noticed(due, **facts)
    play.reached("2026-02-03 10:00")
    play.until(f"{on_list} 08:00")
    play.tag(f"{on_list} 09:00", f"{on_list} 14:00")
    return play


def listed() -> Collection:
    """On the lock-off list of Monday 9 March, the first lawful day."""
    play = tagged()
    play.until("2026-03-09 08:00")
    return play


def ordered() -> Collection:
    """In the truck on Monday 9 March."""
    play = listed()
    play.release("2026-03-09 08:30")
    return play


def locked() -> Collection:
    """Locked on Monday 9 March at ten."""
    play = ordered()
    play.lock("2026-03-09 10:00")
    return play


def restored() -> Collection:
    """Paid, and on again the same day."""
    play = locked()
    play.pay("120.00", "2026-03-09 11:00")
    play.complete("confirm-payment", "confirmed", by="rep", at="2026-03-09 11:20", hours="working", household="other")
    play.complete("restoring", "restored", by="crew", at="2026-03-09 13:00", read="1950", lock_found="whole")
    return play


# -- the whole way ----------------------------------------------


def test_an_unpaid_bill_goes_from_its_reminder_to_the_lock_and_is_on_again_once_paid() -> None:
    play = restored()
    assert play.path == "watching"
    assert play.letters == ["reminder", "final-notice", "shut-off-tag", "shut-off-done"]
    assert play.fees == [
        ("late", "10.00"),
        ("late", "18.00"),
        ("door-tag", "15.00"),
        ("lock-off", "36.00"),
        ("restoration", "75.00"),
    ]
    assert [args["status"] for args in play.ran("account-status")] == ["shut-off", "active"]
    assert [args["read"] for args in play.ran("record-read")] == ["1950", "1950"]
    play.until("2026-03-25 08:00")
    assert play.case.outcome == "restored-and-closed"


# -- the first lawful day ---------------------------------------


@pytest.mark.parametrize(
    ("due", "on_list", "first"),
    [
        ("2026-01-10", "2026-03-09", "2026-03-12"),  # sixty full days end on Wednesday
        ("2026-01-05", "2026-03-04", "2026-03-09"),  # the sixty-first day is a Saturday
        ("2025-12-31", "2026-02-27", "2026-03-02"),  # across the end of a short month
    ],
)
def test_the_first_lawful_day_follows_sixty_full_days_and_no_weekend(due: str, on_list: str, first: str) -> None:
    play = tagged(due, on_list=on_list)
    assert play.due("first-lawful-day") == f"{first} 07:30"
    play.until(f"{first} 07:29")
    assert play.path == "ladder/tagged"
    play.until(f"{first} 07:30")
    assert play.path == "ladder/lock-list"


@pytest.mark.parametrize("day", ["2026-03-10", "2026-03-11"])
def test_on_days_59_and_60_even_an_operator_cannot_have_the_water_shut_off(day: str) -> None:
    play = tagged("2026-01-10", on_list="2026-03-09")
    play.send_early(f"{day} 09:00")
    sentence = play.refused_lock(f"{day} 10:00")
    assert sentence.startswith("not before Thursday 12 March 2026")
    assert "116908(a)(1)(A)" in sentence
    assert "60 full days since 11 January 2026" in sentence


def test_on_day_61_the_water_may_be_shut_off() -> None:
    play = tagged("2026-01-10", on_list="2026-03-09")
    play.until("2026-03-12 08:00")
    play.release("2026-03-12 08:30")
    play.lock("2026-03-12 09:00")
    assert play.path == "locked/restoration/off"


def test_a_holiday_and_a_legal_holiday_with_the_office_open_move_the_lock_to_wednesday() -> None:
    # day 61 is Saturday 14 February; Monday is Presidents' Day, Tuesday the Lunar New Year
    play = collection("2025-12-15")
    play.noticed(released="2025-12-17 10:00", written="2026-01-05 08:00", mailed="2026-01-05 10:00")
    play.reached("2026-01-06 10:00")
    play.until("2026-02-11 08:00")
    play.tag("2026-02-11 09:00", "2026-02-11 11:00")
    assert play.due("first-lawful-day") == "2026-02-18 07:30"
    play.send_early("2026-02-17 09:00")
    assert "Lunar New Year" in play.refused_lock("2026-02-17 10:00")


def test_the_end_of_summer_time_moves_nothing() -> None:
    play = collection("2026-09-03")
    play.noticed(released="2026-09-08 10:00", written="2026-10-01 08:00", mailed="2026-10-01 10:00")
    play.reached("2026-10-02 10:00")
    play.until("2026-10-31 08:00")
    play.tag("2026-10-31 09:00", "2026-10-31 10:00")
    assert play.due("first-lawful-day") == "2026-11-03 07:30"


def test_an_order_that_reaches_closing_time_is_not_locked_in_the_evening() -> None:
    assert "60374" in ordered().refused_lock("2026-03-09 17:45")


def test_the_notice_counts_from_its_mailing_and_not_from_its_printing() -> None:
    play = collection()
    play.noticed(released="2026-01-07 10:00", written="2026-02-02 08:00", mailed="2026-02-27 10:00")
    play.reached("2026-03-02 10:00")
    play.until("2026-03-11 08:00")
    assert play.path == "ladder/tag-list"  # twelve days after the mailing
    play.tag("2026-03-11 09:00", "2026-03-11 10:00")
    assert play.due("first-lawful-day") == "2026-03-16 07:30"  # fifteen days from the mailing end on a Saturday


def test_a_final_notice_that_is_never_mailed_leads_nowhere_and_finance_is_told() -> None:
    play = collection()
    play.release("2026-01-07 10:00")
    play.until("2026-02-20 08:00")
    assert play.path == "ladder/noticed"
    assert ("finance", "lead") in play.told


def test_where_the_office_is_closed_for_long_seven_business_days_outlast_fifteen_days() -> None:
    compiled = machine("collection").setting.compiled
    flood = [date(2026, 12, day) for day in (7, 8, 9, 10, 11, 14, 15, 16, 17, 18)]
    shipped = [each for each in compiled.calendar.days if each.date not in flood]
    closed = [SpecialDay(date=day, name="Closed for the flood", office="closed") for day in flood]
    days = tuple(sorted((*shipped, *closed), key=lambda each: each.date))
    calendar = Calendar.model_validate(compiled.calendar.model_dump() | {"days": [day.model_dump() for day in days]})
    setting = Machine(compiled.model_copy(update={"calendar": calendar})).setting
    facts = {**collection().facts, "delinquent_since": "2026-10-01"}
    happened = {
        "letter final-notice mailed": "2026-12-02",
        "letter final-notice languages": "en,es",
        "call adult-reached": "2026-12-03",
    }
    verdicts = setting.binding.verdicts(
        "locked-off", happened=happened, data={}, facts=facts, holds={}, at=on("2026-12-04 10:00")
    )
    first = {verdict.rule: verdict.earliest for verdict in verdicts}
    assert first["GOV-8"] == date(2026, 12, 17)
    assert first["WSP-9"] == date(2026, 12, 28)  # 3, 4, 21, 22, 23, 24 and 28 December


# -- who is told, and how ---------------------------------------


def test_a_call_counts_only_when_both_offers_were_made() -> None:
    play = noticed()
    with pytest.raises(Refused):
        play.complete("call", "reached", by="rep", at="2026-02-03 10:00", policy_offered=True, options_offered=False)
    play.reached("2026-02-03 10:05")
    assert play.case.happened["call options-offered"] == "2026-02-03"
    assert play.case.happened["call adult-reached"] == "2026-02-03"


def test_a_landlords_tenants_are_written_to_and_have_ten_days() -> None:
    play = collection(landlord_is_customer=True, mailing_differs=True)
    play.release("2026-01-07 10:00")
    play.until("2026-02-02 08:00")
    assert play.letters == ["reminder", "final-notice", "occupant-notice"]
    play.mail("final-notice", "2026-02-02 10:00")
    play.reached("2026-02-03 10:00")
    play.until("2026-03-04 08:00")
    play.tag("2026-03-04 09:00", "2026-03-04 14:00")
    assert "first-lawful-day" not in [timer.name for timer in play.case.timers]  # the tenants have not been told
    play.mail("occupant-notice", "2026-03-05 10:00")
    assert play.due("first-lawful-day") == "2026-03-16 07:30"  # ten days, and seven business days, from the fifth


def test_whom_an_elderly_customer_named_is_told_and_nothing_waits_for_it() -> None:
    play = collection(third_party=True)
    play.release("2026-01-07 10:00")
    play.until("2026-02-02 08:00")
    assert play.letters == ["reminder", "final-notice", "third-party-notice"]
    assert play.ran("letter")[-1]["to"] == "third-party"
    play.mail("final-notice", "2026-02-02 10:00")  # and the case goes on, whenever that letter is mailed
    play.reached("2026-02-03 10:00")
    play.until("2026-03-04 08:00")
    play.tag("2026-03-04 09:00", "2026-03-04 14:00")
    assert play.due("first-lawful-day") == "2026-03-09 07:30"


def test_mail_that_comes_back_without_a_telephone_contact_sends_a_crew_with_notice_and_policy() -> None:
    play = noticed()
    play.complete("call", "no-answer", by="rep", at="2026-02-03 10:00")
    play.receive("mail-returned", "2026-02-12 10:00", template="final-notice", returned_on="2026-02-12")
    play.until("2026-03-04 08:00")
    assert play.task("visiting").queue == "field"
    assert play.letters[-1] == "imminent-shut-off"
    play.complete("visiting", "left", by="crew", at="2026-03-04 15:00")
    assert play.case.happened["visit imminent-shut-off-left"] == "2026-03-04"
    assert play.path == "ladder/tag-list"


def test_mail_that_comes_back_from_somebody_who_was_reached_needs_no_visit() -> None:
    play = noticed()
    play.reached("2026-02-03 10:00")
    play.receive("mail-returned", "2026-02-12 10:00", template="final-notice", returned_on="2026-02-12")
    play.until("2026-03-04 08:00")
    assert play.path == "ladder/tag-list"


def test_a_new_address_gets_the_final_notice_again_and_days_count_from_that_mailing() -> None:
    play = noticed()
    play.complete("call", "no-answer", by="rep", at="2026-02-03 10:00")
    play.receive("mail-returned", "2026-02-12 10:00", template="final-notice", returned_on="2026-02-12")
    play.receive("address-corrected", "2026-02-18 10:00", template="final-notice")
    assert play.path == "ladder/noticed"
    assert play.letters.count("final-notice") == 2
    play.mail("final-notice", "2026-02-20 10:00")
    assert play.case.data["tag_on"] == "2026-03-04"
    assert play.fees.count(("late", "18.00")) == 1


# -- money ------------------------------------------------------


def test_a_payment_in_full_closes_the_case_and_recalls_what_is_not_mailed() -> None:
    play = collection()
    play.release("2026-01-07 10:00")
    play.until("2026-02-02 08:00")
    play.pay("120.00", "2026-02-02 09:00")
    assert play.case.outcome == "cured"
    assert len(play.ran("recall-letters")) == 1


def test_a_payment_on_the_morning_of_the_lock_off_takes_the_line_off_the_list() -> None:
    play = listed()
    play.pay("120.00", "2026-03-09 08:10")
    assert play.case.outcome == "cured"


def test_a_payment_recalls_the_order_that_is_already_in_the_truck() -> None:
    play = ordered()
    play.pay("120.00", "2026-03-09 09:30")
    assert play.case.outcome == "cured"
    assert [task.name for task in play.case.tasks if task.outcome is None] == []
    with pytest.raises(AssertionError, match="locking is not open"):
        play.lock("2026-03-09 10:00")


def test_a_payment_that_only_the_books_know_is_found_at_the_curb() -> None:
    play = ordered()
    play.paid += 120  # posted, and its message is still on its way
    assert "no longer holds" in play.refused_lock("2026-03-09 10:00")
    assert play.path == "ladder/locking"


def test_a_part_payment_cures_the_oldest_debt_and_the_rest_is_noticed_anew() -> None:
    play = Collection("2026-01-07 09:00", {"2026-01-05": "120.00", "2026-02-04": "130.00"})
    play.noticed(released="2026-01-07 10:00", written="2026-02-02 08:00", mailed="2026-02-02 10:00")
    play.reached("2026-02-03 10:00")
    play.until("2026-03-04 08:00")
    play.tag("2026-03-04 09:00", "2026-03-04 14:00")
    play.pay("120.00", "2026-03-05 10:00")
    assert play.facts["delinquent_since"] == "2026-02-05"
    assert play.path == "ladder/reminder-list"
    assert play.case.happened == {}
    assert play.case.data["final_notice_mailed"] is None


def test_a_part_payment_that_leaves_the_oldest_debt_stops_nothing() -> None:
    play = tagged()
    play.pay("40.00", "2026-03-05 10:00")
    assert play.path == "ladder/tagged"
    assert play.due("first-lawful-day") == "2026-03-09 07:30"


def test_what_is_too_little_is_left_on_the_bill() -> None:
    play = tagged()
    play.pay("40.01", "2026-03-05 10:00")
    assert play.path == "small"  # 79.99 is below the district's 80
    play.until("2026-06-01 10:00")
    assert play.path == "small"
    assert Collection("2026-01-07 09:00", {"2026-01-05": "79.00"}).path == "small"


def test_a_returned_payment_begins_the_notices_anew_and_shortens_none() -> None:
    play = restored()
    play.bounce("120.00", "2026-03-16 10:00")
    assert play.path == "ladder/reminder-list"
    assert play.case.happened == {}
    play.noticed(released="2026-03-17 10:00", written="2026-04-01 08:00", mailed="2026-04-01 10:00")
    play.reached("2026-04-02 10:00")
    play.until("2026-04-13 08:00")
    play.tag("2026-04-13 09:00", "2026-04-13 10:00")
    assert play.due("first-lawful-day") == "2026-04-16 07:30"  # fifteen days from the new notice


def test_a_returned_payment_before_the_restoration_leaves_the_water_off() -> None:
    play = locked()
    play.pay("120.00", "2026-03-09 11:00")
    play.bounce("120.00", "2026-03-09 11:30")
    assert play.path == "locked/restoration/off"


# -- holds ------------------------------------------------------


@pytest.mark.parametrize("hold", ["appeal", "medical", "extension", "payment-plan"])
def test_what_stands_in_the_way_recalls_the_order_and_afterwards_a_new_tag_is_left(hold: str) -> None:
    play = ordered()
    play.place(hold, "2026-03-09 09:00")
    assert play.path == "held"
    assert [task.name for task in play.case.tasks if task.outcome is None] == []
    play.until("2026-05-29 09:00")
    assert play.path == "held"
    play.lift(hold, "2026-06-01 09:00")
    play.until("2026-06-01 09:01")
    assert play.path == "ladder/tag-list"


def test_a_dispute_bars_the_lock_and_not_the_notices() -> None:
    play = noticed()
    play.reached("2026-02-03 10:00")
    play.place("dispute", "2026-02-10 09:00")
    play.until("2026-03-04 08:00")
    assert play.path == "ladder/tag-list"
    play.release("2026-03-04 09:00")
    assert [task for task in play.case.tasks if task.name == "tagging"] == []  # no crew goes while it is looked into
    play.lift("dispute", "2026-03-05 09:00")
    play.complete("tagging", "posted", by="crew", at="2026-03-05 14:00")
    assert play.due("first-lawful-day") == "2026-03-09 07:30"


def test_only_the_part_that_is_not_disputed_is_collected() -> None:
    play = noticed()
    play.disputed += 60
    play.place("leak-investigation", "2026-02-10 09:00")
    assert play.path == "small"  # 60 of 120 are left to collect
    larger = Collection("2026-01-07 09:00", {"2026-01-05": "300.00"})
    larger.disputed += 60
    larger.place("leak-investigation", "2026-01-08 09:00")
    assert larger.path == "ladder/reminder-list"


def test_a_broken_plan_brings_a_new_final_notice_at_once_and_its_posting_is_remembered() -> None:
    play = tagged()
    play.place("payment-plan", "2026-03-05 09:00")
    play.lift("payment-plan", "2026-08-03 09:00")
    play.receive("plan-broken", "2026-08-03 09:00", since="2026-05-29", posted="2026-07-27")
    play.until("2026-08-03 09:01")
    assert play.path == "ladder/noticed"
    assert play.case.happened["letter plan-final-notice posted"] == "2026-07-27"
    assert "letter final-notice mailed" not in play.case.happened


def test_a_plan_that_was_kept_closes_the_case() -> None:
    play = tagged()
    play.place("payment-plan", "2026-03-05 09:00")
    play.pay("120.00", "2026-08-03 09:00")
    assert play.case.outcome == "cured"


# -- lists and crews --------------------------------------------


def test_a_line_that_is_taken_off_for_a_payment_in_the_post_comes_back_by_itself() -> None:
    play = listed()
    play.exclude("2026-03-09 08:30", "Payment in the post")
    with pytest.raises(Refused, match="taken off"):
        play.release("2026-03-10 09:00")
    play.until("2026-03-12 08:00")
    play.release("2026-03-12 09:00")
    assert play.path == "ladder/locking"


def test_a_line_whose_debt_has_gone_is_not_released() -> None:
    play = listed()
    play.paid += 100  # posted, and its message is still on its way
    play.release("2026-03-09 08:30")
    assert play.path == "small"


def test_a_line_that_a_dispute_bars_is_not_released_and_comes_back_when_it_is_settled() -> None:
    play = listed()
    play.place("dispute", "2026-03-09 08:20")
    play.release("2026-03-09 08:30")
    assert play.path == "ladder/tagged"
    play.lift("dispute", "2026-03-12 09:00")
    play.until("2026-03-12 09:01")
    assert play.path == "ladder/lock-list"


def test_an_order_that_was_not_done_on_its_day_is_asked_afresh() -> None:
    play = ordered()
    play.until("2026-03-10 07:30")
    assert play.path == "ladder/lock-list"


def test_an_illness_at_the_door_is_decided_by_a_lead_and_nothing_is_locked() -> None:
    play = ordered()
    play.complete("locking", "do-not-lock", by="crew", at="2026-03-09 10:00", exception="Somebody is on oxygen.")
    assert play.task("exception").queue == "leads"
    assert play.ran("account-status") == []


def test_a_read_and_a_photograph_are_asked_for_at_the_lock() -> None:
    play = ordered()
    with pytest.raises(BadForm):
        play.complete("locking", "locked", by="crew", at="2026-03-09 10:00", at_home="told")


# -- off --------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "due"), [("2026-03-09 12:30", "2026-03-09 16:40"), ("2026-03-09 15:00", "2026-03-10 09:10")]
)
def test_who_pays_before_the_cut_off_hour_has_water_the_same_day_else_the_next(paid: str, due: str) -> None:
    play = locked()
    play.pay("120.00", paid)
    confirmed = f"{paid[:-2]}40" if paid.endswith("30") else f"{paid[:-2]}10"
    play.complete("confirm-payment", "confirmed", by="rep", at=confirmed, hours="working", household="other")
    assert play.task("restoring").due == on(due)


@pytest.mark.parametrize(
    ("hours", "household", "fee"),
    [
        ("working", "low-income", "50.00"),
        ("after", "low-income", "150.00"),
        ("working", "other", "75.00"),
        ("after", "other", "173.00"),
    ],
)
def test_a_household_with_little_income_pays_no_more_than_the_law_lets_it(hours: str, household: str, fee: str) -> None:
    play = locked()
    play.pay("120.00", "2026-03-09 11:00")
    play.complete("confirm-payment", "confirmed", by="rep", at="2026-03-09 11:20", hours=hours, household=household)
    play.complete("restoring", "restored", by="crew", at="2026-03-09 13:00", read="1950", lock_found="whole")
    assert ("restoration" if hours == "working" else "restoration-after-hours", fee) in play.fees


def test_paid_but_off_is_never_forgotten() -> None:
    play = locked()
    play.pay("120.00", "2026-03-09 11:00")
    play.until("2026-03-09 12:00")
    assert play.task("confirm-payment").queue == "leads"
    play.until("2026-03-09 15:00")
    assert play.task("confirm-payment").queue == "supervisors"
    assert ("supervisor",) in play.told


def test_a_certificate_or_a_plan_brings_the_water_back_without_the_whole_payment() -> None:
    play = locked()
    play.place("medical", "2026-03-10 09:00")
    play.complete(
        "order-restoration", "ordered", by="lead", at="2026-03-10 09:20", hours="working", household="low-income"
    )
    assert play.task("restoring").priority == "urgent"
    assert play.case.data["restore_because"] == "medical"


def test_a_broken_lock_costs_its_fee_once_and_the_meter_is_pulled() -> None:
    play = locked()
    play.receive("lock-broken", "2026-03-12 09:00")
    assert ("broken-lock", "95.00") in play.fees
    play.complete("broken", "pulled", by="crew", at="2026-03-12 15:00")
    play.pay("120.00", "2026-03-13 09:00")
    play.complete("confirm-payment", "confirmed", by="rep", at="2026-03-13 09:30", hours="working", household="other")
    play.complete("restoring", "restored", by="crew", at="2026-03-13 12:00", read="1950", lock_found="missing")
    assert play.fees.count(("broken-lock", "95.00")) == 1


def test_a_lock_found_broken_at_the_restoration_is_charged_then() -> None:
    play = locked()
    play.pay("120.00", "2026-03-09 11:00")
    play.complete("confirm-payment", "confirmed", by="rep", at="2026-03-09 11:20", hours="working", household="other")
    play.complete("restoring", "restored", by="crew", at="2026-03-09 13:00", read="1958", lock_found="broken")
    assert ("broken-lock", "95.00") in play.fees


def test_after_ten_days_off_comes_the_demand_and_after_fifteen_more_a_supervisor_decides() -> None:
    play = locked()
    play.until("2026-03-19 08:00")
    assert play.letters[-1] == "account-demand"
    play.until("2026-04-03 08:00")
    play.complete(
        "decide-follow-up",
        "write-off",
        by="supervisor",
        at="2026-04-03 10:00",
        decision="The customer died.",
        write_off="199.00",
    )
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("approve-write-off", "approve", by="supervisor", at="2026-04-03 11:00")
    play.complete("approve-write-off", "approve", by="finance", at="2026-04-03 11:00")
    assert play.ran("write-off") == [{"amount": "199.00", "reason": "uncollectable"}]


def test_what_is_above_every_limit_is_written_off_by_the_board() -> None:
    play = locked()
    play.until("2026-04-03 08:00")
    decided = {"decision": "The firm is gone.", "write_off": "199.00"}
    play.complete("decide-follow-up", "write-off", by="supervisor", at="2026-04-03 10:00", **decided)
    play.complete("approve-write-off", "above-limit", by="finance", at="2026-04-03 11:00")
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("board-decides-write-off", "refuse", by="supervisor", at="2026-04-20 11:00")
    play.complete(
        "board-decides-write-off", "approve", by="review", at="2026-04-20 11:00", resolution="Minutes of 16 April, 7b"
    )
    assert play.ran("write-off") == [{"amount": "199.00", "reason": "uncollectable"}]


def test_what_goes_to_the_agency_is_called_off_when_the_customer_pays_in_full() -> None:
    play = locked()
    play.until("2026-04-03 08:00")
    play.complete(
        "decide-follow-up", "agency", by="supervisor", at="2026-04-03 10:00", decision="It was off for a month."
    )
    play.complete("check-referral", "warn", by="finance", at="2026-04-06 10:00")
    assert play.letters[-1] == "agency-notice"
    play.pay("120.00", "2026-04-08 10:00")
    play.complete("confirm-payment", "confirmed", by="rep", at="2026-04-08 10:30", hours="working", household="other")
    play.complete("restoring", "restored", by="crew", at="2026-04-08 12:00", read="1950", lock_found="whole")
    assert play.path == "watching"


# -- the landlord's tenants -------------------------------------


def test_an_occupant_who_becomes_the_customer_ends_the_shut_off_and_leaves_the_debt_with_the_landlord() -> None:
    play = tagged()
    play.receive("occupant-became-customer", "2026-03-05 10:00", account="20-000042")
    assert play.path == "debt-only/last-demand"
    assert play.child("demand").data["kind"] == "final"
    assert play.case.data["new_customer"] == "20-000042"


def test_a_customer_who_asks_for_a_plan_gets_one_worked_out_and_without_one_the_ladder_goes_on() -> None:
    play = noticed(balance="120.00", bill_due="2026-01-05")
    play.complete("call", "plan", by="rep", at="2026-02-03 10:00", policy_offered=True, options_offered=True)
    assert play.path == "ladder/arranging"
    assert play.state_of("payment-plan") == "proposing"
    play.complete("proposing", "no-plan", by="rep", at="2026-02-04 10:00")
    assert play.path == "ladder/waiting"


# -- the contact log ---------------------------------------------------


def test_a_noted_call_counts_from_the_reminder_on_once_both_offers_are_made_to_the_customer() -> None:
    play = collection()
    play.release("2026-01-07 10:00")
    said = {"customer": True, "policy_offered": True, "options_offered": False}
    play.receive("telephone-contact", **said, at="2026-01-12 10:00")
    assert "call options-offered" not in play.case.happened
    assert play.case.happened["call adult-reached"] == "2026-01-12"
    play.receive("telephone-contact", **(said | {"options_offered": True}), at="2026-01-13 10:00")
    assert play.case.happened["call options-offered"] == "2026-01-13"
    assert play.path == "ladder/reminded"


def test_a_noted_call_ends_the_task_to_call() -> None:
    play = noticed()
    assert play.path == "ladder/calling"
    said = {"customer": True, "policy_offered": True, "options_offered": True}
    play.receive("telephone-contact", **said, at="2026-02-03 10:00")
    assert play.path == "ladder/waiting"
    assert play.case.data["contacted_on"] == "2026-02-03"
    assert play.case.tasks == ()


def test_what_was_offered_to_another_adult_is_no_call_to_the_customer() -> None:
    play = noticed()
    said = {"customer": False, "policy_offered": True, "options_offered": True}
    play.receive("telephone-contact", **said, at="2026-02-03 10:00")
    assert play.path == "ladder/calling"
    assert "call options-offered" not in play.case.happened
