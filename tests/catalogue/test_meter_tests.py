"""Meter tests and rereads (domain/practice.md, section 2)."""

from datetime import date
from decimal import Decimal

from definitions.catalogue.meter_tests import (
    accuracy_percent,
    allowed,
    over_registered,
    refund_usd,
    reread_usd,
    verdict,
)
from definitions.catalogue.tariff import Tariff, Tier
from definitions.catalogue.usage import Period
from definitions.catalogue.working import Working

FLAT = Tariff(tiers=(Tier(low=Decimal(0), high=None, usd_per_ccf=Decimal("4.00")),))


def bill(end: date, use: str) -> Period:
    return Period(id=f"b-{end}", start=end, end=end, days=61, use_ccf=Decimal(use), amount_usd=Decimal(0))


def test_a_meter_that_shows_104_at_100_true_billed_one_minus_100_by_104_too_much() -> None:
    assert over_registered(Decimal(104), Decimal(104)) == Decimal(4)
    working = Working()
    refund = refund_usd(accuracy=Decimal(104), bills=[bill(date(2026, 8, 31), "52")], tariff=FLAT, working=working)
    assert refund == Decimal("8.00")
    assert working.lines == [
        "The meter registers, at 100 % true = 104 %",
        "Billed too much: 1 − 100/104 = 3.846 %",
        "Bill to August 31, 2026: 2 of 52 ccf = $8.00",
        "Refund = $8.00",
    ]


def test_a_meter_that_is_right_or_slow_gives_no_refund() -> None:
    assert refund_usd(accuracy=Decimal(100), bills=[bill(date(2026, 8, 31), "52")], tariff=FLAT, working=Working()) == 0
    assert refund_usd(accuracy=Decimal(95), bills=[bill(date(2026, 8, 31), "52")], tariff=FLAT, working=Working()) == 0


def test_fast_is_more_than_two_percent_and_not_two_percent() -> None:
    limits = {"fast_limit": Decimal(2), "slow_limit": Decimal(2)}
    assert verdict(Decimal("102.00"), **limits) == "accurate"
    assert verdict(Decimal("102.01"), **limits) == "fast"
    assert verdict(Decimal("98.00"), **limits) == "accurate"
    assert verdict(Decimal("97.99"), **limits) == "slow"


def test_three_flows_are_weighed() -> None:
    assert accuracy_percent(Decimal(104), Decimal(104), Decimal(104)) == Decimal("104.00")
    assert accuracy_percent(Decimal(90), Decimal(100), Decimal(102)) == Decimal("98.80")


def test_a_refund_reaches_back_six_months_and_always_holds_the_bill_in_question() -> None:
    disputed = bill(date(2026, 2, 28), "60")
    history = [bill(date(2026, 8, 31), "50"), bill(date(2026, 4, 30), "40"), bill(date(2026, 3, 19), "30"), disputed]
    found = allowed(history, disputed, months=6, today=date(2026, 9, 20))
    assert [each.end for each in found] == [date(2026, 8, 31), date(2026, 4, 30), date(2026, 2, 28)]


def test_a_misread_is_credited_by_what_was_billed_above_the_reread() -> None:
    working = Working()
    credit = reread_usd(
        bill=bill(date(2026, 8, 31), "46"),
        billed_read=Decimal(1946),
        read=Decimal(1922),
        tariff=FLAT,
        working=working,
    )
    assert credit == Decimal("96.00")
    assert "Billed too much = 24 ccf" in working.lines


def test_a_misread_never_credits_more_than_the_bill() -> None:
    over = {"bill": bill(date(2026, 8, 31), "46"), "billed_read": Decimal(1946), "tariff": FLAT}
    assert reread_usd(read=Decimal(1000), working=Working(), **over) == Decimal("184.00")
    assert reread_usd(read=Decimal(1950), working=Working(), **over) == 0
