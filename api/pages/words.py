"""How times, days and amounts are written on pages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from definitions.language.expand import title_of


def desk_time(moment: datetime | None) -> str:
    """`Mon 9 Mar 2026, 8:30 am`; empty without one."""
    if moment is None:
        return ""
    hour = moment.strftime("%I:%M %p").lstrip("0").lower()
    return f"{moment:%a} {moment.day} {moment:%b} {moment.year}, {hour}"


def day(value: date | None) -> str:
    """`9 Mar 2026`; empty without one."""
    return "" if value is None else f"{value.day} {value:%b} {value.year}"


def usd(amount: Decimal | str | None) -> str:
    """`$1,084.10`, `-$12.00`; empty without one."""
    if amount is None:
        return ""
    value = Decimal(amount)
    return f"{'-' if value < 0 else ''}${abs(value):,.2f}"


def ccf(amount: Decimal | None) -> str:
    """`17 ccf`, `17.25 ccf`; empty without one."""
    if amount is None:
        return ""
    text = f"{amount:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} ccf"


def shown(value: Any) -> str:
    """A value of a case's data in words: entities by their id, lists with commas."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return str(value.get("id", ", ".join(f"{name} {shown(inner)}" for name, inner in value.items())))
    if isinstance(value, list):
        return ", ".join(shown(inner) for inner in value) or "—"
    return str(value)


def titled(key: str) -> str:
    """A key as a title: `leak_found` → `Leak found`."""
    return title_of(key.replace("_", "-"))
