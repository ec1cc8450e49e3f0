"""The lines of an address, as letters and checks bear it."""

from __future__ import annotations

from datetime import date

import pytest

from store.addresses import account_lines, address_lines, premise_lines
from store.tables.utility import Account, Premise

PREMISE = Premise(id="p-1", line1="1 Well St", city="Wellton", zip="97001", route="R1", sequence=1)


@pytest.mark.parametrize(
    ("where", "lines"),
    [
        ({"line1": "PO Box 7", "line2": "", "city": "Reno", "state": "NV", "zip": "89501"}, ["PO Box 7", "Reno, NV 89501"]),
        ({"line1": "PO Box 7", "line2": "Unit 2", "city": "Bend", "zip": "97701"}, ["PO Box 7", "Unit 2", "Bend, OR 97701"]),
        ({"line1": "PO Box 7", "city": "Bend", "state": "", "zip": "97701"}, ["PO Box 7", "Bend, OR 97701"]),
    ],
)  # fmt: skip
def test_an_address_that_names_no_state_is_in_the_districts(where: dict[str, str], lines: list[str]) -> None:
    assert address_lines(where, "OR") == lines


def test_what_an_account_gets_goes_to_its_mailing_address_or_else_where_the_water_is() -> None:
    account = Account(id="a-1", premise_id="p-1", service_point_id="s-1", customer_id="cu-1", since=date(2020, 1, 1))
    assert account_lines(account, PREMISE, "OR") == premise_lines(PREMISE, "OR") == ["1 Well St", "Wellton, OR 97001"]
    account.mailing = {"line1": "PO Box 7", "city": "Reno", "state": "NV", "zip": "89501"}
    assert account_lines(account, PREMISE, "OR") == ["PO Box 7", "Reno, NV 89501"]
