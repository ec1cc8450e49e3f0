"""The cases around a collection, dated: appeals, more time, certificates, tenants, returned mail, demands, agency, parcel."""

from __future__ import annotations

from typing import Any

import pytest
from playing import Play

from workflows.machine.errors import NotAllowed, Refused
from workflows.machine.events import HoldsChanged

MONDAY = "2026-03-09 09:00"


def case(name: str, *, opened: str = MONDAY, data: dict[str, Any] | None = None, **facts: Any) -> Play:
    return Play(opened, case=name, data={"bill": None} | (data or {}), **facts)


def held(play: Play, *holds: str) -> None:
    """The account's holds are these from now on."""
    play._fire(play._first, HoldsChanged(holds=dict.fromkeys(holds, play.now.isoformat()), version=1))


# -- an appeal


def test_an_appeal_holds_the_account_from_its_first_minute_until_the_boards_time_is_over() -> None:
    play = case("shut-off-appeal")
    assert play.holds == ["appeal"]
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("decide-shut-off-appeal", "deny", by="rep", at="2026-03-10 09:00", decision="It was read right.")
    play.complete("decide-shut-off-appeal", "deny", by="review", at="2026-03-10 09:00", decision="It was read right.")
    assert (play.holds, play.letters) == (["appeal"], ["shut-off-appeal-answer"])
    play.until("2026-03-20 23:00")  # ten days: the last of them, too, is the customer's
    assert play.holds == ["appeal"]
    play.until("2026-03-21 07:30")
    assert (play.case.outcome, play.holds) == ("denied", [])


def test_a_last_day_for_the_board_on_a_closed_day_is_the_next_on_which_somebody_is_there() -> None:
    play = case("shut-off-appeal")
    play.complete("decide-shut-off-appeal", "deny", by="review", at="2026-03-11 09:00", decision="It was read right.")
    play.receive("board-appealed", "2026-03-23 16:00")  # ten days end on Saturday the 21st
    assert (play.state, play.holds) == ("before-the-board", ["appeal"])


def test_an_appeal_that_goes_to_the_board_keeps_its_hold() -> None:
    play = case("shut-off-appeal")
    play.complete("decide-shut-off-appeal", "deny", by="review", at="2026-03-10 09:00", decision="It was read right.")
    play.receive("board-appealed", "2026-03-16 09:00")
    play.until("2026-06-01 09:00")
    assert play.holds == ["appeal"]
    play.complete(
        "board", "deny", by="review", at="2026-06-02 09:00", hearing="2026-06-01", board_decision="It stands."
    )
    assert play.holds == []


# -- more time


def test_an_extension_bars_the_shut_off_until_its_last_day_is_over() -> None:
    play = case("extension", past_due="120.00")
    play.complete("decide-extension", "grant", by="rep", at="2026-03-10 09:00", until="2026-03-31")
    assert (play.holds, play.letters) == (["extension"], ["more-time-answer"])
    play.until("2026-03-31 23:59")
    assert play.holds == ["extension"]
    play.until("2026-04-01 07:30")
    assert (play.case.outcome, play.holds) == ("over", [])


def test_more_than_thirty_days_are_given_only_by_a_lead() -> None:
    play = case("extension", past_due="120.00")
    with pytest.raises(Refused):
        play.complete("decide-extension", "grant", by="rep", at="2026-03-10 09:00", until="2026-04-30")
    play.complete(
        "decide-extension", "grant-longer", by="lead", at="2026-03-10 09:10", until="2026-04-30", decision="A new job."
    )
    assert play.state == "running"


@pytest.mark.parametrize(("mailed", "state"), [("2026-02-23", "reviewing"), ("2026-02-20", "refused")])
def test_a_request_within_thirteen_days_of_the_notice_is_refused_only_by_a_review_manager(
    mailed: str, state: str
) -> None:
    play = case("extension", past_due="120.00", final_notice_mailed=mailed)
    play.complete("decide-extension", "refuse", by="rep", at="2026-03-09 10:00", decision="Twice this year already.")
    assert play.state == state
    assert play.holds == (["extension"] if state == "reviewing" else [])


@pytest.mark.parametrize(("asked", "state"), [("2026-04-01 09:00", "reviewing"), ("2026-04-02 09:00", "refused")])
def test_the_thirteen_days_that_end_on_a_legal_holiday_last_to_the_next_day(asked: str, state: str) -> None:
    # from Wednesday 18 March they end on Cesar Chavez Day, on which the office works
    play = Play(asked, case="extension", data={"bill": None}, past_due="120.00", final_notice_mailed="2026-03-18")
    play.complete("decide-extension", "refuse", by="rep", decision="Twice this year already.")
    assert play.state == state


# -- a certificate


def test_a_certificate_stands_only_when_all_three_hold() -> None:
    play = case("medical-certificate")
    assert play.holds == ["medical"]
    whole = {"provider_certifies": True, "cannot_pay": True, "willing": True, "expires": "2026-06-30"}
    for part in ("provider_certifies", "cannot_pay", "willing"):
        with pytest.raises(Refused):
            play.complete("medical", "stands", by="review", at="2026-03-09 10:00", **(whole | {part: False}))
    play.complete("medical", "stands", by="review", at="2026-03-09 10:00", **whole)
    play.complete(
        "medical-offer", "offered", by="review", at="2026-03-10 10:00", offer="amortization", terms="Twelve months."
    )
    play.complete("medical-reply", "accepted", by="rep", at="2026-03-12 10:00")
    play.until("2026-06-16 07:30")
    assert play.letters == ["medical-answer", "medical-answer"]  # the offer, and the reminder to renew it
    play.until("2026-06-30 23:59")
    assert play.holds == ["medical"]
    play.until("2026-07-01 07:30")
    assert play.holds == []


def test_who_is_told_what_is_missing_has_ten_days_under_the_hold() -> None:
    play = case("medical-certificate")
    parts = {"provider_certifies": False, "cannot_pay": True, "willing": True}
    play.complete(
        "medical", "incomplete", by="review", at="2026-03-09 10:00", missing="The doctor's signature.", **parts
    )
    play.until("2026-03-19 23:00")
    assert play.holds == ["medical"]
    play.until("2026-03-20 07:30")
    assert play.holds == []


# -- a landlord's tenant


def test_only_of_a_detached_house_may_the_landlord_be_shown() -> None:
    form = {"terms_accepted": True, "separately": True}
    flat = case("occupant-service")
    flat.complete("occupant", "accepted", by="rep", at="2026-03-09 10:00", dwelling="other", **form)
    flat.complete("open-occupant-account", "opened", by="lead", at="2026-03-09 15:00", new_account="20-000042")
    assert (flat.case.outcome, flat.holds) == ("served", [])
    house = case("occupant-service")
    with pytest.raises(Refused):
        house.complete("occupant", "accepted", by="rep", at="2026-03-09 10:00", dwelling="detached", **form)
    house.complete("occupant", "more", by="rep", at="2026-03-09 10:00", dwelling="detached", **form)
    house.until("2026-03-24 23:00")
    assert house.holds == ["extension"]
    house.until("2026-03-25 07:30")
    assert (house.case.outcome, house.holds) == ("refused", [])


# -- returned mail


def test_a_corrected_address_is_told_to_the_accounts_other_cases() -> None:
    play = case("returned-mail", account_status="active")
    assert play.holds == ["returned-mail"]
    play.complete("look-for-address", "corrected", by="rep", at="2026-03-09 11:00")
    assert (play.case.outcome, play.holds) == ("corrected", [])


def test_where_nobody_knows_the_address_a_crew_visits_and_ten_business_days_are_waited() -> None:
    play = case("returned-mail", account_status="active", opened="2026-11-16 09:00")
    play.complete("look-for-address", "not-found", by="rep", at="2026-11-16 11:00", tried="Telephone and e-mail.")
    play.complete("visiting", "left", by="crew", at="2026-11-17 11:00")
    play.until("2026-12-03 07:29")  # Thanksgiving and the day after it are closed
    assert play.state == "waiting"
    play.until("2026-12-03 07:30")
    assert play.case.outcome == "unknown-address"
    assert play.holds == ["returned-mail"]


# -- a demand


def test_a_payoff_statement_shows_the_days_since_the_last_bill_and_what_each_further_day_adds() -> None:
    play = case("demand", data={"kind": "payoff"}, balance="168.40", opened="2026-09-14 09:00")
    play.complete("take-down-demand", "estimated", by="rep", at="2026-09-14 10:00", closing="2026-09-30")
    assert play.case.data["arithmetic"] == [
        "Balance = $168.40",
        "37 days since the last bill, at $3.28 a day = $121.36",
        "To pay = $289.76",
    ]
    assert (play.case.data["amount"], play.case.data["per_day"]) == ("289.76", "3.28")
    play.until("2026-09-30 07:30")
    assert play.case.outcome == "lapsed"


def test_a_final_demand_is_not_written_to_a_debtor_in_bankruptcy() -> None:
    play = case("demand", data={"kind": "payoff"}, balance="168.40", opened="2026-09-14 09:00")
    held(play, "bankruptcy")
    play.complete("take-down-demand", "estimated", by="rep", at="2026-09-14 10:00", closing="2026-09-30")
    assert play.letters == ["payoff-statement"]  # it states, and asks for nothing


# -- the agency, and the parcel


def test_what_a_petition_stays_is_recalled_from_the_agency_the_same_day() -> None:
    play = case("agency-referral", past_due="199.00", balance="199.00")
    play.complete("check-referral", "warn", by="finance", at="2026-03-09 10:00")
    play.until("2026-03-20 07:30")
    play.complete("approve-referral", "place", by="supervisor", at="2026-03-20 10:00")
    assert play.case.data["placed_on"] == "2026-03-20"
    held(play, "bankruptcy")
    assert play.task("recall-from-agency").priority == "urgent"


def test_nothing_is_placed_with_the_agency_once_a_petition_stays_it() -> None:
    play = case("agency-referral", past_due="199.00", balance="199.00")
    held(play, "bankruptcy")
    assert play.case.outcome == "not-placed"
    assert play.letters == []


def test_a_parcel_is_charged_only_for_what_is_sixty_days_old_and_its_owner_asked_for() -> None:
    form = {"means": "tax-roll", "owner_asked": True, "sold_since": False}
    young = case("lien", past_due="199.00", delinquent_since="2026-05-03", opened="2026-07-01 09:00")
    with pytest.raises(Refused):
        young.complete("test-parcel", "goes", by="finance", at="2026-07-01 10:00", **form)
    old = case("lien", past_due="199.00", delinquent_since="2026-05-02", opened="2026-07-01 09:00")
    with pytest.raises(Refused):
        old.complete("test-parcel", "goes", by="finance", at="2026-07-01 10:00", **(form | {"sold_since": True}))
    old.complete("test-parcel", "goes", by="finance", at="2026-07-01 10:00", **form)
    old.receive("letter-mailed", "2026-07-02 10:00", template="lien-notice", mailed="2026-07-02", languages="en")
    old.until("2026-07-17 07:30")
    assert old.task("lien-hearing").queue == "review-managers"
