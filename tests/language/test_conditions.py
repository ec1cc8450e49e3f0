"""Guards that contradict themselves or each other."""

from __future__ import annotations

import pytest

from definitions.language.conditions import Conditions, both, without
from definitions.language.model import DataField

FIELDS = {
    "cause": DataField(type="enum", enum=("leak", "usage")),
    "fast": DataField(type="boolean"),
    "credit": DataField(type="money"),
}
CONDITIONS = Conditions({"data": FIELDS})


@pytest.mark.parametrize(
    "guard",
    [
        'data.cause == "leak" && data.cause == "usage"',
        'data.cause == "leak" && data.cause != "leak"',
        'has(data.cause) && data.cause != "leak" && data.cause != "usage"',
        'data.cause in ["leak"] && !(data.cause in ["leak", "usage"])',
        '!has(data.credit) && data.credit > usd("1.00")',
        'data.credit > usd("2.00") && data.credit < usd("1.00")',
        'data.credit >= usd("2.00") && data.credit <= usd("2.00") && data.credit != usd("2.00")',
        "data.credit < data.other && data.credit >= data.other",
        "data.credit < data.other && data.other < data.credit",
        'today < date("2026-01-01") && today > date("2026-12-31")',
        "data.fast && !data.fast",
        "data.fast == true && data.fast == false",
        "data.meters.exists(m, m.size == data.size) && !data.meters.exists(m, m.size == data.size)",
        "1 > 2",
        "false || (true && false)",
    ],
)
def test_a_contradiction_is_seen(guard: str) -> None:
    assert not CONDITIONS.possible(CONDITIONS.of(guard))
    assert CONDITIONS.possible(CONDITIONS.of(guard, holds=False))


@pytest.mark.parametrize(
    "guard",
    [
        'data.cause == "leak" || data.cause == "usage"',
        'data.cause != "leak" && data.cause != "usage"',  # it may be unset
        'data.credit > usd("1.00") && data.credit < usd("2.00")',
        "data.credit <= data.other && data.credit >= data.other",
        'data.note != "a" && data.note != "b" && has(data.note)',
        "data.fast && data.credit > 0",
        "size(data.note) > 3 && size(data.note) < 2",  # too much for it: what is not seen to be impossible is possible
    ],
)
def test_what_may_be_is_possible(guard: str) -> None:
    assert CONDITIONS.possible(CONDITIONS.of(guard))


def test_two_guards_may_exclude_each_other() -> None:
    leak, usage = (CONDITIONS.of(f'data.cause == "{word}"') for word in ("leak", "usage"))
    assert not CONDITIONS.possible(both(leak, usage))


def test_what_was_known_of_a_value_that_changed_is_forgotten() -> None:
    leak, usage = (CONDITIONS.of(f'data.cause == "{word}" && data.fast') for word in ("leak", "usage"))
    assert CONDITIONS.possible(both(without(leak, "data.cause"), usage))


def test_a_guard_that_is_too_long_to_judge_counts_as_possible() -> None:
    long = " && ".join(f'(data.cause == "leak" || data.note == "{number}")' for number in range(20))
    assert CONDITIONS.of(long) is None
    assert CONDITIONS.possible(None)
