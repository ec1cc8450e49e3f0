"""How a field of a CSV file becomes a value, and the sentence for one that does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from definitions.language.sentences import say

LONGEST_TEXT = 200


Unprintable = Callable[[str], str | None]
"""What is wrong with a text that letters cannot print, None for one that they can."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the district reads fields."""

    zone: ZoneInfo  #: of times without an offset
    unprintable: Unprintable


class FieldError(ValueError):
    """A field that is not what its column wants; the sentence says what it has and what is wanted."""

    code = "bad-field"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of a file: its name, what it holds, and how it is read."""

    name: str
    meaning: str
    read: Callable[[str, ZoneInfo], Any]
    required: bool = False
    default: Any = None
    printed: bool = False  #: whether it stands on letters


def text_field(value: str, _zone: ZoneInfo) -> str:
    """The text; at most LONGEST_TEXT characters, none of them a control character."""
    if len(value) > LONGEST_TEXT:
        raise FieldError(say("has %(n)s characters; at most %(most)s are taken", n=len(value), most=LONGEST_TEXT))
    if not value.isprintable():
        raise FieldError(say("has a character that cannot be printed"))
    return value


def id_field(value: str, zone: ZoneInfo) -> str:
    """A number or key: letters, digits, dots, hyphens and underscores."""
    text_field(value, zone)
    if not all(letter.isalnum() or letter in "-._" for letter in value):
        raise _wanted(value, say("letters, digits, dots, hyphens and underscores are wanted"))
    return value


def one_of(*values: str) -> Callable[[str, ZoneInfo], str]:
    """A reader of one of these words."""

    def read(value: str, _zone: ZoneInfo) -> str:
        if value not in values:
            raise _wanted(value, say("one of %(words)s is wanted", words=", ".join(values)))
        return value

    return read


def state(value: str, _zone: ZoneInfo) -> str:
    """A state of the United States, as the post writes it: `CA`."""
    if len(value) != 2 or not value.isascii() or not value.isalpha():
        raise _wanted(value, say("a state such as CA is wanted"))
    return value.upper()


def yes_no(value: str, _zone: ZoneInfo) -> bool:
    """Yes or no, true or false, 1 or 0."""
    word = value.lower()
    if word in ("yes", "true", "1", "y"):
        return True
    if word in ("no", "false", "0", "n"):
        return False
    raise _wanted(value, say("yes or no is wanted"))


def whole(value: str, _zone: ZoneInfo) -> int:
    """A whole number from 0 to a billion."""
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise _wanted(value, say("a whole number is wanted"))
    return int(value)


def degrees(value: str, _zone: ZoneInfo) -> float:
    """Degrees of latitude or longitude."""
    number = _decimal(value, say("degrees such as 37.981 are wanted"), 9)
    if abs(number) > 180:
        raise _wanted(value, say("degrees from -180 to 180 are wanted"))
    return float(number)


def usd(value: str, _zone: ZoneInfo) -> Decimal:
    """An amount of US dollars without sign or separators: `84.10`."""
    return _bounded(_decimal(value, say("an amount such as 84.10 is wanted"), 2), value, 10**9)


def ccf(value: str, _zone: ZoneInfo) -> Decimal:
    """Hundreds of cubic feet, up to three places: `1042.125`."""
    return _bounded(_decimal(value, say("ccf such as 1042.125 is wanted"), 3), value, 10**9)


def day(value: str, _zone: ZoneInfo) -> date:
    """A date: `2026-07-06`."""
    try:
        if len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _wanted(value, say("a date such as 2026-07-06 is wanted"))


def moment(value: str, zone: ZoneInfo) -> datetime:
    """A moment: `2026-07-06T10:15`, with an offset or else in the district's zone; a date alone is its noon."""
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        raise _wanted(value, say("a time such as 2026-07-06T10:15 is wanted")) from None
    if len(value) == 10:
        read = datetime.combine(read.date(), time(12))
    if read.tzinfo is None:
        read = read.replace(tzinfo=zone)
        if read.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != read.replace(tzinfo=None):
            raise _wanted(
                value, say("the clocks of %(zone)s went from before it to after it on that day", zone=zone.key)
            )
    try:
        return read.astimezone(UTC)
    except OverflowError:
        raise _wanted(value, say("no clock shows that")) from None


def _wanted(value: str, wanted: str) -> FieldError:
    return FieldError(say("has %(value)s; %(wanted)s", value=repr(value), wanted=wanted))


def _decimal(value: str, wanted: str, places: int) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _wanted(value, wanted) from None
    exponent = number.as_tuple().exponent
    if not number.is_finite() or not isinstance(exponent, int) or "e" in value.lower() or "_" in value:
        raise _wanted(value, wanted)
    if -exponent > places:
        raise _wanted(value, say("at most %(places)s decimal places are taken", places=places))
    return number


def _bounded(number: Decimal, value: str, most: int) -> Decimal:
    if not 0 <= number < most:
        raise _wanted(value, say("a number from 0 to below %(most)s is wanted", most=most))
    return number
