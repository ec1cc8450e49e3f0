"""What a new connection stands on before there is an account: applicants and parcels; and the registers of devices.

Personal data of an applicant (name, telephone number, address) is in `applicants` and nowhere else.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Moment, PlainJson

REGISTERS = ("backflow", "grease")
EVENTS = ("registered", "tested", "inspected", "pumped", "removed")


class Applicant(Row, table=True):
    """Somebody who asks for service and has no account for it yet: personal data."""

    __tablename__ = "applicants"

    id: str = Field(primary_key=True)
    name: str
    phone: str = ""
    email: str = ""
    language: str = "en"  #: of letters: BCP 47
    mailing: dict[str, Any] = Field(sa_type=PlainJson)  #: line1, line2, city, state, zip
    since: datetime = Field(sa_type=Moment)


class Parcel(Row, table=True):
    """A piece of land as the county's assessor knows it, and whether the district serves it."""

    __tablename__ = "parcels"

    id: str = Field(primary_key=True)  #: the assessor's parcel number (APN)
    line1: str = ""  #: street and number, where it has them
    city: str = ""
    zip: str = ""
    legal: str = ""  #: legal description: lot, tract, map book
    zone: str = ""  #: pressure zone
    area: str = ""  #: service area or improvement district
    inside: bool | None = None  #: within the district's boundaries; None: nobody has looked yet
    route: str = ""  #: reading route that passes it
    map: str = ""  #: sheet of the district's maps on which its main stands
    latitude: float | None = None  #: degrees, WGS 84
    longitude: float | None = None


class RegisterItem(Row, table=True):
    """A device that the district keeps a register of: a backflow assembly, a grease interceptor."""

    __tablename__ = "register_items"

    id: str = Field(primary_key=True)  #: the effect's id, or `r-…` where a person entered it
    register_name: str
    account_id: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    case_id: str | None = Field(default=None, foreign_key="cases.id")
    kind: str  #: reduced-pressure, double-check, interceptor, trap …
    make: str = ""
    serial: str = ""
    size: str = ""
    place: str = ""  #: where on the premises it stands
    since: date
    every_days: int  #: how long after each test, inspection or pump-out the next one is due
    last_done: date | None = None
    due: date | None = None  #: of the next; None once it is removed
    removed: date | None = None

    __table_args__ = (
        CheckConstraint("register_name in ('backflow', 'grease')", name="register_name"),
        Index("ix_register_items_due", "register_name", "due", "id", **only_where("removed IS NULL")),
    )


class RegisterEvent(Row, table=True):
    """Something that was done with a device: a test, an inspection, a pump-out."""

    __tablename__ = "register_events"

    id: str = Field(primary_key=True)
    item_id: str = Field(foreign_key="register_items.id")
    on: date
    kind: str
    passed: bool | None = None
    percent: int | None = None  #: grease and solids of the liquid depth
    due: date | None = None  #: of the next one, as it was reckoned
    by: str
    at: datetime = Field(sa_type=Moment)
    note: str = ""

    __table_args__ = (
        CheckConstraint("kind in ('registered', 'tested', 'inspected', 'pumped', 'removed')", name="kind"),
        Index("ix_register_events_item", "item_id", "on", "id"),
    )
