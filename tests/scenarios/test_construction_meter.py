"""The temporary construction meter, dated: month ends, late reads, moves, fines, and what is left of the deposit."""

from __future__ import annotations

from typing import Any

import pytest
from connecting import Project, on

from workflows.machine.errors import NotAllowed, Refused

OPENING: dict[str, Any] = {
    "location": "Hydrant 1203, Orchard Lane",
    "purpose": "grading and dust control",
    "meter_size": '3"',
}
ISSUED: dict[str, Any] = {
    "serial": "H-9",
    "first_read": "100",
    "backflow_serial": "B-9",
    "backflow_tested": "2026-10-06",
    "photo": "f-1",
}


def asked(**data: Any) -> Project:
    """An application of Thursday 1 October, approved the same day."""
    play = Project("construction-meter", "2026-10-01 09:00", **(OPENING | data))
    play.complete("checking", "approved", by="supervisor", at="2026-10-01 10:00", location=play.data["location"])
    return play


def issued(on_day: str = "2026-10-06", **data: Any) -> Project:
    """The deposit was paid on 5 October and the meter issued on the 6th."""
    play = asked(**data)
    play.pay(play.data["due_amount"], at="2026-10-05 10:00")
    play.complete("issuing", "issued", by="crew", at=f"{on_day} 10:00", **ISSUED)
    return play


def test_deposit_and_fee_are_paid_before_the_meter_leaves_the_yard() -> None:
    play = asked()
    assert (play.data["due_amount"], play.letters) == ("3583.00", ["hydrant-deposit"])
    play.pay("3357.00", at="2026-10-02 10:00")
    assert play.state == "waiting"
    play.pay("226.00", at="2026-10-05 10:00")
    play.complete("issuing", "issued", by="crew", at="2026-10-06 10:00", **ISSUED)
    assert play.case.account == "20-000001"
    assert play.ran("create-account")[0]["service"] == "hydrant"
    assert play.ran("apply-deposit")[0] == {
        "amount": "226.00",
        "to": "application",
        "reason": "Application for a construction meter",
    }
    assert (play.data["deposit_held"], play.data["read_due"]) == ("3357.00", "2026-10-30")
    assert play.letters[-1] == "hydrant-terms"


def test_the_read_is_due_on_the_last_business_day_of_the_month() -> None:
    # 31 October 2026 is a Saturday; 30 November a Monday; 31 December a Thursday
    play = issued()
    due = [play.data["read_due"]]
    for day, read in (("2026-10-29", "140"), ("2026-11-27", "180"), ("2026-12-30", "200")):
        play.complete("running", "read", by="rep", at=f"{day} 10:00", read=read)
        due.append(play.data["read_due"])
    assert due == ["2026-10-30", "2026-11-30", "2026-12-31", "2027-01-29"]


def test_a_month_costs_the_water_at_one_and_a_half_times_the_rate_and_the_monthly_fee() -> None:
    play = issued()
    play.receive("read-reported", at="2026-10-29 10:00", read="140")
    assert play.data["use"] == "40"
    # 40 ccf at $6.45, times 150 %
    assert play.ran("bill-water") == [{"amount": "387.00", "reason": "construction-water"}]
    assert play.ran("charge-fee") == [{"fee": "construction-month", "amount": "50.30"}]
    assert play.ran("record-read") == [{"read": "140"}]


def test_a_read_on_the_last_day_is_in_time_and_costs_no_trip() -> None:
    play = issued()
    play.receive("read-reported", at="2026-10-30 16:00", read="140")
    assert [args["fee"] for args in play.ran("charge-fee")] == ["construction-month"]


def test_a_missing_read_is_reminded_and_then_costs_the_trip() -> None:
    play = issued()
    play.until("2026-10-25 07:30")
    assert play.letters[-1] == "read-reminder"
    play.until("2026-10-31 07:29")
    assert play.state == "running"
    play.until("2026-10-31 07:30")
    assert play.state == "trip"
    assert play.ran("charge-fee") == [{"fee": "trip", "amount": "150.00"}]
    assert play.letters[-1] == "late-read"
    assert play.task("trip").due == on("2026-11-04 17:30")
    play.complete("trip", "read", by="crew", at="2026-11-03 10:00", read="131.5")
    assert play.data["use"] == "31.5"
    assert play.data["read_due"] == "2026-11-30"


def test_a_meter_issued_in_the_last_days_of_a_month_is_not_reminded_at_once() -> None:
    play = issued("2026-10-28")
    play.until("2026-10-29 12:00")
    assert play.letters[-1] == "hydrant-terms"
    later = issued("2026-10-30")
    assert later.data["read_due"] == "2026-11-30"


def test_a_register_that_goes_backwards_is_looked_at_before_anything_is_billed() -> None:
    play = issued()
    play.receive("read-reported", at="2026-10-29 10:00", read="90")
    assert play.state == "trip"
    assert play.ran("bill-water") == []
    assert play.ran("charge-fee") == []


def test_the_meter_is_moved_by_the_district_and_on_request_only() -> None:
    play = issued()
    play.receive("move-requested", at="2026-10-12 10:00")
    play.complete("moving", "moved", by="crew", at="2026-10-13 10:00", place="Hydrant 1210, Canyon Road")
    assert play.data["location"] == "Hydrant 1210, Canyon Road"
    assert play.ran("charge-fee") == [{"fee": "move", "amount": "102.00"}]
    assert play.state == "running"


def test_a_move_over_the_month_end_does_not_lose_the_late_read() -> None:
    play = issued()
    play.receive("move-requested", at="2026-10-29 10:00")
    play.complete("moving", "moved", by="crew", at="2026-11-02 10:00", place="Hydrant 1210, Canyon Road")
    play.until("2026-11-02 10:01")
    assert play.state == "trip"


def test_unlawful_use_is_fined_higher_each_time_but_never_beside_a_fine_for_tampering() -> None:
    play = issued()
    for day, fine in (("2026-10-12", "2500.00"), ("2026-10-19", "5000.00"), ("2026-10-26", "10000.00")):
        play.receive("unlawful-use", at=f"{day} 10:00")
        play.complete("judging-use", "fine", by="supervisor", at=f"{day} 14:00", unlawful="At another hydrant.")
        assert play.data["fine"] == fine
    assert play.letters.count("hydrant-fine") == 3
    play.receive("unlawful-use", at="2026-10-27 10:00")
    with pytest.raises(Refused):
        play.complete(
            "judging-use", "fine", by="supervisor", at="2026-10-27 11:00", unlawful="Seal broken.", tampering_fined=True
        )
    play.complete(
        "judging-use", "nothing", by="supervisor", at="2026-10-27 12:00", unlawful="Seal broken.", tampering_fined=True
    )
    assert play.state == "running"


def test_what_is_left_of_the_deposit_is_paid_back_after_water_and_fees() -> None:
    play = issued()
    play.receive("read-reported", at="2026-10-29 10:00", read="140")
    play.receive("return-requested", at="2026-11-12 10:00")
    play.complete("returning", "returned", by="crew", at="2026-11-13 10:00", read="150", damage="none", photo="f-2")
    # 387.00 + 50.30 for October and 96.75 for 10 ccf of November
    assert (play.data["owed"], play.data["deposit_used"], play.data["demanded"]) == ("534.05", "534.05", "0.00")
    assert play.data["refund_amount"] == "2822.95"
    with pytest.raises(NotAllowed, match="above your limit"):
        play.complete("paying-back", "paid", by="finance", at="2026-11-16 10:00", reference="1050")
    play.complete("paying-back", "above-limit", by="finance", at="2026-11-16 10:00", reference="-")
    play.complete("paying-back-large", "paid", by="review", at="2026-11-17 10:00", reference="1050")
    assert (play.case.outcome, play.letters[-1]) == ("settled", "construction-settlement")
    assert (play.book.held, play.book.balance) == (0, 0)
    assert play.ran("remove-meter") == [{"read": "150", "close": True}]


def test_a_damaged_meter_is_repaired_from_the_deposit_first() -> None:
    play = issued()
    play.receive("return-requested", at="2026-10-12 10:00")
    play.complete("returning", "returned", by="crew", at="2026-10-13 10:00", read="100", damage="damaged", photo="f-2")
    play.complete("repairing", "known", by="engineer", at="2026-10-15 10:00", repair_cost="820.00")
    assert play.ran("apply-deposit")[1]["amount"] == "820.00"
    assert play.ran("apply-deposit")[1]["to"] == "repair"
    assert play.data["refund_amount"] == "2537.00"


def test_a_lost_meter_costs_its_replacement_and_the_shortfall_is_demanded() -> None:
    play = issued()
    play.receive("read-reported", at="2026-10-29 10:00", read="140")
    play.receive("meter-lost", at="2026-11-12 10:00")
    # 3,357.00 held: 3,200.00 for the meter, 157.00 of the 437.30 that are owed
    assert (play.data["deposit_used"], play.data["demanded"]) == ("3357.00", "280.30")
    assert (play.state, play.letters[-1]) == ("demanding", "construction-settlement")
    play.book.balance -= play.book.balance
    play.receive("payment-received", at="2026-12-10 10:00")
    assert play.case.outcome == "settled"


def test_a_shortfall_that_is_not_paid_in_thirty_days_goes_to_collection() -> None:
    play = issued()
    play.receive("read-reported", at="2026-10-29 10:00", read="140")
    play.receive("meter-lost", at="2026-11-12 10:00")
    play.until("2026-12-12 07:29")
    assert play.case.is_open
    play.until("2026-12-12 07:30")
    assert (play.case.outcome, play.sent) == ("unpaid", ["account-past-due"])


def test_whoever_withdraws_before_the_meter_gets_everything_back() -> None:
    play = asked()
    play.pay("1000.00", at="2026-10-05 10:00")
    play.receive("applicant-withdrew", at="2026-10-06 10:00")
    play.complete("paying-back", "paid", by="finance", at="2026-10-07 10:00", reference="1051")
    assert (play.case.outcome, play.book.held) == ("withdrawn", 0)


def test_a_deposit_that_is_not_paid_in_thirty_days_ends_the_application() -> None:
    play = asked()
    play.until("2026-11-01 07:30")  # a Sunday on which an hour comes twice
    assert play.case.outcome == "expired"
    assert play.letters == ["hydrant-deposit", "payment-reminder", "application-ended"]
