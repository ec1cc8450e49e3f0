"""The worked checks of published policies (domain/practice.md, section 1), to the cent."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from definitions.catalogue.adjustments import Claim, Policy, assess, judge
from definitions.catalogue.tariff import Tariff, Tier
from definitions.catalogue.usage import Period


def tiers(*rows: tuple[str, str | None, str]) -> Tariff:
    return Tariff(
        tiers=tuple(
            Tier(low=Decimal(low), high=Decimal(high) if high else None, usd_per_ccf=Decimal(rate))
            for low, high, rate in rows
        )
    )


FLAT = tiers(("0", None, "2.00"))


def august(year: int, use: str, amount: str = "100.00") -> Period:
    return Period(
        id=f"b-{year}",
        start=date(year, 7, 1),
        end=date(year, 8, 31),
        days=62,
        use_ccf=Decimal(use),
        amount_usd=Decimal(amount),
    )


def claim(use: str, *history: str, **changes: Any) -> Claim:
    """A claim for the summer of 2026; the history is the same period of the years before, the latest first."""
    usual = Claim(
        bill=august(2026, use),
        bill_mailed=date(2026, 9, 8),
        history=[august(2025 - back, each) for back, each in enumerate(history)],
        account_class="residential",
        leak="service-line",
        today=date(2026, 9, 20),
    )
    return replace(usual, **changes)


def test_north_perry_gives_half_of_what_is_above_the_average_of_three_years() -> None:
    policy = Policy(
        baseline="average-same-period", baseline_count=3, share_percent=Decimal(50), rate="lowest", per_months=36
    )
    given = assess(policy, claim("200", "20", "24", "18"), FLAT)
    assert given.units_ccf.quantize(Decimal("0.01")) == Decimal("89.67")
    assert given.credit_usd == Decimal("179.33")
    assert "Average of the same periods = 20.667 ccf" in given.lines
    assert "Above what is usual = 179.333 ccf" in given.lines
    assert "Of that 50 % = 89.667 ccf" in given.lines
    assert given.lines[-1] == "Credit = $179.33"


def test_north_perry_gives_a_quarter_for_irrigation() -> None:
    policy = Policy(baseline="average-same-period", baseline_count=3, share_percent=Decimal(25), rate="lowest")
    assert assess(policy, claim("200", "20", "24", "18"), FLAT).credit_usd == Decimal("89.67")


def test_san_luis_obispo_re_rates_all_water_of_the_second_tier_at_the_first() -> None:
    policy = Policy(baseline="first-tier", method="re-rate", rate="lowest")
    given = assess(policy, claim("32"), tiers(("0", "8", "7.42"), ("8", None, "9.23")))
    assert given.units_ccf == Decimal(24)
    assert given.credit_usd == Decimal("43.44")


def test_calaveras_gives_half_of_the_excess_over_the_same_period_of_the_year_before() -> None:
    policy = Policy(baseline="same-period-last-year", share_percent=Decimal(50), per_months=60, second="with-reason")
    given = assess(policy, claim("60", "20"), FLAT)
    assert given.units_ccf == Decimal(20)
    assert given.credit_usd == Decimal("40.00")


def test_calaveras_gives_one_in_five_years() -> None:
    policy = Policy(share_percent=Decimal(50), per_months=60, second="with-reason")
    again = claim("60", "20", adjusted_on=(date(2022, 3, 1),))
    refused = assess(policy, again, FLAT)
    assert refused.credit_usd == 0
    assert refused.refusals == ("one was given on March 1, 2022, and the next is possible from March 1, 2027",)
    assert assess(policy, replace(again, exception="a larger leak"), FLAT).credit_usd == Decimal("40.00")
    assert assess(policy, replace(again, adjusted_on=(date(2021, 9, 20),)), FLAT).credit_usd == Decimal("40.00")


def test_the_share_is_credited_at_what_the_top_tier_cost() -> None:
    tariff = tiers(("0", "10", "2.00"), ("10", "30", "4.00"), ("30", None, "8.00"))
    given = assess(Policy(share_percent=Decimal(50)), claim("40", "10"), tariff)
    assert given.credit_usd == Decimal("100.00")  # 10 ccf at $8 and 5 ccf at $4


def test_first_craven_asks_for_at_least_double_the_average() -> None:
    policy = Policy(baseline="preceding-periods", baseline_count=3, trigger_ratio=Decimal(2), share_percent=Decimal(50))
    assert assess(policy, claim("40", "20", "20", "20"), FLAT).refusals == (
        "the use is not more than 2 times the usual",
    )
    assert assess(policy, claim("41", "20", "20", "20"), FLAT).credit_usd == Decimal("21.00")


def test_san_dieguito_asks_for_a_bill_above_200_dollars_and_half_of_it_paid() -> None:
    policy = Policy(trigger_bill_usd=Decimal(200), pay_first_percent=Decimal(50))
    asked = claim("60", "20", bill=august(2026, "60", "200.00"), paid_percent=Decimal(50))
    assert assess(policy, asked, FLAT).refusals == ("the bill does not exceed $200.00",)
    dearer = replace(asked, bill=august(2026, "60", "200.01"))
    assert assess(policy, dearer, FLAT).credit_usd == Decimal("80.00")
    assert assess(policy, replace(dearer, paid_percent=Decimal(49)), FLAT).refusals == (
        "50 % of the bill must be paid first",
    )


def test_groveland_asks_for_the_repair_within_14_days_of_the_notice() -> None:
    policy = Policy(method="re-rate", rate="lowest", repair_days=14, apply_days=30)
    tariff = tiers(("0", "10", "2.00"), ("10", None, "5.00"))
    noticed = claim("30", "10", noticed=date(2026, 9, 10), repaired=date(2026, 9, 24))
    assert assess(policy, noticed, tariff).credit_usd == Decimal("60.00")
    late = replace(noticed, repaired=date(2026, 9, 25))
    assert assess(policy, late, tariff).refusals == ("the repair was made later than 14 days after September 10, 2026",)
    assert assess(policy, replace(noticed, repaired=None), tariff).refusals == ("the repair has not been shown",)
    assert assess(policy, replace(noticed, received=date(2026, 10, 8)), tariff).refusals == ()
    assert assess(policy, replace(noticed, received=date(2026, 10, 9)), tariff).refusals == (
        "it was asked for later than 30 days after the bill",
    )


def test_groveland_gives_none_after_a_long_delinquency_or_in_stage_3_of_a_shortage() -> None:
    policy = Policy(good_standing_days=60, not_in_drought_stage=3)
    assert not assess(policy, claim("30", "10", worst_delinquency_days=60, drought_stage=2), FLAT).refusals
    refused = assess(policy, claim("30", "10", worst_delinquency_days=61, drought_stage=3), FLAT)
    assert len(refused.refusals) == 2


def test_otay_waits_for_one_period_without_the_leak() -> None:
    policy = Policy(normal_periods=1)
    asked = claim("60", "20")
    assert assess(policy, asked, FLAT).refusals == ("1 billing period without the leak must come first",)
    after = replace(asked.bill, id="after", start=date(2026, 9, 1), end=date(2026, 10, 31), use_ccf=Decimal(22))
    assert assess(policy, replace(asked, history=[after, *asked.history]), FLAT).credit_usd == Decimal("80.00")


def test_a_cap_limits_the_credit_and_is_shown() -> None:
    given = assess(Policy(cap_usd=Decimal(50)), claim("60", "20"), FLAT)
    assert given.credit_usd == Decimal("50.00")
    assert given.lines[-2:] == ("At most = $50.00", "Credit = $50.00")


def test_wholesale_is_what_silver_lake_bills_leaked_water_at() -> None:
    policy = Policy(method="re-rate", rate="wholesale", wholesale_usd=Decimal("0.50"))
    assert assess(policy, claim("60", "20"), FLAT).credit_usd == Decimal("60.00")


def test_a_use_below_the_usual_gets_nothing() -> None:
    assert assess(Policy(), claim("18", "20"), FLAT).refusals == ("the use is not above what is usual",)


def test_without_earlier_bills_there_is_nothing_to_compare_with() -> None:
    refused = assess(Policy(), claim("60"), FLAT)
    assert refused.refusals == ("there is no earlier use to compare with",)
    assert refused.lines == ("No credit, because = there is no earlier use to compare with",)


def test_a_refusal_says_whether_it_may_still_be_cured() -> None:
    share = Policy(pay_first_percent=Decimal(50), normal_periods=1, per_months=36, second="with-reason")
    before = {"adjusted_on": [date(2025, 2, 3)]}

    def judged(policy: Policy, **changes: Any) -> str:
        return judge(policy, assess(policy, claim("200", "20", **changes), FLAT))

    assert judged(Policy()) == "given"
    assert judged(share, paid_percent=Decimal(10)) == "pay-first"
    assert judged(share) == "wait"
    assert judged(share, **before) == "exception"  # first somebody decides, then it waits
    assert judged(share, exception="larger", **before) == "wait"
    assert judged(replace(share, second="never"), **before) == "refused"
    assert judged(Policy(proof=True)) == "refused"
    assert judged(Policy(share_percent=Decimal(0))) == "refused"  # a credit of nothing is none


def test_a_last_day_that_the_district_has_set_counts_instead_of_the_policys_days() -> None:
    policy = Policy(repair_days=30)
    late = {"noticed": date(2026, 8, 1), "repaired": date(2026, 9, 10)}
    assert assess(policy, claim("200", "20", **late), FLAT).codes == ("not-repaired",)
    assert assess(policy, claim("200", "20", repair_by=date(2026, 9, 15), **late), FLAT).codes == ()
    refused = assess(policy, claim("200", "20", repair_by=date(2026, 9, 9), **late), FLAT)
    assert refused.refusals == ("the repair was made after September 9, 2026, the last day for it",)
