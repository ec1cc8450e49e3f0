"""Payments that the bank gives back, dated: posted on their own day, as old again as they were, and no notice shortened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from money_playing import MoneyPlay

from definitions.catalogue.charges import FIRST_CHARGE_USD, LATER_CHARGE_USD
from store.engine import Store
from store.ledger import post, reversal_entry, statement
from store.tables.utility import Payment
from tests.shipped import shipped_library
from workflows.machine.errors import NotAllowed, Refused

TUESDAY = "2026-03-03 09:00"
CHECK = {"id": "p-003", "received": "2026-02-17", "amount": "84.10"}
Opens = Callable[..., MoneyPlay]


@pytest.fixture
def opens(sqlite_store: Store) -> Opens:
    """Opens a returned payment: a bill of January, due on 14 February, was paid by the check that came back on 2 March."""

    def play(at: str = TUESDAY, reason: str = "insufficient-funds", before: int = 0, **data: Any) -> MoneyPlay:
        bills = {"2025-11-18": "60.00", "2026-01-20": "84.10"}
        payments = {"2025-12-10": "60.00", "2026-02-17": "84.10"}
        opening = {"payment": CHECK | {"id": "p-004"}, "returned": "2026-03-02", "reason": reason} | data
        return MoneyPlay(
            sqlite_store,
            at,
            case="returned-payment",
            bills=bills,
            payments=payments,
            data=opening,
            **({"returned_payments": before, "returned_payments_12_months": before} if before else {}),
        )

    return play


def test_the_posting_is_reversed_on_the_day_of_the_return_and_stays_in_the_books(opens: Opens) -> None:
    play = opens()
    with play.store.reading() as session:
        lines = [
            (line.entry_id, line.posted_on.isoformat(), str(line.amount_usd))
            for line in statement(session, "10-004217")
        ]
    assert ("payment:p-004", "2026-02-17", "-84.10") in lines
    assert ("reversal:p-004", "2026-03-02", "84.10") in lines
    assert play.balance == Decimal("109.10")  # with the charge


def test_the_debt_is_as_old_again_as_it_was_and_no_older(opens: Opens) -> None:
    play = opens()
    assert play.fact("delinquent_since") == "2026-02-15"


def test_no_hold_no_tag_and_no_notice_of_shut_off_comes_of_it(opens: Opens) -> None:
    play = opens()
    play.until("2026-03-20 09:00")
    assert set(play.letters) == {"nsf-notice"}
    assert play.holds == []
    assert play.ran("account-status") == []


def test_the_accounts_cases_hear_of_it_at_once_and_once(opens: Opens) -> None:
    play = opens()
    told = {"payment": "p-004", "amount": "84.10", "paid_on": "2026-02-17", "reason": "insufficient-funds"}
    assert play.sent == [("payment-returned", told)]


def test_the_first_one_costs_25(opens: Opens) -> None:
    assert opens().ran("charge-fee") == [{"fee": "returned-payment", "amount": "25.00"}]


def test_each_later_one_costs_35_and_a_second_within_a_year_ends_checks_for_a_year(opens: Opens) -> None:
    play = opens(before=1)
    assert play.ran("charge-fee") == [{"fee": "returned-payment", "amount": "35.00"}]
    assert play.holds == ["cash-only"]
    assert play.case.data["cash_only_until"] == "2027-03-03"
    assert play.ran("place-hold")[0]["until"] == "2027-03-03"


def test_no_table_of_the_district_charges_more_than_the_law_allows() -> None:
    rows = shipped_library().tables["returned-payment-charge"].rows
    charges = [Decimal(str(row.then["charge"])) for row in rows]
    assert charges[0] <= FIRST_CHARGE_USD
    assert max(charges) <= LATER_CHARGE_USD


def test_what_is_paid_after_the_return_makes_it_good(opens: Opens) -> None:
    play = opens()
    assert (play.state, play.case.data["unpaid"]) == ("waiting", "109.10")
    play.pay("100.00", "2026-03-05 10:00")
    assert (play.state, play.case.data["unpaid"]) == ("waiting", "9.10")
    play.pay("9.10", "2026-03-06 10:00")
    assert (play.case.outcome, play.balance) == ("made-good", 0)


def test_ten_days_that_end_on_a_weekend_end_on_the_monday(opens: Opens) -> None:
    play = opens("2026-03-04 09:00")
    assert play.case.data["pay_by"] == "2026-03-16"  # the tenth day is Saturday the 14th
    play.until("2026-03-16 23:00")
    assert play.state == "waiting"
    play.until("2026-03-17 07:30")
    assert play.task("deciding").queue == "finance"


def test_a_payment_stopped_in_a_good_faith_dispute_costs_nothing(opens: Opens) -> None:
    play = opens(reason="stop-payment")
    assert play.ran("charge-fee") == []
    with pytest.raises(Refused):
        play.complete("asking", "dispute", by="finance", at="2026-03-04 09:00")
    play.complete("asking", "dispute", by="finance", at="2026-03-04 09:00", answer="The bill is under complaint.")
    assert (play.case.outcome, play.letters, play.balance) == ("disputed", [], Decimal("84.10"))


def demanded(play: MoneyPlay) -> MoneyPlay:
    """The check is demanded by certified mail on 16 March, after twenty dollars were paid."""
    play.pay("20.00", "2026-03-10 10:00")
    play.until("2026-03-14 09:00")
    play.complete("deciding", "demand", by="finance", at="2026-03-16 10:00")
    play.complete("demanding", "mailed", by="finance", at="2026-03-16 15:00", certified="7020 1", mailed="2026-03-16")
    return play


def test_the_demand_shows_what_is_owed_and_what_a_court_may_award_and_charges_none_of_that(opens: Opens) -> None:
    play = demanded(opens())
    assert play.case.data["arithmetic"] == [
        "Amount of the check = $84.10",
        "Charge for the returned check = $25.00",
        "Cost of certified mail = $9.64",
        "Paid since = -$20.00",
        "Payable within 30 days of the mailing = $98.74",
        "Three times the check = $252.30",
        "Not less than $100.00 and not more than $1,500.00 = $252.30",
        "Damages and the check, less what was paid = $316.40",
    ]
    assert (play.case.data["demand"], play.case.data["at_most"]) == ("98.74", "316.40")
    assert play.letters == ["nsf-notice", "nsf-demand"]
    assert play.balance == Decimal("89.10")


def test_thirty_days_count_from_the_mailing_across_the_change_to_summer_time(opens: Opens) -> None:
    play = demanded(opens(returned="2026-03-02"))
    play.until("2026-04-15 23:00")
    assert play.state == "demanded"
    play.until("2026-04-16 07:30")
    assert play.task("unpaid").queue == "finance"
    play.complete("unpaid", "leave", by="finance", at="2026-04-17 09:00")
    assert play.case.outcome == "left"


def test_a_demanded_check_that_is_paid_closes_the_case(opens: Opens) -> None:
    play = demanded(opens())
    play.pay("89.10", "2026-04-01 10:00")
    assert (play.case.outcome, play.balance) == ("made-good", 0)


def test_a_charge_is_waived_within_the_limit_and_given_back(opens: Opens) -> None:
    play = opens(before=1)
    play.until("2026-03-14 09:00")
    with pytest.raises(NotAllowed):
        play.complete("deciding", "waive", by="finance", at="2026-03-16 10:00", waiver="The bank erred.")
    play.complete("deciding", "waive", by="supervisor", at="2026-03-16 10:00", waiver="The bank erred.")
    assert (play.case.outcome, play.balance) == ("left", Decimal("84.10"))


def test_what_an_import_has_posted_is_not_posted_or_told_again(opens: Opens, sqlite_store: Store) -> None:
    class Imported(MoneyPlay):
        def carry_out(self, case: Any, step: Any, number: int, effect: Any) -> Any:
            if effect.action == "reverse-payment":
                with sqlite_store.writing() as session:
                    payment = session.get_one(Payment, "p-002")
                    payment.reversed_on = date(2026, 3, 2)
                    post(session, [reversal_entry(payment, date(2026, 3, 2), datetime.now(UTC), "import", "R01")])
            return super().carry_out(case, step, number, effect)

    play = Imported(
        sqlite_store,
        TUESDAY,
        case="returned-payment",
        bills={"2026-01-20": "84.10"},
        payments={"2026-02-17": "84.10"},
        data={"payment": CHECK | {"id": "p-002"}, "returned": "2026-03-02", "reason": "other"},
    )
    assert (play.sent, play.balance, play.case.data["already"]) == ([], Decimal("109.10"), True)
