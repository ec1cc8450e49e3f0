"""Decision tables: which row fits, and what is found wrong with a table."""

from datetime import date
from typing import Any

import pytest

from definitions.language.pack import DecisionTable
from definitions.language.tables import (
    BadConditionError,
    NoRowError,
    SeveralRowsError,
    check_table,
    decide,
    in_effect,
)


def table(*rows: dict[str, Any], **changes: Any) -> DecisionTable:
    written = {
        "table": "approval",
        "title": "Who approves",
        "inputs": {"amount": "money", "class": {"enum": ["residential", "commercial"]}},
        "outputs": {"approver": "text", "limit": "money"},
        "rows": list(rows),
    }
    return DecisionTable.model_validate(written | changes)


TIERS = table(
    {"when": {"amount": "..100"}, "then": {"approver": "colleague"}},
    {"when": {"amount": "100.01..1000", "class": "residential"}, "then": {"approver": "supervisor", "limit": "1000"}},
    {"when": {"amount": "any"}, "then": {"approver": "review"}},
)


@pytest.mark.parametrize(
    ("amount", "class_", "approver"),
    [
        ("100.00", "residential", "colleague"),
        ("100.01", "residential", "supervisor"),
        ("1000.00", "residential", "supervisor"),
        ("1000.01", "residential", "review"),
        ("100.01", "commercial", "review"),
    ],
)
def test_the_first_row_that_fits_decides(amount: str, class_: str, approver: str) -> None:
    assert decide(TIERS, {"amount": amount, "class": class_})["approver"] == approver


def test_outputs_are_json_values_of_their_type_and_what_is_left_out_is_left_out() -> None:
    assert decide(TIERS, {"amount": "500", "class": "residential"}) == {"approver": "supervisor", "limit": "1000.00"}
    assert "limit" not in decide(TIERS, {"amount": "5", "class": "residential"})


def test_a_missing_input_fits_only_any() -> None:
    assert decide(TIERS, {"class": "residential"})["approver"] == "review"


def test_no_row_is_an_error_that_says_what_was_asked() -> None:
    gap = table({"when": {"amount": "<= 100"}, "then": {"approver": "colleague"}})
    with pytest.raises(NoRowError, match=r'no row of the table "approval" fits amount 100\.50, class commercial'):
        decide(gap, {"amount": "100.50", "class": "commercial"})


def test_a_unique_table_refuses_two_rows() -> None:
    double = table(
        {"when": {"amount": "..100"}, "then": {"approver": "a"}},
        {"when": {"amount": "100.."}, "then": {"approver": "b"}},
        hit="unique",
    )
    assert decide(double, {"amount": "99", "class": "residential"}) == {"approver": "a"}
    with pytest.raises(SeveralRowsError, match="rows 1 and 2"):
        decide(double, {"amount": "100", "class": "residential"})
    assert [each.code for each in check_table(double)] == ["table-overlap"]


def test_an_input_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(BadConditionError, match='"much" is not an amount of dollars'):
        decide(TIERS, {"amount": "much", "class": "residential"})


def test_a_good_table_has_no_findings() -> None:
    assert check_table(TIERS) == []


def test_a_gap_is_found_with_an_example() -> None:
    gap = table(
        {"when": {"amount": "..100"}, "then": {"approver": "a"}},
        {"when": {"amount": "> 100", "class": "residential"}, "then": {"approver": "b"}},
    )
    (finding,) = check_table(gap)
    assert finding.code == "table-gap"
    assert finding.message == "no row fits amount 100.01, class commercial; add one, or a last row of any"


def test_a_gap_of_a_cent_is_found() -> None:
    gap = table(
        {"when": {"amount": "..100"}, "then": {"approver": "a"}},
        {"when": {"amount": "> 100.01"}, "then": {"approver": "b"}},
    )
    assert check_table(gap)[0].message.startswith("no row fits amount 100.01")


def test_a_row_that_is_never_reached_is_found() -> None:
    dead = table({"then": {"approver": "a"}}, {"when": {"amount": "> 5"}, "then": {"approver": "b"}})
    (finding,) = check_table(dead)
    assert (finding.code, finding.row) == ("table-dead-row", 1)


def test_values_and_columns_that_do_not_fit_are_found_with_their_place() -> None:
    wrong = table(
        {"when": {"amount": "10..x", "size": "1"}, "then": {"approver": "a", "limit": "none"}},
        {"when": {"class": "farm", "amount": "5..1"}, "then": {"approver": "b"}},
    )
    found = {(each.row, each.part, each.column): each.code for each in check_table(wrong)}
    assert found == {
        (0, "when", "amount"): "table-value",
        (0, "when", "size"): "table-column",
        (0, "then", "limit"): "table-value",
        (1, "when", "class"): "table-value",
        (1, "when", "amount"): "table-value",
    }


def test_dates_numbers_booleans_and_texts_are_compared_in_their_type() -> None:
    mixed = DecisionTable.model_validate(
        {
            "table": "mixed",
            "title": "Mixed",
            "inputs": {"on": "date", "size": "text", "senior": "boolean", "count": "integer"},
            "outputs": {"answer": "integer"},
            "rows": [
                {"when": {"on": "2026-01-01..2026-06-30", "size": '5/8"'}, "then": {"answer": "1"}},
                {"when": {"senior": "yes", "count": "2, 4, 10.."}, "then": {"answer": "2"}},
                {"then": {"answer": "3"}},
            ],
        }
    )
    assert check_table(mixed) == []
    asked = {"on": "2026-06-30", "size": '5/8"', "senior": False, "count": 1}
    assert decide(mixed, asked) == {"answer": 1}
    assert decide(mixed, asked | {"size": '1"', "senior": True, "count": 4}) == {"answer": 2}
    assert decide(mixed, asked | {"on": "2026-07-01", "senior": "yes", "count": "9"}) == {"answer": 3}
    assert decide(mixed, asked | {"on": "2026-07-01", "senior": "yes", "count": "11"}) == {"answer": 2}


def adopted(*rows: dict[str, object]) -> DecisionTable:
    """A fee by class, with what the board adopts for later days."""
    return DecisionTable.model_validate(
        {
            "table": "fee",
            "title": "Fee",
            "inputs": {"class": {"enum": ["home", "shop"]}},
            "outputs": {"fee": "money"},
            "rows": list(rows),
        }
    )


HOME, SHOP = {"when": {"class": "home"}, "then": {"fee": "50.00"}}, {"when": {"class": "any"}, "then": {"fee": "75.00"}}
HOME_LATER = {"when": {"class": "home"}, "then": {"fee": "55.00"}, "since": "2026-07-01"}


@pytest.mark.parametrize(("day", "fee"), [("2026-06-30", "50.00"), ("2026-07-01", "55.00")])
def test_a_row_that_is_adopted_for_later_stands_from_its_day_on(day: str, fee: str) -> None:
    table = adopted(HOME_LATER, HOME, SHOP)
    assert check_table(table) == []
    standing = in_effect(table, date.fromisoformat(day))
    assert decide(standing, {"class": "home"}) == {"fee": fee}
    assert decide(standing, {"class": "shop"}) == {"fee": "75.00"}


def test_a_later_row_below_the_one_that_it_replaces_is_never_reached() -> None:
    assert [(each.code, each.row) for each in check_table(adopted(HOME, HOME_LATER, SHOP))] == [("table-dead-row", 1)]


def test_a_gap_before_the_first_row_of_a_class_is_found() -> None:
    later = SHOP | {"since": "2026-07-01"}
    assert [each.code for each in check_table(adopted(HOME, later))] == ["table-gap"]
    everything_later = [row | {"since": "2026-07-01"} for row in (HOME, SHOP)]
    assert check_table(adopted(*everything_later)) == []  # a table that is used from that day on only
