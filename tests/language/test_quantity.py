from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from definitions.language.quantity import LITRES, Quantity, QuantityError, exact, plain, unit_named


def q(written: str) -> Quantity:
    return Quantity.parse(written)


def test_one_ccf_is_748_gallons_and_a_bit() -> None:
    assert q("1 ccf").to("gal", places=4).value == Decimal("748.0519")
    assert LITRES["ccf"] / LITRES["gal"] == Fraction(172800, 231)


def test_one_ccf_is_exactly_so_many_cubic_metres() -> None:
    assert q("1 ccf").to("m3").value == Decimal("2.8316846592")


def test_an_acre_foot_is_435_ccf_and_six_tenths() -> None:
    assert q("1 af") == q("435.6 ccf")
    assert q("1 af").to("ccf").value == Decimal("435.6")


def test_volumes_in_different_units_compare() -> None:
    assert q("748 gal") < q("1 ccf") < q("749 gal")
    assert q("1 kgal") == q("1000 gal")
    assert len({q("1 kgal"), q("1000 gal")}) == 1
    assert q("2 ccf") >= q("200 cf") > q("1 ccf")
    assert q("1 m3") <= q("1000 l")


@pytest.mark.parametrize("unit", sorted(LITRES))
def test_a_quantity_reads_back_from_its_words(unit: str) -> None:
    assert str(q(f"1,200.50 {unit}")) == f"1200.5 {unit}"
    assert q(str(q(f"1200.50 {unit}"))) == q(f"1200.5 {unit}")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=0, max_value=10**6))
def test_going_to_gallons_and_back_changes_nothing(value: Decimal) -> None:
    there = Quantity(value=value, unit="ccf").to("gal")
    assert there.to("ccf", places=3).value == value


def test_other_names_of_units_are_known() -> None:
    assert [unit_named(word) for word in ("HCF", "gallons", "m³")] == ["ccf", "gal", "m3"]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("12.5", '"12.5" has no unit; write it out, such as "12.5 ccf"'),
        ("much", '"much" is not a quantity; write a number and its unit, such as "12.5 ccf"'),
        ("3 galons", 'no unit is called "galons"; "gal" is near'),
    ],
)
def test_a_bad_quantity_is_told_what_would_be_right(written: str, sentence: str) -> None:
    with pytest.raises(QuantityError) as refusal:
        q(written)
    assert str(refusal.value) == sentence


def test_a_field_in_ccf_takes_a_bare_number_but_no_gallons() -> None:
    assert Quantity.parse("12.5", unit="ccf") == Quantity.parse(q("12.5 ccf"), unit="ccf") == q("12.5 ccf")
    assert Quantity.parse(3, unit="ccf") == q("3 ccf")
    with pytest.raises(QuantityError, match="this is counted in ccf"):
        Quantity.parse("12.5 gal", unit="ccf")


def test_floats_are_no_exact_numbers() -> None:
    with pytest.raises(QuantityError):
        exact(0.1)
    with pytest.raises(QuantityError):
        Quantity(value=Decimal("NaN"), unit="ccf")


def test_zeros_and_exponents_are_not_shown() -> None:
    assert [plain(Decimal(n)) for n in ("1E+3", "12.500", "-0.0", "100")] == ["1000", "12.5", "0", "100"]


def test_a_model_takes_and_gives_a_quantity() -> None:
    class Meter(BaseModel):
        limit: Quantity

    meter = Meter.model_validate({"limit": "25 ccf"})
    assert meter.model_dump(mode="json") == {"limit": "25 ccf"}
    assert Meter.model_json_schema()["properties"]["limit"]["title"] == "Quantity"
