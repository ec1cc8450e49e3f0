"""What a crew reads at the meter, beside the reads before it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from definitions.catalogue.plausible import doubt, expected, is_register
from definitions.catalogue.reads import Limits, Reading
from definitions.language.model import DataField

LIMITS = Limits()  # three times the usual use, and never less than 10 ccf


def _reads(*, until: date, start: int = 1000, a_month: int = 12, months: int = 6) -> list[Reading]:
    return [
        Reading(
            on=until - timedelta(days=30 * (months - month)), value_ccf=Decimal(start + a_month * month), kind="actual"
        )
        for month in range(months + 1)
    ]


READS = _reads(until=date(2026, 3, 2))
KNOWN = expected(READS, date(2026, 4, 1), digits=6, limits=LIMITS)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("1071.999", "below"),  # the last read is 1072
        ("1072", None),  # nothing used: an empty house
        ("1084", None),  # the usual 12
        ("1108", None),  # three times the usual
        ("1109", "above"),
    ],
)
def test_a_read_is_doubtful_below_the_last_and_far_above_usual_use(value: str, why: str | None) -> None:
    assert KNOWN is not None
    assert doubt(Decimal(value), KNOWN) == why


def test_a_few_days_after_the_last_read_a_little_more_is_no_doubt() -> None:
    known = expected(READS, date(2026, 3, 3), digits=6, limits=LIMITS)
    assert known is not None
    assert doubt(Decimal(1082), known) is None  # 10 ccf in a day is below what is ever called high
    assert doubt(Decimal(1083), known) == "above"


def test_the_same_season_a_year_before_says_what_is_usual() -> None:
    summer = _reads(until=date(2025, 8, 1), start=0, a_month=40, months=2)
    winter = _reads(until=date(2026, 7, 2), start=80, a_month=4, months=4)
    known = expected([*summer, *winter[1:]], date(2026, 8, 1), digits=6, limits=LIMITS)
    assert known is not None
    assert known.most_ccf == Decimal(96 + 3 * 40)


def test_a_register_that_has_gone_round_is_not_below_the_last_read() -> None:
    known = expected(_reads(until=date(2026, 3, 2), start=9920), date(2026, 4, 1), digits=4, limits=LIMITS)
    assert known is not None
    assert doubt(Decimal(5), known) is None
    assert doubt(Decimal(900), known) == "below"


def test_a_meter_without_history_has_no_upper_limit_and_one_without_reads_none_at_all() -> None:
    known = expected(READS[-1:], date(2026, 4, 1), digits=6, limits=LIMITS)
    assert known is not None
    assert doubt(Decimal(99999), known) is None
    assert expected([], date(2026, 4, 1), digits=6, limits=LIMITS) is None


@pytest.mark.parametrize(
    ("name", "unit", "is_one"),
    [("read", "ccf", True), ("lock_read", "ccf", True), ("new_read", "ccf", False), ("flow", "gpm", False)],
)
def test_the_register_on_the_spot_is_told_from_other_quantities(name: str, unit: str, is_one: bool) -> None:
    assert is_register(name, DataField.model_validate({"type": "quantity", "unit": unit})) is is_one
