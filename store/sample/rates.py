"""The sample district's tariff, of its own invention: what a bill for two months comes to."""

from __future__ import annotations

from decimal import Decimal

TIERS: dict[str, tuple[tuple[int, Decimal], ...]] = {
    "residential": ((0, Decimal("2.90")), (15, Decimal("4.30")), (41, Decimal("6.45"))),
    "multifamily": ((0, Decimal("2.90")), (60, Decimal("4.30"))),
    "commercial": ((0, Decimal("4.05")),),
    "irrigation": ((0, Decimal("4.05")), (210, Decimal("8.10"))),
    "construction": ((0, Decimal("6.45")),),
}
"""For each class the use in ccf from which a tier begins, and its price for one ccf."""

SERVICE_CHARGE_USD: dict[str, Decimal] = {
    '5/8"': Decimal("42.50"),
    '3/4"': Decimal("51.00"),
    '1"': Decimal("76.00"),
    '1-1/2"': Decimal("138.00"),
    '2"': Decimal("212.00"),
    '3"': Decimal("405.00"),
}


def bill_usd(account_class: str, size: str, use_ccf: Decimal) -> Decimal:
    """What two months with this use cost, service charge included, to the cent."""
    tiers = TIERS[account_class]
    total = SERVICE_CHARGE_USD[size]
    for number, (start, price) in enumerate(tiers):
        end = Decimal(tiers[number + 1][0]) if number + 1 < len(tiers) else use_ccf
        total += max(min(use_ccf, end) - start, Decimal(0)) * price
    return total.quantize(Decimal("0.01"))
