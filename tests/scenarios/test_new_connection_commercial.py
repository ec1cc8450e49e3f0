"""The commercial new connection, dated: capacity, grease, backflow, further inspections; what it adds to the standard one."""

from __future__ import annotations

from typing import Any

import pytest
from connecting import INSIDE, Project, on

from workflows.machine.errors import Refused

CASE = "new-connection-commercial"
SIZED: dict[str, Any] = {
    "meter_size": '1-1/2"',
    "installation": "long-side",
    "meter_location": "In the planter beside the drive",
    "backflow": "reduced-pressure",
    "grease": "interceptor",
}
PASSED: dict[str, Any] = {
    "grease_size": "750 gal",
    "grease_make": "Thermaco",
    "grease_place": "Rear yard",
    "grease_inspected": "2026-11-18",
}
TESTED: dict[str, Any] = {
    "backflow_make": "Watts 909",
    "backflow_serial": "B-2",
    "backflow_tested": "2026-11-13",
}
SET: dict[str, Any] = {
    "serial": "S-88001",
    "meter_size": '1-1/2"',
    "first_read": "0",
    "route": "R4",
    "sequence": 121,
    "photo": "f-1",
}


def paid(kind: str = "restaurant", deposit: str = "1500.00") -> Project:
    """An application of 14 September whose deposit came on the 21st."""
    play = Project(CASE, "2026-09-14 09:00", wants="service", kind=kind, parcel=INSIDE)
    play.complete("checking", "complete", by="rep", at="2026-09-14 10:00")
    play.pay(deposit, at="2026-09-21 10:00")
    return play


def building(**form: Any) -> Project:
    """Capacity is enough, the service laid out, the fees paid; work begins on 9 November."""
    play = paid()
    play.complete("capacity", "enough", by="engineer", at="2026-10-01 10:00", demand="40", fire_flow="1500")
    play.complete("sizing", "sized", by="engineer", at="2026-10-08 10:00", **(SIZED | form))
    play.pay(play.data["due_amount"], at="2026-10-20 10:00")
    play.complete("noticing", "noticed", by="engineer", at="2026-11-04 10:00", work_start="2026-11-09T08:00:00-08:00")
    return play


def inspected(**form: Any) -> Project:
    """All but the grease interceptor and further inspections have passed by 17 November."""
    play = building(**form)
    play.complete("trench-inspection", "passed", by="engineer", at="2026-11-10 10:00")
    play.complete("pressure-test", "passed", by="engineer", at="2026-11-10 11:00", pressure="150")
    play.complete("sampling", "sampled", by="engineer", at="2026-11-12 10:00")
    play.complete("backflow-test", "passed", by="engineer", at="2026-11-13 10:00", **TESTED)
    play.complete("laboratory", "absent", by="supervisor", at="2026-11-17 10:00")
    return play


def test_a_restaurant_from_its_application_to_both_registers() -> None:
    play = inspected()
    play.receive("interceptor-ready", at="2026-11-17 14:00")
    play.complete("grease-inspection", "passed", by="engineer", at="2026-11-18 10:00", **PASSED)
    play.complete("tie-in", "passed", by="engineer", at="2026-11-19 10:00")
    play.complete("final-inspection", "passed", by="engineer", at="2026-11-20 10:00", inspection_cost="900.00")
    play.complete("setting", "set", by="crew", at="2026-11-24 10:00", **SET)
    assert [args["register"] for args in play.ran("register")] == ["backflow", "grease"]
    assert play.ran("register")[1]["done"] == "2026-11-18"
    assert play.ran("create-account")[0]["use_class"] == "commercial"
    assert play.letters[-2:] == ["grease-registration", "new-service"]
    assert play.data["refund_amount"] == "600.00"


def test_capacity_and_fire_flow_come_before_the_service_is_laid_out() -> None:
    play = paid()
    assert play.open_tasks == ["capacity"]
    # fifteen business days from Monday 21 September: Columbus Day is no closed day here
    assert play.task("capacity").due == on("2026-10-12 17:30")
    with pytest.raises(Refused):
        play.complete("capacity", "enough", by="engineer", at="2026-10-01 10:00", demand="40")
    play.complete("capacity", "enough", by="engineer", at="2026-10-01 10:00", demand="40", fire_flow="1500")
    assert (play.state, play.letters[-1]) == ("sizing", "facility-letter")


def test_works_that_are_needed_ask_for_a_facility_plan_report_which_may_come_back() -> None:
    play = paid("large-commercial", "5000.00")
    play.complete(
        "capacity",
        "works",
        by="engineer",
        at="2026-10-01 10:00",
        demand="400",
        fire_flow="2500",
        facility_works="An 8-inch main.",
    )
    play.until("2026-11-30 07:30")
    assert play.letters[-1] == "application-reminder"
    play.complete("waiting-for-report", "received", by="engineer", at="2026-12-10 10:00")
    play.complete(
        "reading-report", "returned", by="engineer", at="2026-12-17 10:00", facility_works="The pump curve is missing."
    )
    play.complete("waiting-for-report", "received", by="engineer", at="2027-01-11 10:00")
    play.complete("reading-report", "accepted", by="engineer", at="2027-01-14 10:00")
    assert play.state == "sizing"


def test_a_report_that_never_comes_ends_the_project_with_a_refund_after_180_days() -> None:
    play = paid("large-commercial", "5000.00")
    play.complete(
        "capacity",
        "works",
        by="engineer",
        at="2026-10-01 10:00",
        demand="400",
        fire_flow="2500",
        facility_works="An 8-inch main.",
    )
    play.until("2027-03-30 07:30")
    play.complete("costs-to-date", "known", by="engineer", at="2027-04-01 10:00", costs="1200.00")
    assert play.data["refund_amount"] == "3800.00"


def test_what_cannot_be_served_is_refused_with_its_reason() -> None:
    play = paid("large-commercial", "5000.00")
    play.complete(
        "capacity", "never", by="engineer", at="2026-10-01 10:00", demand="900", fire_flow="4000", reason="No storage."
    )
    play.complete("costs-to-date", "known", by="engineer", at="2026-10-05 10:00", costs="0.00")
    play.complete("paying-back", "above-limit", by="finance", at="2026-10-06 10:00", reference="-")
    play.complete("paying-back-large", "paid", by="review", at="2026-10-07 10:00", reference="1060")
    assert (play.case.outcome, play.data["reason"]) == ("refused", "No storage.")


def test_an_existing_kitchen_has_180_days_for_its_interceptor() -> None:
    play = building(existing_kitchen=True)
    assert play.data["grease_by"] == "2027-05-03"
    assert play.letters[-1] == "grease-order"
    play.until("2027-04-03 07:30")
    assert play.letters.count("grease-order") == 2
    play.until("2027-05-04 07:30")
    assert play.task("grease-late").queue == "supervisors"


def test_a_kitchen_without_an_interceptor_gets_more_time_once_and_for_a_reason() -> None:
    play = building()
    assert play.data["grease_by"] == "2027-02-02"
    play.until("2027-02-03 07:30")
    with pytest.raises(Refused):
        play.complete("grease-late", "more-time", by="supervisor", at="2027-02-04 10:00")
    play.complete("grease-late", "more-time", by="supervisor", at="2027-02-04 10:00", grease_finding="Back order.")
    play.until("2027-03-06 07:30")
    assert "grease-inspection" in play.open_tasks


def test_no_tie_in_while_the_interceptor_is_not_passed() -> None:
    play = inspected()
    assert "tie-in" not in play.open_tasks
    play.receive("interceptor-ready", at="2026-11-17 14:00")
    play.complete("grease-inspection", "failed", by="engineer", at="2026-11-18 10:00", grease_finding="No sample box.")
    assert play.open_tasks == []
    play.receive("interceptor-ready", at="2026-11-23 14:00")
    play.complete("grease-inspection", "passed", by="engineer", at="2026-11-24 10:00", **PASSED)
    assert play.open_tasks == ["tie-in"]


def test_a_shop_without_a_kitchen_has_no_grease_inspection_and_no_registration() -> None:
    play = inspected(grease="none")
    assert play.open_tasks == ["tie-in"]
    play.complete("tie-in", "passed", by="engineer", at="2026-11-19 10:00")
    play.complete("final-inspection", "passed", by="engineer", at="2026-11-20 10:00", inspection_cost="0.00")
    play.complete("setting", "set", by="crew", at="2026-11-24 10:00", **SET)
    assert [args["register"] for args in play.ran("register")] == ["backflow"]


def test_further_inspections_are_set_up_one_by_one_and_each_must_pass() -> None:
    play = inspected(grease="none", inspections=["Fire line flush", "Meter vault"])
    orders = [task for task in play.case.tasks if task.name == "further-inspection"]
    assert [task.item for task in orders] == ["Fire line flush", "Meter vault"]
    play.complete("further-inspection", "passed", by="engineer", at="2026-11-18 10:00")
    play.complete("further-inspection", "failed", by="engineer", at="2026-11-18 11:00", inspection_finding="No drain.")
    assert play.open_tasks == []
    play.receive("put-right", at="2026-11-20 10:00")
    play.complete("further-inspection", "passed", by="engineer", at="2026-11-23 10:00")
    play.complete("further-inspection", "passed", by="engineer", at="2026-11-23 11:00")
    assert play.open_tasks == ["tie-in"]


def test_a_mixed_use_building_measures_each_dwelling() -> None:
    play = paid()
    play.complete("capacity", "enough", by="engineer", at="2026-10-01 10:00", demand="40", fire_flow="1500")
    with pytest.raises(Refused):
        play.complete("sizing", "sized", by="engineer", at="2026-10-08 10:00", **SIZED, mixed_use=True)
    play.complete("sizing", "sized", by="engineer", at="2026-10-08 10:00", **SIZED, mixed_use=True, submetered=True)
    assert play.case.happened["dwelling measured"] == "2026-10-08"


def test_a_commercial_quotation_costs_seventy_five_dollars_a_lot() -> None:
    play = Project(CASE, "2026-09-14 09:00", wants="quotation", kind="small-commercial")
    play.complete("quoting", "quoted", by="rep", at="2026-09-15 10:00", lots=3, meter_size='2"', installation="bore")
    assert (play.data["quotation_fee"], play.data["fees"]) == ("225.00", "52150.00")


def test_whoever_withdraws_in_the_middle_of_the_inspections_has_all_of_them_recalled() -> None:
    play = building(inspections=["Meter vault"])
    play.receive("applicant-withdrew", at="2026-11-12 09:00")
    assert set(play.recalled) - {"waiting", "waiting-for-fees"} == {
        "trench-inspection",
        "pressure-test",
        "sampling",
        "backflow-test",
        "further-inspection",
    }
