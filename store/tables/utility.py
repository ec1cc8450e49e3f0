"""The account book: premises, service points, meters and reads; customers, accounts, bills, payments; holds.

Personal data (names, telephone numbers, addresses of people) is in `customers` and in an account's mailing address,
nowhere else.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from store.tables.base import Row, only_where
from store.types import Ccf, Moment, PlainJson, Usd

ACCOUNT_CLASSES = ("residential", "multifamily", "commercial", "irrigation", "construction")
ACCOUNT_STATUSES = ("active", "shut-off", "closed")
OFF = "status = 'shut-off'"
READ_KINDS = ("actual", "estimated", "field", "customer")


class Premise(Row, table=True):
    """A place that water is delivered to."""

    __tablename__ = "premises"

    id: str = Field(primary_key=True)
    line1: str
    line2: str = ""
    city: str
    zip: str
    route: str  #: reading route
    sequence: int  #: place on the route
    latitude: float | None = None  #: degrees, WGS 84
    longitude: float | None = None
    access: str = ""  #: how a crew gets to the meter: where it lies, whom to ask, which gate
    hazard: str = ""  #: what a crew looks out for: a dog, a deep vault, traffic

    __table_args__ = (Index("ix_premises_route", "route", "sequence", "id"),)


class ServicePoint(Row, table=True):
    """Where a premise is connected to the main."""

    __tablename__ = "service_points"

    id: str = Field(primary_key=True)
    premise_id: str = Field(foreign_key="premises.id", index=True)
    kind: str = "domestic"  #: domestic, irrigation, fire, hydrant
    size: str = '5/8"'


class Meter(Row, table=True):
    """A meter, and the time in which it hung at its service point."""

    __tablename__ = "meters"

    id: str = Field(primary_key=True)
    service_point_id: str = Field(foreign_key="service_points.id", index=True)
    serial: str = Field(unique=True)
    size: str = '5/8"'
    unit: str = "ccf"
    digits: int = 6  #: of the register, in whole units; it starts again at zero after 10 to this power
    installed: date
    removed: date | None = None


class Read(Row, table=True):
    """What a meter's register showed."""

    __tablename__ = "reads"

    id: int | None = Field(default=None, primary_key=True)
    meter_id: str = Field(foreign_key="meters.id")
    at: datetime = Field(sa_type=Moment)
    value_ccf: Decimal = Field(sa_type=Ccf)
    kind: str = "actual"
    source: str = ""  #: where it comes from: `import`, `c-….3`, `sample`

    __table_args__ = (
        UniqueConstraint("meter_id", "at", "kind"),
        CheckConstraint("kind in ('actual', 'estimated', 'field', 'customer')", name="kind"),
    )


class Customer(Row, table=True):
    """The person or firm that an account is with: personal data."""

    __tablename__ = "customers"

    id: str = Field(primary_key=True)
    name: str
    phone: str = ""
    email: str = ""


class Account(Row, table=True):
    """A customer's account for one service point."""

    __tablename__ = "accounts"

    id: str = Field(primary_key=True)
    premise_id: str = Field(foreign_key="premises.id", index=True)
    service_point_id: str = Field(foreign_key="service_points.id", index=True)
    customer_id: str = Field(foreign_key="customers.id", index=True)
    account_class: str = "residential"
    status: str = "active"
    language: str = "en"  #: of letters: BCP 47
    mailing: dict[str, Any] | None = Field(
        default=None, sa_type=PlainJson
    )  #: line1, line2, city, state ("" for the district's), zip, when it is not the premise
    since: date
    closed: date | None = None
    confidential: bool = False
    low_income_until: date | None = None  #: the household has shown that it is below 200 % of the poverty level
    hold_version: int = 0  #: counts the changes of its holds

    __table_args__ = (
        Index("ix_accounts_off", "id", **only_where(OFF)),
        CheckConstraint(
            "account_class in ('residential', 'multifamily', 'commercial', 'irrigation', 'construction')",
            name="account_class",
        ),
        CheckConstraint("status in ('active', 'shut-off', 'closed')", name="status"),
    )


class Bill(Row, table=True):
    """A bill for one period."""

    __tablename__ = "bills"

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="accounts.id")
    meter_id: str | None = Field(default=None, foreign_key="meters.id")
    period_start: date
    period_end: date
    days: int
    read_ccf: Decimal = Field(sa_type=Ccf)  #: the register at the end of the period
    use_ccf: Decimal = Field(sa_type=Ccf)
    amount_usd: Decimal = Field(sa_type=Usd)
    mailed: date
    due: date

    __table_args__ = (UniqueConstraint("account_id", "period_end"),)


class Payment(Row, table=True):
    """A payment received."""

    __tablename__ = "payments"

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="accounts.id")
    received: date
    amount_usd: Decimal = Field(sa_type=Usd)
    method: str = "check"  #: check, card, cash, ach, lockbox
    reversed_on: date | None = None  #: when the bank returned it
    reverse_reason: str | None = None

    __table_args__ = (Index("ix_payments_account", "account_id", "received", "id"),)


class Hold(Row, table=True):
    """Something that stays or slows what the district does to an account: bankruptcy, medical, appeal, …"""

    __tablename__ = "holds"

    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="accounts.id")
    kind: str
    since: datetime = Field(sa_type=Moment)
    until: datetime | None = Field(default=None, sa_type=Moment)  #: when it ends by itself
    placed_by: str
    placed_at: datetime = Field(sa_type=Moment)
    reason: str = ""
    reference: str | None = None  #: a file or case behind it
    released_at: datetime | None = Field(default=None, sa_type=Moment)
    released_by: str | None = None
    release_reason: str | None = None

    __table_args__ = (
        Index("ix_holds_account", "account_id", "since"),
        Index(
            "uq_holds_standing",
            "account_id",
            "kind",
            unique=True,
            **only_where("released_at IS NULL"),
        ),
    )
