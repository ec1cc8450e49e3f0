from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from definitions.language.money import Money, MoneyError, cents, format_money, money_json, parse_money


class Fee(BaseModel):
    fee: Money


@pytest.mark.parametrize(
    ("written", "usd"),
    [("84.10", "84.10"), ("$84.10", "84.10"), ("$1,284.1", "1284.10"), ("-$3", "-3"), ("$-3", "-3"), (7, "7")],
)
def test_money_is_read_as_people_write_it(written: object, usd: str) -> None:
    assert parse_money(written) == Decimal(usd)


@pytest.mark.parametrize("written", ["84.101", "1,28.10", "--3", "-$-3", "", "ten", 1.5, True, None, Decimal("0.001")])
def test_what_is_no_whole_number_of_cents_is_refused(written: object) -> None:
    with pytest.raises(MoneyError):
        parse_money(written)


def test_the_refusal_says_how_to_write_it() -> None:
    with pytest.raises(MoneyError) as refusal:
        parse_money("ten")
    assert str(refusal.value) == '"ten" is not an amount of money; write dollars and cents, such as "84.10"'


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9))
def test_both_written_forms_read_back_as_the_same_amount(amount: Decimal) -> None:
    assert parse_money(format_money(amount)) == parse_money(money_json(amount)) == amount


def test_people_see_dollars_and_machines_a_decimal_string() -> None:
    assert format_money(Decimal("-1284.1")) == "-$1,284.10"
    assert money_json(Decimal("1284.1")) == "1284.10"
    assert cents("84.10") == 8410


def test_a_model_takes_and_gives_money() -> None:
    fee = Fee.model_validate({"fee": "$50"})
    assert fee.fee == Decimal(50)
    assert fee.model_dump(mode="json") == {"fee": "50.00"}
    with pytest.raises(ValidationError, match="not an amount of money"):
        Fee.model_validate({"fee": "fifty"})
    assert Fee.model_json_schema()["properties"]["fee"]["title"] == "Money"
