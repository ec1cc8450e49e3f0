"""The meter test, dated: notice, three flows, the report, and what follows from a meter that is off."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from playing import ACCOUNT, Play, machine, on

from workflows.machine.errors import NotAllowed
from workflows.machine.machine import Machine

MONDAY = "2026-09-14 09:00"


def agreed(opened: str = MONDAY, at: str = "2026-09-18 10:00", **data: Any) -> Play:
    """A test that the customer has agreed to."""
    play = Play(opened, case="meter-test", data={"asked_by": "customer"} | data)
    play.complete("offering-test", "agreed", by="rep", at=at, attends=True)
    return play


def measured(play: Play, low: str, middle: str, high: str, at: str = "2026-09-25 13:00") -> None:
    play.complete("test", "tested", by="crew", at=at, flow_low=low, flow_middle=middle, flow_high=high, attended=True)


@cache
def billing_slow_meters() -> Machine:
    """The machine of a district that bills for slow meters."""
    compiled = machine("meter-test").setting.compiled
    settings = {**compiled.district.settings, "bill-slow-meters": "yes"}
    district = compiled.district.model_copy(update={"settings": settings})
    return Machine(compiled.model_copy(update={"district": district}))


def test_the_customer_has_a_weeks_notice_of_the_test_and_may_be_there() -> None:
    play = agreed()
    assert play.ran("charge-fee") == [{"fee": "meter-test", "amount": "50.00"}]
    assert (play.case.data["test_on"], play.letters[-1]) == ("2026-09-25", "meter-test-notice")
    play.until("2026-09-25 07:29")
    assert play.state == "notifying"
    play.until("2026-09-25 07:30")
    assert play.task("test").due == on("2026-09-28 17:30")


@pytest.mark.parametrize(
    ("opened", "at", "on_"),
    [
        ("2026-08-28 09:00", "2026-08-31 10:00", "2026-09-08"),  # the week ends on Labor Day
        ("2026-11-16 09:00", "2026-11-19 10:00", "2026-11-30"),  # on Thanksgiving; the day after is closed too
        ("2026-09-10 09:00", "2026-09-12 10:00", "2026-09-21"),  # on a Saturday
        ("2026-02-27 09:00", "2026-03-02 10:00", "2026-03-09"),  # across the change to summer time
    ],
)
def test_a_week_that_ends_on_a_closed_day_ends_on_the_next_open_one(opened: str, at: str, on_: str) -> None:
    play = agreed(opened, at)
    assert play.case.data["test_on"] == on_
    play.until(f"{on_} 07:30")
    assert play.state == "testing"


def test_the_customer_may_waive_the_notice_or_agree_on_another_day() -> None:
    waived = agreed()
    waived.receive("notice-waived", at="2026-09-18 11:00")
    assert waived.state == "testing"
    moved = agreed()
    moved.receive("test-moved", at="2026-09-21 09:00", test_on="2026-10-02")
    moved.until("2026-10-01 17:00")
    assert (moved.state, moved.letters.count("meter-test-notice")) == ("notifying", 2)
    moved.until("2026-10-02 07:30")
    assert moved.state == "testing"


def test_the_crew_sees_the_three_flows_for_the_size_of_the_meter() -> None:
    play = agreed()
    assert [play.case.data[f"gpm_{flow}"] for flow in ("low", "middle", "high")] == ["0.25", "2", "10"]


def test_a_fast_meter_gives_back_the_deposit_and_six_months_of_what_it_billed_too_much() -> None:
    play = agreed()
    measured(play, "104", "104", "104")
    assert play.ran("refund") == [{"amount": "50.00", "of": "meter-test"}]
    # 4/104 of 14, 20 and 46 ccf at the price of their tiers; what ended before 25 March is older than six months
    assert play.case.data["arithmetic"][-4:] == [
        "Bill to April 23, 2026: 0.538 of 14 ccf = $1.56",
        "Bill to June 23, 2026: 0.769 of 20 ccf = $3.31",
        "Bill to August 24, 2026: 1.769 of 46 ccf = $11.41",
        "Refund = $16.28",
    ]
    play.complete("approve", "approve", by="rep2", at="2026-09-25 15:00")
    assert play.letters[-1] == "meter-test-report"
    play.complete("replacing", "replaced", by="crew", at="2026-09-28 09:00", read="1962", serial="N-1", new_read="0")
    assert (play.case.outcome, play.holds) == ("fast", [])


def test_exactly_two_percent_is_not_fast_and_the_deposit_stays() -> None:
    play = agreed()
    measured(play, "102", "102", "102")
    assert (play.case.outcome, play.ran("refund")) == ("accurate", [])
    assert play.letters[-1] == "meter-test-report"


def test_the_report_is_promised_within_ten_business_days_of_the_test() -> None:
    play = agreed()
    play.until("2026-09-25 08:00")
    assert play.case.sla is not None
    play.complete("test", "no-access", by="crew", at="2026-09-25 11:00")
    play.until("2026-10-06 07:30")
    assert ("supervisor",) in play.told  # seven business days are over
    measured(play, "100", "100", "100", at="2026-10-06 13:00")
    assert play.case.sla is not None
    assert not play.case.sla.missed


def test_a_slow_meter_costs_the_customer_nothing_unless_the_district_bills_for_it() -> None:
    play = agreed()
    measured(play, "60", "70", "70")
    assert (play.case.data["verdict"], play.case.data["back_bill"]) == ("slow", "0.00")
    assert play.case.data["arithmetic"] == ["To be billed = nothing: this district does not bill for a slow meter"]
    assert play.ran("bill-water") == []


def test_where_the_district_bills_for_slow_meters_a_supervisor_approves_six_months(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "playing.machine", lambda name: billing_slow_meters() if name == "meter-test" else machine(name)
    )
    play = agreed()
    measured(play, "60", "70", "70")  # 68.5 %: more than a residential meter's 25 % slow
    # 14 ccf were 20.438, 20 were 29.197 and 46 were 67.153
    assert play.case.data["back_bill"] == "202.27"
    with pytest.raises(NotAllowed):
        play.complete("approving", "approve", by="rep", at="2026-09-25 15:00")
    play.complete("approving", "approve", by="supervisor", at="2026-09-25 15:00")
    assert play.ran("bill-water") == [{"amount": "202.27", "reason": "meter-slow"}]
    small = agreed()
    measured(small, "90", "95", "95")
    assert (small.case.data["back_bill"], small.state) == ("0.00", "replacing")
    trade = agreed(account={**ACCOUNT, "class": "commercial"})
    measured(trade, "90", "90", "90")  # more than the 5 % of other classes
    assert trade.state == "approving"


def test_a_meter_that_does_not_register_is_estimated_from_the_same_period_of_earlier_years() -> None:
    play = agreed(bill={**Play(MONDAY).case.data["bill"], "use": "0"})
    play.complete("test", "not-registering", by="crew", at="2026-09-25 13:00")
    assert play.case.data["arithmetic"][-4:] == [
        "At the same use a day, for 61 days = 22 ccf",
        "Water charge for 22 ccf = $73.60",
        "Water charge for 0 ccf = $0.00",
        "To be billed = $73.60",
    ]
    play.complete("approving", "waive", by="supervisor", at="2026-09-25 15:00")
    assert play.ran("bill-water") == []
    play.complete("replacing", "replaced", by="crew", at="2026-09-28 09:00", read="0", serial="N-1", new_read="0")
    assert play.case.outcome == "not-registering"


def test_without_consent_there_is_no_test() -> None:
    declined = Play(MONDAY, case="meter-test", data={"asked_by": "complaint"})
    declined.complete("offering-test", "declined", by="rep", at="2026-09-15 10:00")
    silent = Play(MONDAY, case="meter-test", data={"asked_by": "customer"})
    silent.until("2026-09-30 07:30")
    for play in (declined, silent):
        assert (play.case.outcome, play.ran("charge-fee"), play.holds) == ("declined", [], [])


def test_the_district_pays_for_its_own_doubt() -> None:
    play = Play(MONDAY, case="meter-test", data={"asked_by": "district"})
    assert (play.state, play.ran("charge-fee"), play.holds) == ("notifying", [], [])
    play.until("2026-09-21 08:00")
    measured(play, "104", "104", "104", at="2026-09-21 13:00")
    assert play.ran("refund") == []
    assert play.state == "crediting"


def test_a_test_without_access_is_tried_again_and_its_deposit_charged_once() -> None:
    play = agreed()
    play.complete("test", "no-access", by="crew", at="2026-09-25 11:00")
    play.until("2026-10-02 07:30")
    assert play.task("test").opened_at == on("2026-10-02 07:30")
    assert len(play.ran("charge-fee")) == 1


def test_whoever_withdraws_before_the_test_gets_the_deposit_back_and_afterwards_not() -> None:
    play = agreed()
    play.receive("customer-withdrew", at="2026-09-21 09:00")
    assert (play.case.outcome, play.ran("refund")) == ("withdrawn", [{"amount": "50.00", "of": "meter-test"}])
    late = agreed()
    measured(late, "98", "90", "90")
    late.receive("customer-withdrew", at="2026-09-25 15:00")
    assert (late.state, late.ran("refund")) == ("replacing", [])  # a meter that is off is replaced all the same
    late.complete("replacing", "replaced", by="crew", at="2026-09-28 09:00", read="1962", serial="N-1", new_read="0")
    assert late.ran("remove-meter") == [{"read": "1962"}]
    assert late.ran("set-meter") == [{"serial": "N-1", "size": '5/8"', "read": "0"}]
    assert late.case.outcome == "slow"
