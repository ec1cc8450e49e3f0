"""The shipped decision tables: whole, and the published policies as their tables state them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from definitions.catalogue.adjustments import Claim, assess, policy
from definitions.catalogue.tariff import RATES, Tariff, TariffError, Tier, tariff
from definitions.catalogue.usage import Period
from definitions.language.tables import check_table, decide
from tests.shipped import shipped_library

LIBRARY = shipped_library()
FLAT = Tariff(tiers=(Tier(low=Decimal(0), high=None, usd_per_ccf=Decimal("2.00")),))


def august(year: int, use: str) -> Period:
    return Period(
        id=f"b-{year}",
        start=date(year, 7, 1),
        end=date(year, 8, 31),
        days=62,
        use_ccf=Decimal(use),
        amount_usd=Decimal(400),
    )


def claim(use: str, *history: str, leak: str = "service-line") -> Claim:
    return Claim(
        bill=august(2026, use),
        bill_mailed=date(2026, 9, 8),
        history=[august(2025 - back, each) for back, each in enumerate(history)],
        account_class="residential",
        leak=leak,
        today=date(2026, 9, 20),
        has_proof=True,
    )


def test_the_shipped_folder_has_no_problems() -> None:
    assert LIBRARY.problems == []


@pytest.mark.parametrize("name", sorted(LIBRARY.tables))
def test_every_table_is_complete_and_has_a_source(name: str) -> None:
    assert check_table(LIBRARY.tables[name]) == []
    assert LIBRARY.tables[name].source


def test_north_perrys_table_gives_its_worked_check() -> None:
    stated = policy(LIBRARY.tables["leak-north-perry"], "residential", "service-line")
    given = assess(stated, claim("200", "20", "24", "18"), FLAT)
    assert given.units_ccf.quantize(Decimal("0.01")) == Decimal("89.67")
    irrigation = policy(LIBRARY.tables["leak-north-perry"], "residential", "irrigation")
    assert irrigation.share_percent == 25


def test_san_luis_obispos_table_gives_its_worked_check() -> None:
    tiers = (
        Tier(low=Decimal(0), high=Decimal(8), usd_per_ccf=Decimal("7.42")),
        Tier(low=Decimal(8), high=None, usd_per_ccf=Decimal("9.23")),
    )
    stated = policy(LIBRARY.tables["leak-san-luis-obispo"], "residential", "indoor")
    assert assess(stated, claim("32"), Tariff(tiers=tiers)).credit_usd == Decimal("43.44")


def test_calaverass_table_gives_half_of_the_excess() -> None:
    stated = policy(LIBRARY.tables["leak-calaveras"], "residential", "indoor")
    assert assess(stated, claim("60", "20"), FLAT).credit_usd == Decimal("40.00")
    assert stated.per_months == 60


def test_the_districts_own_policy_refuses_a_pool_and_says_so() -> None:
    stated = policy(LIBRARY.tables["standard"], "residential", "pool")
    assert assess(stated, claim("60", "20", leak="pool"), FLAT).refusals == ("water that filled a pool was used",)


def test_water_costs_what_the_tiers_say() -> None:
    residential = tariff(LIBRARY.tables[RATES], "residential")
    assert residential.charge_usd(Decimal(15)) == Decimal("43.50")
    assert residential.charge_usd(Decimal(46)) == Decimal("187.55")
    with pytest.raises(TariffError, match="no row for the class farm"):
        tariff(LIBRARY.tables[RATES], "farm")
    with pytest.raises(TariffError, match="water has no price"):
        tariff(None, "residential")


@pytest.mark.parametrize(
    ("amount", "approver"), [("100.00", "colleague"), ("100.01", "supervisor"), ("1000.01", "review-manager")]
)
def test_approval_follows_the_amount(amount: str, approver: str) -> None:
    assert decide(LIBRARY.tables["adjustment-approval"], {"amount": amount}) == {"approver": approver}
