"""What water costs: the tiers of a class, read from the decision table `water-rates`.

The table's inputs are `class` and `use` (ccf in the period), its output `rate` (USD for each ccf): a row is a tier.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from definitions.language.pack import DecisionTable
from definitions.language.sentences import say
from definitions.language.tables import Span, TableError, conditions

RATES = "water-rates"


class TariffError(TableError):
    """The table of water rates does not say what a class pays."""

    code = "tariff"


@dataclass(frozen=True, kw_only=True)
class Tier:
    """One tier: from above `low` up to `high` ccf (None: no end)."""

    low: Decimal
    high: Decimal | None
    usd_per_ccf: Decimal


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """The tiers of one class, lowest first."""

    tiers: tuple[Tier, ...]

    def charge_usd(self, use_ccf: Decimal) -> Decimal:
        """What so much water costs in one period, unrounded, without fixed charges."""
        total = Decimal(0)
        for tier in self.tiers:
            upper = use_ccf if tier.high is None else min(use_ccf, tier.high)
            if upper > tier.low:
                total += (upper - tier.low) * tier.usd_per_ccf
        return total

    def tier(self, number: int) -> Tier:
        """The n-th tier, counted from 1; the last one when there are fewer."""
        return self.tiers[min(number, len(self.tiers)) - 1]


def tariff(table: DecisionTable | None, account_class: str) -> Tariff:
    """The class's tariff; raises TariffError when the table has no tiers for it."""
    if table is None:
        raise TariffError(say('there is no decision table "%(rates)s", so water has no price', rates=RATES))
    tiers = []
    for number, row in enumerate(table.rows):
        asked = conditions(table, number)
        if not asked["class"].holds(account_class):
            continue
        span = asked["use"].spans[0] if asked["use"].spans else Span()
        low, high = span.low, span.high
        assert low is None or isinstance(low, Decimal)
        assert high is None or isinstance(high, Decimal)
        tiers.append(Tier(low=low or Decimal(0), high=high, usd_per_ccf=Decimal(row.then["rate"])))
    if not tiers:
        raise TariffError(
            say(
                'the table "%(rates)s" has no row for the class %(account_class)s',
                rates=RATES,
                account_class=account_class,
            )
        )
    return Tariff(tiers=tuple(sorted(tiers, key=lambda each: each.low)))
