"""Refunds, dated: who approves, with which run of checks they go out, and what becomes of a check that nobody cashes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from money_playing import MoneyPlay

from store.engine import Store
from store.ledger import held_usd
from workflows.machine.errors import NotAllowed, Refused

OPENED = "2026-03-03 09:00"
Opens = Callable[..., MoneyPlay]


@pytest.fixture
def opens(sqlite_store: Store) -> Opens:
    """Opens a refund on an account with a credit of $62.15, or another one."""

    def play(at: str = OPENED, credit: str = "62.15", **data: Any) -> MoneyPlay:
        return MoneyPlay(
            sqlite_store, at, case="refund", bills={"2025-10-20": "84.10"}, payments=paid_with(credit), data=data
        )

    return play


def paid_with(credit: str) -> dict[str, str]:
    return {"2025-11-10": str(Decimal("84.10") + Decimal(credit))}


def payable(play: MoneyPlay) -> MoneyPlay:
    """The whole credit, proposed by finance and approved by a supervisor on 3 March."""
    play.complete("reviewing", "propose", by="finance", at="2026-03-03 10:00", amount=play.case.data["amount"])
    play.complete("approve", "approve", by="supervisor", at="2026-03-03 11:00")
    return play


def issued(play: MoneyPlay) -> MoneyPlay:
    """The check 1001 of 16 March: the fifteenth is a Sunday."""
    payable(play)
    play.issue_checks("2026-03-16 10:00")
    return play


def test_what_there_is_is_filled_in(opens: Opens) -> None:
    play = opens()
    assert (play.case.data["kind"], play.case.data["amount"], play.case.data["available"]) == (
        "credit",
        "62.15",
        "62.15",
    )


def test_a_refund_goes_out_with_the_next_run_and_the_letter_says_its_day(opens: Opens) -> None:
    play = payable(opens())
    assert play.case.data["issue_on"] == "2026-03-16"
    assert play.letters == ["refund"]
    assert play.case.data["arithmetic"] == ["Credit of the account = $62.15", "Refund = $62.15"]
    assert play.balance == 0
    assert play.issue_checks("2026-03-13 10:00") == []  # not before its day
    assert play.issue_checks("2026-03-16 10:00") == [("1001", "62.15")]
    assert (play.state, play.case.data["check"], play.case.data["issued"]) == ("issued", "1001", "2026-03-16")


def test_a_run_that_falls_on_a_holiday_goes_out_on_the_next_business_day(opens: Opens) -> None:
    play = opens("2025-12-29 09:00", credit="10.00")
    play.complete("reviewing", "propose", by="finance", amount="10.00")
    play.complete("approve", "approve", by="supervisor")
    assert play.case.data["issue_on"] == "2026-01-02"  # New Year's Day


def test_nobody_approves_what_they_have_reviewed(opens: Opens) -> None:
    play = opens()
    play.complete("reviewing", "propose", by="supervisor", amount="62.15")
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("approve", "approve", by="supervisor")


def test_above_the_supervisors_limit_finance_approves_by_another_person(opens: Opens) -> None:
    play = opens(credit="700.00")
    play.complete("reviewing", "propose", by="finance", amount="700.00")
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("approve-by-finance", "approve", by="finance")
    play.complete("approve-by-finance", "approve", by="finance2")
    assert play.state == "payable"


def test_above_every_limit_it_takes_two_persons_and_the_second_with_the_limit(opens: Opens) -> None:
    play = opens(credit="3000.00")
    play.complete("reviewing", "propose", by="finance", amount="3000.00")
    play.complete("approve-first", "approve", by="supervisor")
    with pytest.raises(NotAllowed):
        play.complete("approve-second", "approve", by="supervisor")
    play.complete("approve-second", "approve", by="review")
    assert play.state == "payable"


def test_more_than_there_is_is_never_paid_out(opens: Opens) -> None:
    play = opens()
    play.complete("reviewing", "propose", by="finance", amount="62.16")
    assert play.state == "too-much"
    play.complete("too-much", "changed", by="finance", amount="30.00")
    play.complete("approve", "approve", by="supervisor")
    assert play.balance == Decimal("-32.15")
    assert play.case.data["arithmetic"][-1] == "Refund = $30.00" or "stays" in play.case.data["arithmetic"][-1]


def test_a_refusal_says_its_reason_and_posts_nothing(opens: Opens) -> None:
    play = opens()
    with pytest.raises(Refused):
        play.complete("reviewing", "refuse", by="finance")
    play.complete("reviewing", "refuse", by="finance", refusal="The bill of March takes it up.")
    assert (play.case.outcome, play.letters, play.balance) == ("refused", ["refund-refused"], Decimal("-62.15"))


def test_a_cashed_check_closes_the_case(opens: Opens) -> None:
    play = issued(opens())
    with pytest.raises(Refused):
        play.hear("check-cashed", "2026-03-24 10:00", check="1002")  # another one
    play.hear("check-cashed", "2026-03-25 10:00", check="1001")
    assert play.case.outcome == "paid"
    with play.store.reading() as session:
        assert held_usd(session, "10-004217", "refunds-payable") == 0


def test_a_stale_check_is_stopped_and_issued_anew_once(opens: Opens) -> None:
    play = issued(opens())
    play.until("2026-09-16 07:29")
    assert play.state == "issued"
    play.until("2026-09-16 07:30")
    play.complete("stale", "anew", by="finance", at="2026-09-17 10:00")
    assert (play.state, play.case.data["issue_on"]) == ("payable", "2026-10-01")
    assert play.issue_checks("2026-10-01 10:00", first_check=2001) == [("2001", "62.15")]
    assert play.issue_checks("2026-10-01 11:00", first_check=3001) == []
    with play.store.reading() as session:
        assert held_usd(session, "10-004217", "refunds-payable") == 0


def unclaimed(play: MoneyPlay) -> MoneyPlay:
    """Nobody was found for the check of 16 March 2026."""
    issued(play)
    play.until("2026-09-16 08:00")
    play.complete("stale", "not-found", by="finance", at="2026-09-17 10:00")
    assert (play.state, play.letters[-1]) == ("unclaimed", "refund-unclaimed")
    return play


def test_unclaimed_money_stays_the_customers_for_three_years(opens: Opens) -> None:
    play = unclaimed(opens())
    with play.store.reading() as session:
        assert held_usd(session, "10-004217", "refunds-payable") == Decimal("62.15")
    play.receive("customer-claimed", at="2028-05-01 10:00")
    assert (play.state, play.case.data["issue_on"]) == ("payable", "2028-05-01")


def test_after_three_years_and_a_published_notice_it_is_the_districts(opens: Opens) -> None:
    play = unclaimed(opens())
    play.until("2029-03-15 23:00")
    assert play.state == "unclaimed"
    play.until("2029-03-16 12:00")
    play.complete("publishing", "published", by="finance", at="2029-04-09 10:00", published="2029-04-02")
    play.until("2029-05-16 23:00")
    assert play.state == "published"
    play.until("2029-05-17 12:00")
    assert play.case.outcome == "forfeited"
    with play.store.reading() as session:
        assert held_usd(session, "10-004217", "refunds-payable") == 0
    assert play.balance == 0
