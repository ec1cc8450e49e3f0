"""The split of an account on the day of a petition, figure by figure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from definitions.catalogue.actions import CannotCompute
from definitions.catalogue.splits import Billed, Posted, Split, SplitBooks, split, split_books
from definitions.catalogue.tariff import Tariff, Tier

TARIFF = Tariff(
    tiers=(
        Tier(low=Decimal(0), high=Decimal(15), usd_per_ccf=Decimal("2.90")),
        Tier(low=Decimal(15), high=None, usd_per_ccf=Decimal("4.30")),
    )
)
PETITION = date(2026, 3, 10)


def billed(start: str, end: str, *, on: str, use: str = "20", read: str = "1946", amount: str = "107.50") -> Billed:
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    mailed = date.fromisoformat(on)
    return Billed(
        id=f"b-{end}",
        on=mailed,
        start=first,
        end=last,
        days=(last - first).days,
        use_ccf=Decimal(use),
        read_ccf=Decimal(read),
        amount_usd=Decimal(amount),
        mailed=mailed,
        due=date(2026, 5, 1),
    )


LAST = billed("2025-12-24", "2026-02-23", on="2026-02-27")


def posted(rule: str, amount: str, on: str = "2026-03-12", number: str = "e-1") -> Posted:
    return Posted(id=number, on=date.fromisoformat(on), amount_usd=Decimal(amount), rule=rule)


def divided(
    *bills: Billed,
    balance: str = "107.50",
    lines: tuple[Posted, ...] = (),
    reads: tuple[tuple[date, Decimal], ...] = (),
    read: str | None = None,
    on: str | None = None,
) -> Split:
    return split(
        SplitBooks(balance_usd=Decimal(balance), bills=bills, lines=lines, reads=reads),
        petition=PETITION,
        read_ccf=Decimal(read) if read else None,
        read_on=date.fromisoformat(on) if on else None,
        tariff=TARIFF,
    )


def test_water_that_no_bill_has_reached_is_charged_up_to_the_petition_by_the_read_of_that_day() -> None:
    made = divided(LAST, read="1952", on="2026-03-10")
    assert made.register_ccf == Decimal(1952)
    assert made.unbilled is not None
    # 6 ccf at $2.90; the last bill held 15 at $2.90 and 5 at $4.30, so $42.50 of it was the service charge for 61 days
    assert made.unbilled.amount_usd == Decimal("17.40") + Decimal("10.45")
    assert made.owed_usd == Decimal("135.35")
    assert (made.moves, made.moved_usd) == ((), 0)
    assert made.lines == (
        "Owed on the day before the petition of March 10, 2026 = $107.50",
        "Register on the day of the petition, read = 1952 ccf",
        "Register on February 23, 2026, as billed = 1946 ccf",
        "Used in 15 days that no bill has reached = 6 ccf",
        "Water charge for 6 ccf = $17.40",
        "Service charge as on the last bill, 15 of 61 days = $10.45",
        "Owed before the petition = $135.35",
        "The new account begins with = $0.00",
    )


def test_a_later_read_is_divided_by_days() -> None:
    made = divided(LAST, read="1954", on="2026-03-19")
    assert made.register_ccf == Decimal(1951)  # 15 of 24 days of 8 ccf
    assert "Register on the day of the petition: 15 of 24 days to the read of March 19, 2026 = 1951 ccf" in made.lines


def test_without_a_read_the_register_is_estimated_from_the_last_bill() -> None:
    made = divided(LAST)
    assert made.register_ccf == Decimal("1950.918")
    assert "Register on the day of the petition, estimated from 20 ccf in 61 days = 1950.918 ccf" in made.lines


def test_a_read_below_the_last_bills_is_not_used() -> None:
    made = divided(LAST, read="1940", on="2026-03-19")
    assert made.unbilled is not None
    assert made.unbilled.use_ccf == Decimal("4.918")


def test_a_bill_astride_the_petition_is_divided_by_days() -> None:
    astride = billed("2026-02-23", "2026-04-24", on="2026-04-28", use="18", read="1964", amount="98.90")
    made = divided(LAST, astride)
    # 15 of 60 days were before the petition
    assert made.owed_usd == Decimal("107.50") + Decimal("24.73")
    assert made.moved_usd == Decimal("74.17")
    assert made.unbilled is None
    (move,) = made.moves
    assert move.bill is not None
    assert (move.bill.start, move.bill.end, move.bill.days) == (PETITION, date(2026, 4, 24), 45)
    assert move.bill.use_ccf == Decimal("13.5")
    assert "Before the petition by days: 15 of 60 days = $24.73" in made.lines


def test_a_bill_astride_the_petition_is_divided_by_the_register_if_it_was_read_that_day() -> None:
    astride = billed("2026-02-23", "2026-04-24", on="2026-04-28", use="18", read="1964", amount="98.90")
    made = divided(LAST, astride, reads=((PETITION, Decimal(1952)),))
    assert made.owed_usd == Decimal("107.50") + Decimal("32.97")  # 6 of 18 ccf
    assert made.moved_usd == Decimal("65.93")
    assert "Before the petition by the register: 6 of 18 ccf (1946 to 1952) = $32.97" in made.lines


def test_a_bill_for_water_before_the_petition_stays_although_it_came_after_it() -> None:
    late = billed("2026-01-08", "2026-03-10", on="2026-03-14")
    made = divided(late, balance="0.00")
    assert (made.owed_usd, made.moves, made.unbilled) == (Decimal("107.50"), (), None)


def test_a_bill_wholly_after_the_petition_goes_to_the_new_account_whole() -> None:
    astride = billed("2026-02-23", "2026-04-24", on="2026-04-28", use="18", read="1964", amount="98.90")
    after = billed("2026-04-24", "2026-06-23", on="2026-06-27", use="20", read="1984")
    made = divided(LAST, astride, after)
    assert [move.amount_usd for move in made.moves] == [Decimal("74.17"), Decimal("107.50")]
    assert made.owed_usd == Decimal("132.23")


def test_what_was_paid_since_the_petition_goes_to_the_new_account() -> None:
    lines = (
        posted("payment", "-60.00"),
        posted("returned-payment", "60.00", number="e-2"),
        posted("payment", "-25.00"),
    )
    made = divided(LAST, read="1946", on="2026-03-10", lines=lines)
    assert made.moved_usd == Decimal("-25.00")
    assert "Paid since the petition, to the new account = $25.00" in made.lines


def test_fees_that_were_taken_back_stay_where_they_are_and_others_go_to_the_new_account() -> None:
    back = (posted("fee:late", "10.00"), posted("put-right:fee:late", "-10.00", number="e-2"))
    made = divided(LAST, read="1946", on="2026-03-10", lines=back)
    assert (made.moves, made.owed_usd) == ((), Decimal("107.50") + Decimal("10.45"))
    wanted = (*back, posted("fee:meter-test", "50.00", number="e-3"))
    assert divided(LAST, read="1946", on="2026-03-10", lines=wanted).moved_usd == Decimal("50.00")


def test_a_credit_for_an_old_bill_lowers_what_was_owed_before() -> None:
    made = divided(LAST, read="1946", on="2026-03-10", lines=(posted("adjustment:leak", "-40.00"),))
    assert made.owed_usd == Decimal("67.50") + Decimal("10.45")
    assert "Adjustment (leak) of March 12, 2026 = -$40.00" in made.lines


def test_a_set_off_that_was_taken_back_changes_nothing() -> None:
    lines = (posted("deposit:applied", "-50.00"), posted("put-right:deposit:applied", "50.00", number="e-2"))
    assert divided(LAST, read="1946", on="2026-03-10", lines=lines).owed_usd == Decimal("117.95")


def test_an_account_without_a_bill_is_split_by_its_balance_alone() -> None:
    made = divided(balance="30.00")
    assert (made.owed_usd, made.register_ccf) == (Decimal("30.00"), None)


def test_books_that_are_not_there_are_refused_with_a_sentence() -> None:
    with pytest.raises(CannotCompute, match="the books around the petition are not known"):
        split_books([])
