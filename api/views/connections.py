"""Applicants, parcels, registers and the report on new connections as they are shown."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from api.views.accounts import MailingAddress
from api.views.shown import Moment, Said, Shown, Usd
from store.connections import Connection
from store.tables.connections import Applicant, Parcel, RegisterEvent, RegisterItem

APPLICANT_EXAMPLE: dict[str, Any] = {
    "id": "ap-2x7mpqk4hvta",
    "name": "Maria Lopez",
    "phone": "",
    "email": "",
    "language": "en",
    "mailing": {"line1": "PO Box 12", "line2": "", "city": "Sample City", "zip": "90000"},
    "since": "2026-03-09T08:30:00-07:00",
}


class ApplicantView(Shown):
    """Somebody who asks for service and has no account for it yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [APPLICANT_EXAMPLE]})

    id: str
    name: str
    phone: str
    email: str
    language: str
    mailing: MailingAddress
    since: Moment


class ApplicantMade(Shown):
    """The applicant that is kept; answers that are repeated hold no personal data."""

    id: str = Field(examples=["ap-2x7mpqk4hvta"])


class ParcelView(Shown):
    """A parcel: where it is, and whether the district serves it."""

    id: str = Field(description="The assessor's parcel number.", examples=["114-020-07"])
    line1: str = Field(description="Street and number, where it has them.")
    city: str
    zip: str
    legal: str = Field(description="Legal description: lot, tract, map book.")
    zone: str = Field(description="Pressure zone.")
    area: str = Field(description="Service area or improvement district.")
    inside: bool | None = Field(description="Within the boundaries; null while nobody has looked.")
    route: str = Field(description="Reading route that passes it.")
    map: str = Field(description="Sheet of the district's maps.")
    latitude: float | None
    longitude: float | None


class RegisterItemView(Shown):
    """A device in a register."""

    id: str
    register_name: Literal["backflow", "grease"]
    account: str | None
    case: str | None
    kind: str
    make: str
    serial: str
    size: str
    place: str
    since: date
    every_days: int = Field(description="How often it is tested or pumped out, in days.")
    last_done: date | None
    due: date | None = Field(description="Of the next test, inspection or pump-out.")
    removed: date | None
    late: bool


class RegisterEventView(Shown):
    """Something that was done with a device."""

    id: str
    item: str
    on: date
    kind: Literal["registered", "tested", "inspected", "pumped", "removed"]
    passed: bool | None
    percent: int | None = Field(description="Grease and solids of the liquid depth, in percent.")
    due: date | None = Field(description="Of the next one, as reckoned then.")
    by: str
    note: str


class ConnectionLine(Shown):
    """A project in the new-connection report; without the applicant's name."""

    case: str
    type: str = Field(examples=["new-connection-standard"])
    kind: str
    parcel: str
    meter_size: str
    status: Literal["open", "closed"]
    stage: str = Field(description="The active states.")
    opened: date
    closed: date | None
    outcome: str | None
    account: str | None
    fees_usd: Usd
    held_usd: Usd = Field(description="Held in deposit for the project, by the ledger.")
    waits_for: Said


class ConnectionReport(Shown):
    """The projects that were open in a month."""

    month: str = Field(examples=["2026-11"])
    opened: int = Field(description="Opened in the month.")
    finished: int = Field(description="Connected in the month.")
    ended: int = Field(description="Withdrawn, refused or expired in the month.")
    lines: list[ConnectionLine]


def applicant_view(row: Applicant, *, zone: ZoneInfo) -> ApplicantView:
    """The applicant as shown."""
    kept: dict[str, Any] = row.mailing or {}
    return ApplicantView(
        id=row.id,
        name=row.name,
        phone=row.phone,
        email=row.email,
        language=row.language,
        mailing=MailingAddress(**{part: str(kept.get(part, "")) for part in MailingAddress.model_fields}),
        since=row.since.astimezone(zone),
    )


def applicant_etag(row: Applicant) -> str:
    """An ETag of how the applicant is reached, by its content."""
    content = f"{row.name}|{row.phone}|{row.email}|{row.language}|{row.mailing}"
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:24]}"'


def parcel_view(row: Parcel) -> ParcelView:
    """The parcel as shown."""
    return ParcelView(**{name: getattr(row, name) for name in ParcelView.model_fields})


def item_view(row: RegisterItem, *, today: date) -> RegisterItemView:
    """The device as shown."""
    own = {name: getattr(row, name) for name in ("id", "kind", "make", "serial", "size", "place", "since", "removed")}
    return RegisterItemView(
        **own,
        register_name="grease" if row.register_name == "grease" else "backflow",
        account=row.account_id,
        case=row.case_id,
        every_days=row.every_days,
        last_done=row.last_done,
        due=row.due,
        late=row.removed is None and row.due is not None and row.due < today,
    )


def event_view(row: RegisterEvent) -> RegisterEventView:
    """The event as shown."""
    names = ("id", "on", "kind", "passed", "percent", "due", "by", "note")
    return RegisterEventView(item=row.item_id, **{name: getattr(row, name) for name in names})


def connection_line(line: Connection) -> ConnectionLine:
    """The project as a line of the report."""
    return ConnectionLine(**{name: getattr(line, name) for name in ConnectionLine.model_fields})
