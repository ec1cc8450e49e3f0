"""Volumes of water with their units, converted exactly.

Sources: 1 ft = 0.3048 m and 1 US gallon = 231 in³, both exact by definition (NIST Handbook 44, Appendix C); an
acre-foot is 43,560 ft³. So 1 ccf = 100 ft³ = 172,800 in³ = 172800/231 gal = 748.0519… gal = 2.8316846592 m³.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from definitions.language.problems import near_miss
from definitions.language.sentences import say

_CUBIC_FOOT_L: Final = Fraction(3048, 1000) ** 3  # a foot is 3.048 dm, a litre is a dm³
_GALLON_L: Final = _CUBIC_FOOT_L * Fraction(231, 1728)

#: Litres in one of each unit, exactly.
LITRES: Final[Mapping[str, Fraction]] = MappingProxyType(
    {
        "ccf": 100 * _CUBIC_FOOT_L,
        "cf": _CUBIC_FOOT_L,
        "gal": _GALLON_L,
        "kgal": 1000 * _GALLON_L,
        "l": Fraction(1),
        "m3": Fraction(1000),
        "af": 43_560 * _CUBIC_FOOT_L,
    }
)

#: What each unit is called.
UNIT_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ccf": say("hundred cubic feet"),
        "cf": say("cubic feet"),
        "gal": say("gallons"),
        "kgal": say("thousand gallons"),
        "l": say("litres"),
        "m3": say("cubic metres"),
        "af": say("acre-feet"),
    }
)

_WRITTEN = re.compile(r"(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?:\s*([A-Za-z][A-Za-z0-9³]*))?")
_OTHER_NAMES: Final[Mapping[str, str]] = {
    "hcf": "ccf",
    "cuft": "cf",
    "ft3": "cf",
    "gallon": "gal",
    "gallons": "gal",
    "m³": "m3",
    "litre": "l",
    "liter": "l",
    "litres": "l",
    "liters": "l",
}


class QuantityError(ValueError):
    """A quantity is a number and its unit, such as "12.5 ccf"."""


def unit_named(word: str) -> str:
    """The unit that the word names (`HCF` is `ccf`, `gallons` is `gal`); raises QuantityError for an unknown one."""
    name = _OTHER_NAMES.get(word.lower(), word.lower())
    if name not in LITRES:
        raise QuantityError(say("no unit is called %(near)s", near=near_miss(word, LITRES)))
    return name


def exact(written: object) -> Decimal:
    """The decimal number that is written (`1,200.5`, `3`); raises QuantityError for a float or anything else."""
    if isinstance(written, Decimal) and written.is_finite():
        return written
    if isinstance(written, int) and not isinstance(written, bool):
        return Decimal(written)
    found = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
    if found is None or found[2]:
        raise QuantityError(say('"%(written)s" is not a number; write digits, such as "12.5"', written=str(written)))
    return Decimal(found[1].replace(",", ""))


@dataclass(frozen=True, kw_only=True, order=False)
class Quantity:
    """A volume of water in a named unit; equal quantities in different units are equal when converted exactly."""

    value: Decimal
    unit: str  #: a key of `LITRES`

    def __post_init__(self) -> None:
        if self.unit not in LITRES:
            raise QuantityError(say("no unit is called %(near)s", near=near_miss(self.unit, LITRES)))
        if not self.value.is_finite():
            raise QuantityError(
                say("%(value)s is not a number of %(units)s", value=str(self.value), units=UNIT_TITLES[self.unit])
            )

    @classmethod
    def parse(cls, written: object, unit: str | None = None) -> "Quantity":
        """The quantity that `12.5 ccf` stands for, or a bare number where a unit is given.

        Another unit than the given one is refused, so that a read in gallons never passes as ccf."""
        if isinstance(written, cls):
            found_unit, value = written.unit, written.value
        else:
            value, found_unit = _number_and_unit(written, unit)
        if unit is not None and found_unit != unit:
            raise QuantityError(
                say(
                    '"%(written)s" is in %(units)s; this is counted in %(unit)s',
                    written=str(written),
                    units=UNIT_TITLES[found_unit],
                    unit=unit,
                )
            )
        return cls(value=value, unit=found_unit)

    @property
    def litres(self) -> Fraction:
        """The volume in litres, exactly."""
        return Fraction(self.value) * LITRES[self.unit]

    def to(self, unit: str, places: int | None = None) -> "Quantity":
        """The same volume in another unit, to so many decimal places (half to even), or to 28 digits.

        1 ccf is 748.051948… gal, which no decimal number writes in full; `litres` compares without rounding."""
        if unit not in LITRES:
            raise QuantityError(say("no unit is called %(near)s", near=near_miss(unit, LITRES)))
        ratio = self.litres / LITRES[unit]
        with localcontext(prec=28) as context:
            context.rounding = ROUND_HALF_EVEN
            value = Decimal(ratio.numerator) / Decimal(ratio.denominator)
            if places is not None:
                value = value.quantize(Decimal(1).scaleb(-places))
        return Quantity(value=value, unit=unit)

    def __str__(self) -> str:
        return f"{plain(self.value)} {self.unit}"

    def __lt__(self, other: "Quantity") -> bool:
        return self.litres < other.litres

    def __le__(self, other: "Quantity") -> bool:
        return self.litres <= other.litres

    def __gt__(self, other: "Quantity") -> bool:
        return self.litres > other.litres

    def __ge__(self, other: "Quantity") -> bool:
        return self.litres >= other.litres

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and self.litres == other.litres

    def __hash__(self) -> int:
        return hash(self.litres)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "type": "string",
            "title": "Quantity",
            "description": f"A number and its unit: {', '.join(LITRES)}",
            "pattern": r"^-?[\d,]+(\.\d+)?\s*[A-Za-z][A-Za-z0-9³]*$",
            "examples": ["12.5 ccf", "748 gal"],
        }


def plain(value: Decimal) -> str:
    """The number without exponent and without needless zeros: `12.5`, `1200`, `0`."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _number_and_unit(written: object, unit: str | None) -> tuple[Decimal, str]:
    if isinstance(written, (int, Decimal)) and not isinstance(written, bool) and unit is not None:
        return exact(written), unit
    found = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
    if found is None:
        raise QuantityError(
            say(
                '"%(written)s" is not a quantity; write a number and its unit, such as "12.5 ccf"', written=str(written)
            )
        )
    if found[2] is None and unit is None:
        raise QuantityError(
            say('"%(written)s" has no unit; write it out, such as "%(written)s ccf"', written=str(written))
        )
    return Decimal(found[1].replace(",", "")), unit_named(found[2]) if found[2] else str(unit)
