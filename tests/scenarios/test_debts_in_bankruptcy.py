"""Liens, the tax roll, the agency, demands and plans under a petition, dated: what was valid before it stays, all else goes."""

from __future__ import annotations

import pytest
from petitions import Bankruptcy
from playing import machine

OWED = {"past_due": "240.00", "delinquent_since": "2025-11-01", "balance": "240.00"}
PETITION = {"chapter": "7", "petition_date": "2026-03-10"}


def charged(means: str, on: str) -> Bankruptcy:
    """A parcel that was charged on a day, by a lien or on the tax roll."""
    play = Bankruptcy("2026-01-20 09:00", "lien", **OWED)
    form = {"means": means, "owner_asked": True, "sold_since": False}
    play.complete("test-parcel", "goes", by="finance", at="2026-01-21 09:00", **form)
    play.receive("letter-mailed", at="2026-01-22 10:00", template="lien-notice", mailed="2026-01-22")
    play.until("2026-02-09 09:00")
    way = "to-roll" if means == "tax-roll" else "to-record"
    heard = {"hearing": "2026-02-17", "resolution": "2026-09"}
    play.complete("lien-hearing", way, by="review", at="2026-02-18 09:00", **heard)
    if means == "tax-roll":
        play.complete("list-parcel", "listed", by="finance", at=f"{on} 09:00")
    else:
        play.complete("record-lien", "recorded", by="finance", at=f"{on} 09:00", recorded="2026-004711")
    return play


def test_a_lien_that_is_under_way_ends_with_the_petition() -> None:
    play = Bankruptcy("2026-03-12 09:00", "lien", **OWED)
    play.receive("debtor-in-bankruptcy", at="2026-03-16 10:00", **PETITION)
    assert play.case.outcome == "not-used"


@pytest.mark.parametrize(("means", "state"), [("lien", "recorded"), ("tax-roll", "listed")])
def test_what_was_charged_to_the_parcel_before_the_petition_stays(means: str, state: str) -> None:
    play = charged(means, "2026-03-09")
    play.receive("debtor-in-bankruptcy", at="2026-03-16 10:00", **PETITION)
    assert play.rests(state)
    play.receive("called-off", at="2026-03-16 10:01")  # its collection has gone to rest
    assert play.rests(state)


@pytest.mark.parametrize("means", ["lien", "tax-roll"])
def test_what_was_charged_to_the_parcel_after_the_petition_is_taken_back(means: str) -> None:
    play = charged(means, "2026-03-11")
    play.receive("debtor-in-bankruptcy", at="2026-03-16 10:00", **PETITION)
    assert play.task("take-back-lien").priority == "urgent"
    play.receive("called-off", at="2026-03-16 10:01")
    play.complete("take-back-lien", "taken-back", by="finance", at="2026-03-17 09:00")
    assert play.case.outcome == "not-used"


def test_an_agency_is_recalled_also_when_its_collection_goes_to_rest_first() -> None:
    play = Bankruptcy("2026-02-02 09:00", "agency-referral", **OWED)
    play.complete("check-referral", "warn", by="finance", at="2026-02-03 09:00")
    play.until("2026-02-16 09:00")
    play.complete("approve-referral", "place", by="supervisor", at="2026-02-17 09:00")
    play.receive("called-off", at="2026-03-16 09:00")
    play.receive("called-off", at="2026-03-16 09:01")
    assert play.tasks == {"recall-from-agency"}
    play.complete("recall-from-agency", "recalled", by="finance", at="2026-03-16 10:00", recalled_because="bankruptcy")
    assert play.case.outcome == "recalled"


def test_a_final_demand_ends_and_a_statement_for_escrow_goes_on() -> None:
    final = Bankruptcy("2026-03-16 09:00", "demand", data={"kind": "final"}, **OWED)
    final.receive("debtor-in-bankruptcy", at="2026-03-16 10:00", **PETITION)
    assert final.case.outcome == "withdrawn"
    payoff = Bankruptcy("2026-03-16 09:00", "demand", data={"kind": "payoff"}, **OWED)
    assert "take-down-demand" in payoff.tasks


PAYMENT = {"id": "pay-1", "account": "10-004217", "received": "2026-03-02", "amount": "80.00"}
RETURNED = {"payment": PAYMENT, "returned": "2026-03-16", "reason": "insufficient-funds", "method": "check"}


def test_a_check_that_comes_back_after_the_petition_costs_nothing_and_is_not_demanded() -> None:
    data = {name: value for name, value in RETURNED.items() if name in machine("returned-payment").definition.data}
    held = Bankruptcy("2026-03-16 11:00", "returned-payment", data=data, holds=["bankruptcy"], returned_unpaid="80.00")
    assert (held.case.outcome, held.ran("charge-fee"), held.letters) == ("left", [], [])


def test_a_plan_for_the_old_debt_ends_with_the_petition() -> None:
    play = Bankruptcy("2026-03-02 09:00", "payment-plan", bill_due="2026-04-01", **OWED)
    play.receive("debtor-in-bankruptcy", at="2026-03-16 10:00", **PETITION)
    assert (play.case.outcome, play.letters) == ("declined", [])


def test_a_deposit_that_was_asked_for_before_gives_way_to_adequate_assurance() -> None:
    play = Bankruptcy("2026-03-02 09:00", "security-deposit", data={"why": "late-payments"}, usual_bill="100.00")
    play.receive("debtor-in-bankruptcy", at="2026-03-16 10:00", **PETITION)
    assert play.case.outcome == "not-paid"


def test_what_waits_for_the_printer_is_recalled_by_the_notice_and_written_again_if_it_was_somebody_else() -> None:
    lien = Bankruptcy("2026-03-02 09:00", "lien", **OWED)
    form = {"means": "lien", "owner_asked": True, "sold_since": False}
    lien.complete("test-parcel", "goes", by="finance", at="2026-03-16 08:00", **form)
    deposit = Bankruptcy("2026-03-16 08:00", "security-deposit", data={"why": "late-payments"}, usual_bill="100.00")
    returned = Bankruptcy(
        "2026-03-16 08:00",
        "returned-payment",
        data={name: value for name, value in RETURNED.items() if name in machine("returned-payment").definition.data},
        returned_unpaid="80.00",
        returned_payments=0,
        returned_payments_12_months=0,
    )
    for play, letter in ((lien, "lien-notice"), (deposit, "deposit-demand"), (returned, "nsf-notice")):
        assert play.letters == [letter]
        play.hold("bankruptcy", at="2026-03-16 09:00")
        assert len(play.ran("recall-letters")) == 1
        play.hold(at="2026-03-17 09:00")
        assert play.letters == [letter, letter]


def test_a_final_demand_in_the_batch_is_recalled_and_a_warning_before_the_agency_too() -> None:
    demand = Bankruptcy("2026-03-16 08:00", "demand", data={"kind": "final"}, **OWED)
    warned = Bankruptcy("2026-03-13 08:00", "agency-referral", **OWED)
    warned.complete("check-referral", "warn", by="finance", at="2026-03-16 08:30")
    for play in (demand, warned):
        play.hold("bankruptcy", at="2026-03-16 09:00")
        assert len(play.ran("recall-letters")) == 1
    assert warned.case.outcome == "not-placed"
