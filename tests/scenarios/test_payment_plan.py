"""The payment plan, dated: what is proposed, who agrees, and what happens on the day that something is not paid."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from money_playing import MoneyPlay

from store.engine import Store
from workflows.machine.errors import NotAllowed, Refused

MONDAY = "2026-03-02 09:00"
Opens = Callable[..., MoneyPlay]


@pytest.fixture
def opens(sqlite_store: Store) -> Opens:
    """Opens a plan on an account that owes $250.00 since November and has a bill of $84.10 that is due on 20 March."""

    def play(at: str = MONDAY, **given: Any) -> MoneyPlay:
        bills = given.pop("bills", {"2025-10-20": "250.00", "2026-02-23": "84.10"})
        return MoneyPlay(sqlite_store, at, case="payment-plan", bills=bills, **given)

    return play


def proposed(play: MoneyPlay, **terms: Any) -> MoneyPlay:
    """The plan as the customer and the representative have worked it out."""
    form = {"amount": "250.00", "first_due": "2026-03-31"} | (terms or {"parts": 6})
    play.complete("proposing", "propose", by="rep", **form)
    return play


def agreed(play: MoneyPlay, **terms: Any) -> MoneyPlay:
    """A plan in six parts from 31 March, accepted and approved on 2 March, signed on the 4th."""
    proposed(play, **terms)
    play.complete("discussing", "accepted", by="rep", at="2026-03-02 10:00")
    play.complete("approve", "approve", by="lead", at="2026-03-02 11:00")
    play.complete("signing", "signed", by="rep", at="2026-03-04 10:00", agreement="f-1", signed="2026-03-04")
    return play


def test_the_debt_is_proposed_without_the_bill_that_is_not_past_due_yet(opens: Opens) -> None:
    play = opens()
    assert play.case.data["amount"] == "250.00"
    assert (play.case.data["current"], play.case.data["current_due"]) == ("84.10", "2026-03-20")


def test_equal_parts_fall_on_month_ends_and_business_days_and_the_last_takes_the_cents(opens: Opens) -> None:
    play = proposed(opens())
    assert play.case.data["instalments"] == [
        # Cesar Chavez Day: the office is open, and the payment is due
        "Instalment 1, due March 31, 2026 = $41.66",
        "Instalment 2, due April 30, 2026 = $41.66",
        "Instalment 3, due June 1, 2026 = $41.66",  # 31 May is a Sunday
        "Instalment 4, due June 30, 2026 = $41.66",
        "Instalment 5, due July 31, 2026 = $41.66",
        "Instalment 6, due August 31, 2026 = $41.70",
        "All instalments together = $250.00",
    ]
    assert play.case.data["months"] == 6


def test_a_customer_may_say_what_they_can_pay_each_month(opens: Opens) -> None:
    play = proposed(opens(), monthly="60.00")
    assert [line.rpartition(" = ")[2] for line in play.case.data["instalments"]] == [
        *["$60.00"] * 4,
        "$10.00",
        "$250.00",
    ]
    assert play.case.data["months"] == 5


def test_a_small_plan_is_agreed_by_whoever_proposes_it(opens: Opens) -> None:
    play = proposed(opens(), parts=3)
    play.complete("discussing", "accepted", by="rep", at="2026-03-02 10:00")
    assert play.state == "signing"
    assert (play.letters, play.holds) == (["plan-agreement"], ["payment-plan"])


def test_a_longer_plan_is_approved_by_a_lead_and_not_by_whoever_proposed_it(opens: Opens) -> None:
    play = proposed(opens())
    play.complete("discussing", "accepted", by="lead", at="2026-03-02 10:00")
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("approve", "approve", by="lead", at="2026-03-02 11:00")
    play.complete("approve", "raise", by="supervisor", at="2026-03-02 11:00")
    play.complete("approve-by-supervisor", "approve", by="supervisor", at="2026-03-02 12:00")
    assert play.state == "signing"


def test_a_plan_above_the_limit_of_a_lead_is_refused_to_a_lead(opens: Opens) -> None:
    play = opens(bills={"2025-10-20": "1600.00"})
    play.complete("proposing", "propose", by="rep", amount="1600.00", parts=4, first_due="2026-03-31")
    play.complete("discussing", "accepted", by="rep", at="2026-03-02 10:00")
    assert play.task("approve-by-supervisor").queue == "supervisors"


def test_more_than_twelve_months_needs_a_reason_and_the_review_manager(opens: Opens) -> None:
    play = proposed(opens(), parts=18)
    assert play.state == "too-long"
    with pytest.raises(Refused):
        play.complete("too-long", "hardship", by="rep")
    play.complete("too-long", "hardship", by="rep", hardship="The household has one income of disability benefits.")
    play.complete("discussing", "accepted", by="rep", at="2026-03-02 10:00")
    assert play.task("approve-by-review-manager").queue == "review-managers"
    play.complete(
        "approve-by-review-manager", "refuse", by="review", at="2026-03-03 10:00", refusal="Twelve parts can be paid."
    )
    assert play.case.outcome == "refused"
    assert (play.letters, play.holds) == (["plan-refused"], [])


def test_other_terms_begin_anew_with_what_is_owed_then(opens: Opens) -> None:
    play = proposed(opens())
    play.pay("100.00", "2026-03-03 10:00")
    assert play.state == "proposing"
    assert play.case.data["amount"] == "150.00"
    assert play.case.data["parts"] is None


def test_an_agreement_that_is_not_signed_in_fifteen_days_lets_the_hold_go(opens: Opens) -> None:
    play = proposed(opens(), parts=3)
    play.complete("discussing", "accepted", by="rep", at="2026-03-02 10:00")
    play.until("2026-03-17 23:00")
    assert (play.state, play.holds) == ("signing", ["payment-plan"])
    play.until("2026-03-18 07:30")
    assert (play.case.outcome, play.holds) == ("declined", [])
    assert play.fact("plan_balance") is None


def test_what_is_paid_before_the_signature_counts_for_the_plan(opens: Opens) -> None:
    play = proposed(opens(), parts=3)
    play.complete("discussing", "accepted", by="rep", at="2026-03-02 10:00")
    play.pay("84.10", "2026-03-03 10:00")
    play.pay("83.33", "2026-03-03 11:00")
    play.complete("signing", "signed", by="rep", at="2026-03-04 10:00", agreement="f-1", signed="2026-03-04")
    assert (play.case.data["left"], play.case.data["next_due"]) == ("166.67", "2026-04-30")


def test_each_instalment_is_reminded_of_once_five_days_before(opens: Opens) -> None:
    play = agreed(opens())
    play.pay("84.10", "2026-03-19 10:00")
    play.until("2026-03-26 07:29")
    assert play.letters == ["plan-agreement"]
    play.until("2026-03-30 12:00")
    assert play.letters == ["plan-agreement", "plan-kept-reminder"]
    play.pay("41.66", "2026-03-30 12:00")
    play.until("2026-04-24 12:00")
    assert play.letters == ["plan-agreement", "plan-kept-reminder"]
    play.until("2026-04-25 12:00")
    assert play.letters == ["plan-agreement", "plan-kept-reminder", "plan-kept-reminder"]


def test_a_plan_that_is_kept_to_the_end_says_so_to_the_account_and_lets_the_hold_go(opens: Opens) -> None:
    play = agreed(opens())
    play.pay("84.10", "2026-03-19 10:00")
    for day in ("2026-03-31", "2026-04-30", "2026-06-01", "2026-06-30", "2026-07-31"):
        play.pay("41.66", f"{day} 16:00")
        assert play.state == "waiting"
    play.pay("41.70", "2026-08-31 16:00")
    assert play.case.outcome == "kept"
    assert (play.letters[-1], play.holds, play.balance) == ("plan-completed", [], 0)
    assert "plan-missed" not in play.letters
    assert play.sent == [("plan-kept", {})]


def test_a_plan_that_is_paid_at_once_ends_at_once(opens: Opens) -> None:
    play = agreed(opens())
    play.pay("334.10", "2026-03-10 10:00")
    assert play.case.outcome == "kept"


def test_a_missed_instalment_is_written_about_on_the_next_day_with_what_would_keep_the_plan(opens: Opens) -> None:
    play = agreed(opens())
    play.pay("84.10", "2026-03-19 10:00")
    play.until("2026-04-01 07:30")
    assert play.state == "behind"
    assert play.letters[-1] == "plan-missed"
    assert (play.case.data["next_amount"], play.case.data["missed_since"]) == ("41.66", "2026-04-01")
    assert play.case.data["pay_by"] == "2026-04-13"  # ten days end on a Saturday
    play.complete("behind", "told", by="rep", at="2026-04-02 10:00")
    play.pay("41.66", "2026-04-10 10:00")
    assert (play.state, play.holds) == ("waiting", ["payment-plan"])


def test_a_part_of_what_is_missing_does_not_begin_the_sixty_days_anew(opens: Opens) -> None:
    play = agreed(opens())
    play.pay("84.10", "2026-03-19 10:00")
    play.until("2026-04-01 07:30")
    play.pay("20.00", "2026-04-20 10:00")
    assert play.state == "behind"
    assert play.letters.count("plan-missed") == 1
    assert play.fact("plan_broken_since") == "2026-04-01"
    play.until("2026-05-31 09:00")
    assert play.state == "posting"


def test_a_current_bill_that_is_missed_beside_a_kept_plan_is_noticed_within_a_week(opens: Opens) -> None:
    play = agreed(opens())
    play.until("2026-03-28 09:00")
    assert (play.state, play.case.data["missed_since"]) == ("behind", "2026-03-21")
    assert play.case.data["next_amount"] == "84.10"


def broken(play: MoneyPlay) -> MoneyPlay:
    """A plan of which the first instalment was never paid; the final notice was posted on 1 June."""
    agreed(play)
    play.pay("84.10", "2026-03-19 10:00")
    play.until("2026-05-31 07:29")
    assert play.state == "behind"
    play.until("2026-05-31 07:30")  # sixty full days since 1 April, the daylight-saving days among them
    assert (play.state, play.letters[-1]) == ("posting", "plan-final-notice")
    play.complete("posting", "posted", by="crew", at="2026-06-01 15:00")
    return play


def test_a_plan_behind_for_sixty_days_is_broken_five_business_days_after_the_posted_notice(opens: Opens) -> None:
    play = broken(opens())
    play.until("2026-06-08 07:29")
    assert (play.state, play.holds) == ("posted", ["payment-plan"])
    play.until("2026-06-08 07:30")
    assert (play.case.outcome, play.holds) == ("broken", [])
    assert play.sent == [("plan-broken", {"since": "2026-04-01", "posted": "2026-06-01"})]
    assert play.fact("plan_broken_since") == "2026-04-01"  # collection counts its own sixty days from it


def test_curing_the_oldest_instalment_keeps_the_plan_until_the_last_day(opens: Opens) -> None:
    play = broken(opens())
    assert play.case.data["next_amount"] == "83.32"
    play.pay("41.65", "2026-06-05 16:00")
    assert play.state == "posted"  # a cent is missing
    assert play.case.data["next_amount"] == "83.33"  # the instalment of 1 June has come to it
    play.pay("0.01", "2026-06-05 16:30")
    # The second is behind since 1 May: that is not sixty days yet, and has days of its own.
    assert (play.state, play.case.data["missed_since"], play.holds) == ("behind", "2026-05-01", ["payment-plan"])
    assert play.letters[-1] == "plan-missed"


def test_the_five_business_days_leave_juneteenth_and_the_weekend_out(opens: Opens) -> None:
    play = agreed(opens(), parts=6, first_due="2026-04-15")
    play.pay("84.10", "2026-03-19 10:00")
    play.until("2026-06-15 09:00")
    play.complete("posting", "posted", by="crew", at="2026-06-16 15:00")
    play.until("2026-06-24 07:29")
    assert play.state == "posted"
    play.until("2026-06-24 07:30")
    assert play.case.outcome == "broken"


def test_a_payment_that_comes_back_puts_the_plan_behind_again(opens: Opens) -> None:
    play = agreed(opens())
    play.pay("84.10", "2026-03-19 10:00")
    payment = play.pay("41.66", "2026-03-31 10:00")
    assert play.state == "waiting"
    play.bounce(payment, "2026-04-03 10:00")
    assert (play.state, play.case.data["missed_since"]) == ("behind", "2026-04-01")


def test_terms_are_changed_once(opens: Opens) -> None:
    play = agreed(opens())
    play.pay("84.10", "2026-03-19 10:00")
    play.until("2026-04-01 09:00")
    play.complete("behind", "other-terms", by="rep", at="2026-04-02 10:00")
    play.complete("proposing", "propose", by="rep", amount="250.00", monthly="30.00", first_due="2026-04-15")
    assert play.holds == ["payment-plan"]
    play.complete("discussing", "accepted", by="rep", at="2026-04-02 11:00")
    play.complete("approve-by-supervisor", "approve", by="supervisor", at="2026-04-02 12:00")
    play.complete("signing", "signed", by="rep", at="2026-04-03 10:00", agreement="f-2", signed="2026-04-03")
    assert (play.state, play.case.data["next_due"]) == ("waiting", "2026-04-15")
    play.until("2026-04-16 09:00")
    with pytest.raises(Refused):
        play.complete("behind", "other-terms", by="rep", at="2026-04-16 10:00")


def test_no_new_terms_leave_those_that_were_agreed(opens: Opens) -> None:
    play = agreed(opens())
    play.pay("84.10", "2026-03-19 10:00")
    play.until("2026-04-01 09:00")
    play.complete("behind", "other-terms", by="rep", at="2026-04-02 10:00")
    play.complete("proposing", "no-plan", by="rep", at="2026-04-02 11:00")
    assert (play.state, play.holds) == ("behind", ["payment-plan"])


def test_a_customer_who_gives_the_plan_up_is_collected_as_before(opens: Opens) -> None:
    play = agreed(opens())
    play.receive("customer-withdrew", at="2026-03-10 10:00")
    assert (play.case.outcome, play.holds) == ("declined", [])
    assert play.fact("delinquent_since") == "2025-11-15"


@pytest.mark.parametrize("terms", [{"parts": 7}, {"monthly": "37.77"}])
def test_every_figure_of_the_agreement_can_be_recomputed_from_the_case(opens: Opens, terms: dict[str, Any]) -> None:
    play = proposed(opens(), **terms)
    figures = [line.rpartition(" = ")[2].removeprefix("$") for line in play.case.data["instalments"]]
    assert sum(Decimal(each) for each in figures[:-1]) == Decimal(figures[-1]) == Decimal(play.case.data["amount"])
