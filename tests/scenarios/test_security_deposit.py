"""Security deposits, dated: what is asked for, who has earned theirs back, and what a final bill takes of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from money_playing import MoneyPlay
from playing import machine

from store.engine import Store
from workflows.machine.errors import Refused

Opens = Callable[..., MoneyPlay]
BILLS = {"2025-11-03": "80.00", "2026-01-05": "90.00"}
PAID = {"2025-11-20": "80.00", "2026-01-20": "90.00"}


@pytest.fixture
def opens(sqlite_store: Store) -> Opens:
    """Opens a deposit on an account whose bills, $85.00 on the average, are paid."""

    def play(at: str = "2026-02-02 09:00", why: str = "broken-plan", **given: Any) -> MoneyPlay:
        return MoneyPlay(
            sqlite_store, at, case="security-deposit", bills=BILLS, payments=PAID, data={"why": why}, **given
        )

    return play


def held(play: MoneyPlay) -> MoneyPlay:
    """The deposit of $170.00 is paid in cash on 3 February 2026."""
    play.complete("asked", "paid", by="rep", at="2026-02-03 10:00", method="cash")
    return play


def test_the_deposit_is_twice_the_usual_bill_and_the_letter_shows_it(opens: Opens) -> None:
    play = opens()
    assert play.case.data["arithmetic"] == [
        "Your usual bill = $85.00",
        "2 times the usual bill = $170.00",
        "At least = $150.00",
        "Deposit = $170.00",
    ]
    assert play.letters == ["deposit-demand"]
    assert play.case.data["pay_by"] == "2026-02-17"


def test_a_new_customer_pays_a_fixed_sum(opens: Opens) -> None:
    play = opens(why="new-customer")
    assert (play.case.data["amount"], play.case.data["arithmetic"]) == ("100.00", ["Deposit = $100.00"])


def test_proof_of_rent_paid_promptly_serves_a_new_customer_and_not_one_who_broke_a_plan(opens: Opens) -> None:
    play = opens()
    with pytest.raises(Refused):
        play.complete("asked", "proof", by="rep", credit_proof="Twelve rent receipts.")


def test_a_new_customer_with_proof_of_rent_pays_no_deposit(opens: Opens) -> None:
    play = opens(why="new-customer")
    play.complete("asked", "proof", by="rep", credit_proof="Twelve rent receipts.")
    assert (play.case.outcome, play.fact("deposit_held")) == ("waived", "0.00")


def test_a_deposit_is_waived_with_a_reason_by_a_lead_or_a_supervisor_only(opens: Opens) -> None:
    play = opens()
    with pytest.raises(Refused):
        play.complete("asked", "waive", by="lead")
    play.complete("asked", "waive", by="lead", waiver="The plan was broken by our error.")
    assert play.case.outcome == "waived"
    task = machine("security-deposit").setting.plan.states["asked"].task
    assert task is not None
    assert task.spec.outcomes["waive"].roles == ("lead", "supervisor")


def test_a_deposit_is_held_apart_from_the_account(opens: Opens) -> None:
    play = held(opens())
    assert (play.fact("deposit_held"), play.fact("deposit_since"), play.balance) == ("170.00", "2026-02-03", 0)


def test_a_credit_serves_as_the_deposit_as_far_as_it_reaches(opens: Opens) -> None:
    play = opens()
    play.pay("170.00", "2026-02-03 09:00")
    play.complete("asked", "paid", by="rep", at="2026-02-03 10:00", method="credit")
    assert (play.fact("deposit_held"), play.balance) == ("170.00", 0)


def test_a_deposit_that_is_never_paid_closes_after_sixty_days(opens: Opens) -> None:
    play = opens()
    play.until("2026-04-03 07:30")
    assert (play.case.outcome, play.balance) == ("not-paid", 0)


def earned(play: MoneyPlay) -> MoneyPlay:
    """Twelve months later, at the monthly look of March 2027, every bill having been paid in time."""
    held(play)
    for month in range(3, 13, 2):
        play.bill("85.00", f"2026-{month:02}-05")
        play.pay("85.00", f"2026-{month:02}-20 10:00")
    play.until("2027-02-03 07:30")
    return play


def test_after_twelve_months_without_a_late_payment_it_stands_on_the_monthly_list(opens: Opens) -> None:
    play = earned(opens())
    assert play.state == "earned"
    assert play.case.data["because"] == "Twelve months without a late payment"


def test_one_late_payment_begins_the_twelve_months_anew(opens: Opens) -> None:
    play = held(opens())
    play.bill("85.00", "2026-03-05")  # due on the 30th
    play.pay("85.00", "2026-03-31 10:00")
    play.until("2027-03-03 12:00")
    assert play.state == "holding"
    play.until("2027-04-03 12:00")
    assert play.state == "earned"


def test_a_lead_releases_the_list_and_the_deposit_is_refunded_by_the_ordinary_way(opens: Opens) -> None:
    play = earned(opens())
    play.release("lead")
    assert play.state == "giving-back"
    refund = play.child("refund")
    assert (refund.data["kind"], refund.data["amount"]) == ("deposit", "170.00")
    play.complete("reviewing", "propose", by="finance", at="2027-02-04 10:00", amount="170.00")
    play.complete("approve", "approve", by="supervisor", at="2027-02-04 11:00")
    assert play.letters[-1] == "deposit-refund"
    assert play.issue_checks("2027-02-16 10:00") == [("1001", "170.00")]
    play.hear("check-cashed", "2027-02-25 10:00", check="1001")
    assert (play.case.outcome, play.fact("deposit_held")) == ("returned", "0.00")


def test_a_refused_refund_leaves_the_deposit_where_it_is(opens: Opens) -> None:
    play = earned(opens())
    play.release("lead")
    play.complete("reviewing", "refuse", by="finance", at="2027-02-04 10:00", refusal="A check came back.")
    assert (play.state, play.fact("deposit_held")) == ("holding", "170.00")


def test_a_final_bill_takes_its_part_and_the_rest_is_refunded(opens: Opens) -> None:
    play = held(opens())
    play.until("2026-05-04 08:00")
    play.bill("46.20", "2026-05-04")
    play.close_account("2026-05-04")
    play.receive("account-closed", at="2026-05-05 09:00")
    assert (play.case.data["applied"], play.balance) == ("46.20", 0)
    assert play.child("refund").data["amount"] == "123.80"


def test_a_final_bill_above_the_deposit_takes_all_of_it(opens: Opens) -> None:
    play = held(opens())
    play.until("2026-05-04 08:00")
    play.bill("200.00", "2026-05-04")
    play.close_account("2026-05-04")
    play.until("2026-06-03 07:30")  # the monthly look sees that the account is closed
    assert (play.case.outcome, play.case.data["applied"], play.balance) == ("used", "170.00", Decimal("30.00"))


def test_a_deposit_that_a_bankruptcy_has_used_is_not_given_back(opens: Opens) -> None:
    play = held(opens())
    play.bill("200.00", "2026-02-10")
    play.use_deposit("170.00", "2026-03-01 10:00")
    play.until("2026-03-03 07:30")
    assert play.case.outcome == "used"
