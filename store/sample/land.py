"""Empty land of the sample district and the people who ask for water on it: what new connections can be tried with."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Final

from sqlmodel import Session

from store.applicants import add_applicant
from store.sample.places import BUILDERS, CITY, ZIP, name, phone, place
from store.tables.connections import Parcel

LOTS: Final = 24
BEYOND: Final = 2  #: of them, outside the boundary
UNKNOWN: Final = 4  #: of them, never looked up
ZONES: Final = ("Z1", "Z2", "Z3")


def add_land(session: Session, now: datetime, seed: int) -> None:
    """Add parcels (most inside the district, some never looked up, some outside) and applicants."""
    random = Random(seed)  # noqa: S311  # a sample, not a secret
    for number in range(LOTS):
        where = place(number % 8, 150 + number, random)
        beyond, unknown = number < BEYOND, BEYOND <= number < BEYOND + UNKNOWN
        session.add(
            Parcel(
                id=f"114-{20 + number // 10:03d}-{number % 10 + 1:02d}",
                line1="" if beyond else where.line1,
                city=CITY,
                zip=ZIP,
                legal=f"Lot {number + 1}, Tract 311, Book 42 of Maps, page {number // 6 + 7}",
                zone="" if beyond or unknown else ZONES[number % 3],
                area="" if beyond or unknown else "Improvement District 1",
                inside=False if beyond else None if unknown else True,
                route="" if beyond else f"R{number % 8 + 1}",
                map=f"Sheet {number // 4 + 1}",
                latitude=where.latitude,
                longitude=where.longitude,
            )
        )
    people = [name("residential", random) for _ in range(6)]
    for number, who in enumerate((*people, *BUILDERS), 1):
        add_applicant(
            session,
            f"ap-sample{number:06d}",
            name=who,
            phone=phone(random),
            language="es" if number % 3 == 0 else "en",
            mailing={"line1": f"PO Box {100 + number}", "line2": "", "city": CITY, "state": "CA", "zip": ZIP},
            at=now - timedelta(days=random.randrange(2, 60)),
        )
