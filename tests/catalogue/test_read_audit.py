"""The read audit: what the last read of a meter says, beside the same period of the year before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from definitions.catalogue.reads import Audited, Limits, Reading, audited, limits

LIMITS = Limits()


def reads(*values: str, kind: str = "actual", last: date = date(2026, 8, 24)) -> list[Reading]:
    """Reads every 61 days up to a day; the last one is of this kind."""
    days = [last - timedelta(days=61 * back) for back in range(len(values))][::-1]
    found = [Reading(on=on, value_ccf=Decimal(value), kind="actual") for on, value in zip(days, values, strict=True)]
    return [*found[:-1], replace(found[-1], kind=kind)]


def of(*values: str) -> Audited:
    found = audited(reads(*values), LIMITS)
    assert found is not None
    return found


def test_use_above_three_times_the_same_period_is_high() -> None:
    # 10 ccf in the summer before; then 12, 14, 9, 8, 11 and 31
    found = of("90", "100", "112", "126", "135", "143", "154", "185")
    assert (found.use_ccf, found.usual_ccf, found.times, found.finding) == (
        Decimal(31),
        Decimal("10.0"),
        Decimal("3.1"),
        "high",
    )


def test_exactly_three_times_is_not_above_it_and_little_water_is_never_high() -> None:
    assert of("90", "100", "112", "126", "135", "143", "154", "184").finding == "fine"
    assert of("98", "100", "112", "126", "135", "143", "154", "163").finding == "fine"  # 9 ccf instead of 2


def test_a_read_below_the_last_one_comes_before_all_else() -> None:
    assert of("90", "100", "112", "126", "135", "143", "154", "150").finding == "backwards"


def test_no_use_is_found_where_there_was_use_and_not_in_an_empty_house() -> None:
    assert of("90", "100", "112", "126", "135", "143", "154", "154").finding == "zero-use"
    assert of("100", "100", "100", "100", "100", "100", "100", "100").finding == "fine"
    assert of("100", "100").finding == "zero-use"  # nothing to compare with


def test_two_estimates_in_a_row_are_too_many() -> None:
    once = reads("90", "100", "112", kind="estimated")
    assert getattr(audited(once, LIMITS), "finding", None) == "fine"
    twice = [*once, Reading(on=date(2026, 10, 24), value_ccf=Decimal(120), kind="estimated")]
    assert getattr(audited(twice, LIMITS), "finding", None) == "estimated"


def test_without_a_year_before_nothing_is_high_and_without_a_read_nothing_is_said() -> None:
    assert of("0", "400").finding == "fine"
    assert audited([], LIMITS) is None
    first = of("12")
    assert (first.days, first.use_ccf, first.finding) == (0, Decimal(0), "fine")


@pytest.mark.parametrize(("multiple", "finding"), [("2", "high"), ("3", "fine")])
def test_the_district_states_the_multiple(multiple: str, finding: str) -> None:
    found = audited(
        reads("90", "100", "112", "126", "135", "143", "154", "179"), limits({"high-use-multiple": multiple})
    )
    assert found is not None
    assert found.finding == finding
