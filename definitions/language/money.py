"""Amounts of US dollars, in whole cents."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from definitions.language.sentences import say

CENT: Final = Decimal("0.01")

_WRITTEN = re.compile(r"(-?)\$?(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?")


class MoneyError(ValueError):
    """An amount of money is written as dollars and cents, such as "84.10" or "$84.10"."""


def parse_money(written: object) -> Decimal:
    """The dollars that `84.10`, `$84.10`, `$1,284.10` or `-84.10` stand for.

    Raises MoneyError for anything else, fractions of a cent and binary floats included."""
    if isinstance(written, Decimal):
        return _whole_cents(written)
    if isinstance(written, int) and not isinstance(written, bool):
        return Decimal(written).quantize(CENT)
    found = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
    if found is None or (found[1] and found[2]):
        raise MoneyError(
            say(
                '%(written)s is not an amount of money; write dollars and cents, such as "84.10"',
                written=_shown(written),
            )
        )
    sign = found[1] or found[2]
    return Decimal(f"{sign}{found[3].replace(',', '')}.{found[4] or '00'}").quantize(CENT)


def format_money(amount_usd: Decimal) -> str:
    """The amount for people: `$1,284.10`, `-$84.10`."""
    cents = _whole_cents(amount_usd)
    return f"{'-' if cents < 0 else ''}${abs(cents):,.2f}"


def money_json(amount_usd: Decimal) -> str:
    """The amount as it is stored and sent: `1284.10`."""
    return f"{_whole_cents(amount_usd):.2f}"


def cents(written: object) -> int:
    """The amount as whole cents."""
    return int(parse_money(written).scaleb(2))


def _whole_cents(amount: Decimal) -> Decimal:
    if not amount.is_finite() or amount != amount.quantize(CENT):
        raise MoneyError(say("%(amount)s is not a whole number of cents", amount=str(amount)))
    return amount.quantize(CENT)


def _shown(written: object) -> str:
    return f'"{written}"' if isinstance(written, str) else str(written)


_parse: Callable[[Any], Decimal] = parse_money

#: A pydantic field of money: parsed from what an author or a caller writes, sent as a decimal string.
Money = Annotated[
    Decimal,
    BeforeValidator(_parse),
    PlainSerializer(money_json, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "title": "Money",
            "description": "US dollars and cents",
            "pattern": r"^-?\$?-?(\d{1,3}(,\d{3})+|\d+)(\.\d{1,2})?$",
            "examples": ["84.10", "$84.10"],
        }
    ),
]
