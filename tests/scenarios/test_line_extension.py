"""The line extension, dated: plans in rounds, agreement and bonds, segments, the deposit topped up, acceptance, warranty."""

from __future__ import annotations

from typing import Any

import pytest
from connecting import INSIDE, Project, on

from workflows.machine.errors import NotAllowed, Refused

SEGMENTS = ["A: stations 0+00 to 2+10", "B: stations 2+10 to 4+20"]


def planned() -> Project:
    """Found feasible on 21 September, the deposit paid on the 28th."""
    play = Project("line-extension", "2026-09-14 09:00", request="420 feet in Canyon Road", parcel=INSIDE)
    play.complete("studying", "feasible", by="engineer", at="2026-09-21 10:00", feasibility="420 feet of 8-inch main.")
    play.pay("5000.00", at="2026-09-28 10:00")
    return play


def approved(**form: Any) -> Project:
    """The plans were approved in the second round, on 30 October."""
    play = planned()
    play.complete("take-plans", "received", by="engineer", at="2026-10-05 10:00")
    play.complete(
        "checking-plans",
        "comments",
        by="engineer",
        at="2026-10-12 10:00",
        inspection_cost="600.00",
        plan_comments="Show the thrust blocks.",
    )
    play.complete("take-plans", "received", by="engineer", at="2026-10-26 10:00")
    play.complete(
        "checking-plans",
        "approved",
        by="engineer",
        at="2026-10-30 10:00",
        inspection_cost="400.00",
        construction_cost="186000.00",
        **form,
    )
    return play


def secured() -> Project:
    """Agreement recorded and bonds handed in by 7 December."""
    play = approved()
    play.complete("signing", "signed", by="engineer", at="2026-11-16 10:00", agreement_signed="2026-11-13")
    play.complete("countersigning", "signed", by="supervisor", at="2026-11-18 10:00")
    play.complete(
        "performance-bond", "given", by="engineer", at="2026-11-19 10:00", performance_given="186000.00", surety="P-1"
    )
    play.complete(
        "payment-bond", "given", by="engineer", at="2026-11-19 11:00", payment_given="186000.00", surety="P-2"
    )
    play.complete(
        "recording",
        "recorded",
        by="engineer",
        at="2026-12-07 10:00",
        agreement_recorded="2026-12-04",
        agreement_number="2026-118822",
    )
    return play


def building() -> Project:
    """Work began on 14 December."""
    play = secured()
    play.complete(
        "meeting",
        "held",
        by="engineer",
        at="2026-12-09 10:00",
        met_on="2026-12-09",
        segments=SEGMENTS,
        work_start="2026-12-14T08:00:00-08:00",
    )
    return play


def built() -> Project:
    """Both segments passed, the as-builts complete, the last inspections charged by 8 January."""
    play = building()
    play.complete("segment-inspection", "passed", by="engineer", at="2026-12-17 10:00")
    play.complete("segment-inspection", "passed", by="engineer", at="2026-12-18 10:00")
    play.complete("drawing", "complete", by="engineer", at="2027-01-06 10:00")
    play.complete("last-charge", "known", by="engineer", at="2027-01-08 10:00", inspection_cost="1500.00")
    return play


def accepted() -> Project:
    """The board accepted the extension on Wednesday 10 March 2027."""
    play = built()
    play.complete(
        "warranty-bond", "given", by="engineer", at="2027-01-15 10:00", warranty_given="18600.00", surety="W-1"
    )
    play.complete("recommending", "recommend", by="engineer", at="2027-01-20 10:00")
    play.complete(
        "board", "accepted", by="supervisor", at="2027-03-11 10:00", accepted_on="2027-03-10", resolution="2027-06"
    )
    return play


def test_from_the_study_to_the_release_of_the_warranty_bond() -> None:
    play = accepted()
    assert play.data["refund_amount"] == "2500.00"
    play.complete("refunding", "paid", by="finance", at="2027-03-15 10:00", reference="1070")
    assert play.data["warranty_until"] == "2028-03-10"
    play.until("2028-03-10 07:29")
    assert play.state == "standing"
    play.until("2028-03-10 07:30")
    play.complete("last-look", "sound", by="engineer", at="2028-03-15 10:00")
    play.complete("releasing", "released", by="supervisor", at="2028-03-16 10:00")
    assert (play.case.outcome, play.book.held) == ("finished", 0)
    assert play.letters == [
        "extension-answer",
        "deposit-request",
        "plan-comments",
        "extension-agreement",
        "extension-accepted",
        "connection-refund",
        "bond-released",
    ]


def test_each_round_of_plan_check_is_charged_to_the_deposit() -> None:
    play = approved()
    assert [args["amount"] for args in play.ran("apply-deposit")] == ["600.00", "400.00"]
    assert (play.data["plan_round"], play.data["deposit_held"]) == (2, "4000.00")


def test_a_plan_check_that_the_deposit_does_not_cover_waits_for_more() -> None:
    play = planned()
    play.complete("take-plans", "received", by="engineer", at="2026-10-05 10:00")
    with pytest.raises(Refused):
        play.complete(
            "checking-plans",
            "approved",
            by="engineer",
            at="2026-10-12 10:00",
            inspection_cost="5600.00",
            construction_cost="186000.00",
        )
    play.complete("checking-plans", "top-up", by="engineer", at="2026-10-12 10:00", inspection_cost="5600.00")
    play.pay("5000.00", at="2026-10-20 10:00")
    assert (play.state, play.data["deposit_held"]) == ("checking-plans", "10000.00")


def test_bonds_are_as_large_as_the_construction_and_the_warranty_a_tenth() -> None:
    play = approved()
    bonds = [play.data[name] for name in ("performance_bond", "payment_bond", "warranty_bond")]
    assert bonds == ["186000.00", "186000.00", "18600.00"]
    with pytest.raises(Refused):
        play.complete(
            "performance-bond",
            "given",
            by="engineer",
            at="2026-11-19 10:00",
            performance_given="185999.99",
            surety="P-1",
        )


def test_agreement_easements_and_bonds_go_beside_each_other_and_all_are_needed() -> None:
    play = approved(easements_needed=True)
    assert sorted(play.open_tasks) == ["easement-recording", "payment-bond", "performance-bond", "signing"]
    play.complete("easement-recording", "recorded", by="engineer", at="2026-11-10 10:00", easement_number="2026-1")
    assert play.open_tasks == ["signing", "performance-bond", "payment-bond"]


def test_who_took_the_agreement_in_does_not_sign_it_for_the_district() -> None:
    play = approved()
    play.complete("signing", "signed", by="supervisor", at="2026-11-16 10:00", agreement_signed="2026-11-13")
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("countersigning", "signed", by="supervisor", at="2026-11-18 10:00")


def test_bonds_that_do_not_come_in_180_days_end_it_with_a_refund() -> None:
    play = approved()
    play.until("2027-04-28 07:29")  # 180 civil days, across both changes of the clock
    assert "performance-bond" in play.open_tasks
    play.until("2027-04-28 07:30")
    assert play.open_tasks == ["costs-to-date"]
    play.complete("costs-to-date", "known", by="engineer", at="2027-04-29 10:00", costs="150.00")
    assert play.data["refund_amount"] == "3850.00"


def test_no_work_with_less_than_48_hours_notice() -> None:
    play = secured()
    with pytest.raises(Refused):
        play.complete(
            "meeting",
            "held",
            by="engineer",
            at="2026-12-12 09:00",
            met_on="2026-12-09",
            segments=SEGMENTS,
            work_start="2026-12-14T08:00:00-08:00",
        )


def test_each_segment_is_inspected_by_itself_and_a_failed_one_again() -> None:
    play = building()
    assert [task.item for task in play.case.tasks if task.name == "segment-inspection"] == SEGMENTS
    play.complete("segment-inspection", "failed", by="engineer", at="2026-12-17 10:00", segment_finding="No sand.")
    play.complete("segment-inspection", "passed", by="engineer", at="2026-12-17 11:00")
    assert "segment-failed" in play.states
    play.receive("segments-ready", at="2026-12-21 10:00")
    assert play.open_tasks.count("segment-inspection") == 2


def test_the_deposit_is_topped_up_when_a_months_inspections_leave_it_below_its_floor() -> None:
    play = building()
    play.until("2027-01-09 07:30")  # a month after the meeting: a Saturday
    play.complete("charge", "known", by="engineer", at="2027-01-11 10:00", inspection_cost="3200.00")
    assert (play.data["deposit_held"], play.data["due_amount"]) == ("800.00", "4200.00")
    assert play.letters[-1] == "top-up-request"
    play.until("2027-02-11 07:30")
    assert play.told[-1] == ("engineer", "supervisor")
    play.pay("4200.00", at="2027-02-12 10:00")
    assert (play.data["deposit_held"], "month" in play.states) == ("5000.00", True)


def test_a_month_that_leaves_enough_asks_for_nothing() -> None:
    play = building()
    play.complete("charge", "known", by="engineer", at="2027-01-11 10:00", inspection_cost="3000.00")
    assert play.data["deposit_held"] == "1000.00"
    assert "top-up-request" not in play.letters


def test_the_last_inspections_are_charged_before_the_acceptance() -> None:
    play = building()
    play.complete("segment-inspection", "passed", by="engineer", at="2026-12-17 10:00")
    play.complete("segment-inspection", "passed", by="engineer", at="2026-12-18 10:00")
    play.complete("drawing", "returned", by="engineer", at="2027-01-04 10:00", as_built_comments="Valve ties.")
    play.receive("as-builts-received", at="2027-01-08 10:00")
    play.complete("drawing", "complete", by="engineer", at="2027-01-08 11:00")
    assert play.open_tasks == ["last-charge"]
    play.complete("last-charge", "too-small", by="engineer", at="2027-01-11 10:00", inspection_cost="4300.00")
    assert play.data["due_amount"] == "300.00"
    play.pay("300.00", at="2027-01-14 10:00")
    play.complete("last-charge", "known", by="engineer", at="2027-01-15 10:00", inspection_cost="4300.00")
    assert play.state == "warranty-bond"


def test_the_board_accepts_on_a_day_that_has_been_and_not_by_who_recommended_it() -> None:
    play = built()
    play.complete(
        "warranty-bond", "given", by="engineer", at="2027-01-15 10:00", warranty_given="18600.00", surety="W-1"
    )
    play.complete("recommending", "recommend", by="engineer", at="2027-01-20 10:00")
    form = {"accepted_on": "2027-03-10", "resolution": "2027-06"}
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("board", "accepted", by="engineer", at="2027-03-11 10:00", **form)
    with pytest.raises(Refused):
        play.complete(
            "board", "accepted", by="supervisor", at="2027-03-11 10:00", accepted_on="2027-03-12", resolution="1"
        )


def test_a_defect_under_warranty_is_repaired_by_the_builder_or_by_the_district_and_the_surety() -> None:
    play = accepted()
    play.complete("refunding", "paid", by="finance", at="2027-03-15 10:00", reference="1070")
    play.receive("defect-found", at="2027-08-02 10:00")
    play.complete("describing", "described", by="engineer", at="2027-08-02 14:00", defect="A valve box has sunk.")
    assert play.data["repair_by"] == "2027-09-01"
    play.until("2027-09-02 07:30")
    assert play.task("by-district").priority == "high"
    play.complete("by-district", "done", by="engineer", at="2027-09-10 10:00")
    assert play.state == "standing"


def test_a_defect_does_not_swallow_a_refund_that_is_open() -> None:
    play = accepted()
    play.receive("defect-found", at="2027-03-12 10:00")
    play.complete("describing", "nothing", by="engineer", at="2027-03-12 14:00")
    assert play.state == "refunding"


def test_a_warranty_from_a_leap_day_ends_on_the_last_of_february() -> None:
    play = built()
    play.complete(
        "warranty-bond", "given", by="engineer", at="2027-01-15 10:00", warranty_given="18600.00", surety="W-1"
    )
    play.complete("recommending", "recommend", by="engineer", at="2027-01-20 10:00")
    play.complete(
        "board", "accepted", by="supervisor", at="2028-03-01 10:00", accepted_on="2028-02-29", resolution="2028-03"
    )
    assert play.data["warranty_until"] == "2029-02-28"


def test_a_study_of_twenty_business_days_counts_around_holidays() -> None:
    play = Project("line-extension", "2026-11-02 09:00", request="420 feet", parcel=INSIDE)
    # Veterans Day, Thanksgiving and the day after it are closed
    assert play.task("studying").due == on("2026-12-03 17:30")
