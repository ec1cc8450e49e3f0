"""The working of a computation: labelled lines, so that a letter shows it and every figure can be recomputed."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from definitions.language.money import CENT, format_money
from definitions.language.quantity import plain

SEPARATOR = " = "


@dataclass(kw_only=True)
class Working:
    """Lines of the form `label = figure`, in the order in which they were reckoned."""

    lines: list[str] = field(default_factory=list)

    def note(self, label: str, figure: str) -> None:
        """A line as it stands."""
        self.lines.append(f"{label}{SEPARATOR}{figure}")

    def water(self, label: str, ccf: Decimal) -> Decimal:
        """A line with a volume, which is returned."""
        self.note(label, f"{number(ccf)} ccf")
        return ccf

    def money(self, label: str, usd: Decimal) -> Decimal:
        """A line with an amount, which is returned."""
        self.note(label, format_money(usd))
        return usd

    def percent(self, label: str, value: Decimal) -> Decimal:
        """A line with a percentage, which is returned."""
        self.note(label, f"{number(value)} %")
        return value


def number(value: Decimal) -> str:
    """A number as people read it: at most three places, no needless zeros."""
    return plain(value.quantize(Decimal("0.001"), rounding=ROUND_HALF_UP))


def to_cents(usd: Decimal) -> Decimal:
    """The amount in whole cents; half a cent goes up, in the customer's favour where it is a credit."""
    return usd.quantize(CENT, rounding=ROUND_HALF_UP)
