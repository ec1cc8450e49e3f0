"""An address in lines, as letters and checks bear it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store.tables.utility import Account, Premise


def address_lines(where: Mapping[str, Any], state: str) -> list[str]:
    """Street, unit, city with ZIP code, without those that are empty; an address that names no state is in this one."""
    street, unit, city, zip_code = (str(where.get(part) or "") for part in ("line1", "line2", "city", "zip"))
    return [line for line in (street, unit, f"{city}, {where.get('state') or state} {zip_code}") if line]


def premise_lines(premise: Premise, state: str) -> list[str]:
    """Where the water is, in the district's state."""
    return address_lines({part: getattr(premise, part) for part in ("line1", "line2", "city", "zip")}, state)


def account_lines(account: Account, premise: Premise, state: str) -> list[str]:
    """Where the account's letters and checks go: its mailing address, else where the water is."""
    return address_lines(account.mailing, state) if account.mailing else premise_lines(premise, state)
