"""Invented people and places of the sample district. Telephone numbers are those reserved for fiction."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


def _list(text: str) -> tuple[str, ...]:
    return tuple(" ".join(text.split()).split(", "))


GIVEN = _list(
    """Ana, Ben, Carla, Dev, Elena, Farid, Grace, Hugo, Iris, Jamal, Kim, Luis, Mei, Nadia, Omar, Priya, Quinn, Rosa,
    Sam, Tuan, Uma, Vera, Wade, Ximena, Yusuf, Zoe, Amir, Bella, Chen, Dora, Emil, Fatima, Gus, Hana, Ivan, June"""
)
FAMILY = _list(
    """Abbott, Barrera, Castle, Delgado, Ellison, Fuentes, Garner, Huang, Ibarra, Jensen, Kaplan, Lozano, Mercer,
    Nguyen, Okafor, Pham, Quiroz, Ramsey, Santos, Thorne, Ulrich, Valdez, Whitlow, Xiong, Yamada, Zamora, Acosta,
    Brandt, Coyle, Dinh, Esquivel, Foss, Gallo, Hollis, Ito, Juarez, Kessler, Lund, Moreno, Nash, Ortega, Paz, Rourke"""
)
FIRMS = _list(
    """Bakery, Laundry, Hardware, Café, Dental, Car Wash, Nursery, Books, Market, Auto Body, Yoga, Fitness, Florist"""
)
BUILDERS = _list("Ridgeline Builders, Two Creeks Paving, Wellton Grading, Oak Flat Construction")
STREETS = _list(
    """Well St, Orchard Ave, Mill Rd, Reservoir Dr, Canal St, Spring Ln, Aqueduct Ave, Cistern Ct, Willow Way,
    Ditch Rd, Pump House Ln, Cottonwood Dr, Headgate Rd, Penstock Pl, Sycamore St, Weir Ave"""
)
CITY, ZIP = "Wellton Springs", "90000"
WEST, SOUTH = -120.512, 37.981  #: degrees; the district is about 6 km across


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a premise lies."""

    line1: str
    latitude: float
    longitude: float


def place(route: int, sequence: int, random: Random) -> Place:
    """The place of the nth premise on a reading route: a route has two streets and runs along them."""
    street = STREETS[(route * 2 + sequence // 40) % len(STREETS)]
    return Place(
        line1=f"{100 + 2 * sequence + 1000 * (route % 3)} {street}",
        latitude=round(SOUTH + route * 0.0065 + random.uniform(-0.0008, 0.0008), 6),
        longitude=round(WEST + sequence * 0.00075 + random.uniform(-0.0002, 0.0002), 6),
    )


def access(sequence: int) -> str:
    """How a crew gets to the meter of a route's nth place; "" where it lies at the curb as most do."""
    return {
        4: "Meter behind the side gate, on the left.",
        9: "Meter under the ivy, 3 ft from the driveway.",
        15: "Ring first: the gate is opened from the house.",
    }.get(sequence % 20, "")


def hazard(sequence: int) -> str:
    """What a crew looks out for there; "" at most places."""
    return {4: "Dog in the yard.", 12: "Meter box in the roadway: set cones.", 18: "Black widows in the box."}.get(
        sequence % 20, ""
    )


def name(account_class: str, random: Random) -> str:
    """A customer's name: a person's, or a firm's where the class is one."""
    family = random.choice(FAMILY)
    if account_class == "commercial":
        return f"{family} {random.choice(FIRMS)}"
    if account_class == "multifamily":
        return f"{family} Apartments"
    if account_class == "irrigation":
        return f"{family} Homeowners Association"
    if account_class == "construction":
        return random.choice(BUILDERS)
    return f"{random.choice(GIVEN)} {family}"


def phone(random: Random) -> str:
    """A telephone number that nobody has."""
    return f"{random.choice((209, 530, 559))}-555-01{random.randrange(100):02d}"
