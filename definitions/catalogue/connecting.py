"""What new connections and temporary meters do: deposits of a project, accounts and meters that come into being, registers."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from definitions.catalogue.actions import Arg, CannotCompute, Context, Signature
from definitions.catalogue.tariff import RATES, tariff
from definitions.catalogue.working import to_cents
from definitions.language.money import money_json
from definitions.language.sentences import say

_TEXT, _OPTIONAL = Arg(type="text"), Arg(type="text", required=False)
_MONEY = Arg(type="money")


def last_business_day(context: Context, *, after: Any = None) -> str:
    """The last business day of the month in which the day lies (today by default), as an ISO date.

    A day after it gives the last business day of the next month."""
    day = date.fromisoformat(str(after)) if after else context.today
    last = _last_of_month(context, day)
    if last < day:
        last = _last_of_month(context, (day.replace(day=1) + timedelta(days=32)).replace(day=1))
    return last.isoformat()


def _last_of_month(context: Context, day: date) -> date:
    last = (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    while not context.calendar.is_business_day(last):
        last -= timedelta(days=1)
    return last


def compute_anniversary(_context: Context, *, of: Any, years: Any = 1) -> str:
    """The same civil day some years later (28 February for a leap day), as an ISO date."""
    day = date.fromisoformat(str(of))
    year = day.year + int(years)
    leap = day.month == 2 and day.day == 29 and not isleap(year)
    return (day.replace(year=year, day=28) if leap else day.replace(year=year)).isoformat()


def compute_water_charge(context: Context, *, use: Any, use_class: str, percent: Any = "100") -> str:
    """What so much water (ccf) costs a class, times a percentage, in USD."""
    try:
        use_ccf, share = Decimal(str(use)), Decimal(str(percent))
    except InvalidOperation:
        raise CannotCompute(say("the use is not known")) from None
    if use_ccf < 0:
        raise CannotCompute(say("the register went backwards; check the reads"))
    charged = tariff(context.tables.get(RATES), use_class).charge_usd(use_ccf) * share / 100
    return money_json(to_cents(charged))


ACTIONS = (
    Signature(
        name="last-business-day",
        kind="pure",
        args={"after": Arg(type="date", required=False, title="A day of the month; today by default")},
        result="date",
        compute=last_business_day,
        says="finds the last business day of the month",
    ),
    Signature(
        name="compute-anniversary",
        kind="pure",
        args={"of": Arg(type="date"), "years": Arg(type="integer", required=False, title="One by default")},
        result="date",
        compute=compute_anniversary,
        says="finds the same day in a later year",
    ),
    Signature(
        name="compute-water-charge",
        kind="pure",
        args={
            "use": Arg(type="quantity"),
            "use_class": _TEXT,
            "percent": Arg(type="number", required=False, title="Of the class's rate; 100 by default"),
        },
        result="money",
        compute=compute_water_charge,
        says="computes what the water costs",
    ),
    Signature(
        name="pay-refund",
        kind="effect",
        args={"amount": _MONEY, "reference": _OPTIONAL},
        replies=("refund-paid",),
        irreversible=True,
        says="pays {amount} back",
    ),
    Signature(
        name="record-parcel",
        kind="effect",
        args={"inside": Arg(type="boolean"), "zone": _OPTIONAL, "legal": _OPTIONAL},
        replies=("parcel-recorded",),
        says="notes in the parcel's record whether the district serves it",
    ),
    Signature(
        name="create-account",
        kind="effect",
        args={
            "use_class": _TEXT,
            "size": Arg(type="text", title="Of the service"),
            "service": Arg(type="text", required=False, title="`domestic` (default), irrigation, fire, hydrant"),
            "place": Arg(type="text", required=False, title="Street and number; by default the parcel's"),
        },
        replies=("account-created",),
        irreversible=True,
        says="opens an account",
    ),
    Signature(
        name="set-meter",
        kind="effect",
        args={
            "serial": _TEXT,
            "size": _TEXT,
            "read": Arg(type="quantity"),
            "digits": Arg(type="integer", required=False, title="Of the register, in whole ccf"),
            "route": _OPTIONAL,
            "sequence": Arg(type="integer", required=False),
        },
        replies=("meter-set", "meter-in-use"),
        irreversible=True,
        says="takes the meter into the account's record",
    ),
    Signature(
        name="move-meter",
        kind="effect",
        args={"place": Arg(type="text", title="Where it goes")},
        replies=("meter-moved",),
        irreversible=True,
        says="notes that the meter is moved",
    ),
    Signature(
        name="remove-meter",
        kind="effect",
        args={"read": Arg(type="quantity", required=False), "close": Arg(type="boolean", required=False)},
        replies=("meter-removed",),
        irreversible=True,
        says="notes that the meter is gone",
    ),
    Signature(
        name="register",
        kind="effect",
        args={
            "register": Arg(type="text", title="`backflow` or `grease`"),
            "kind": _TEXT,
            "size": _OPTIONAL,
            "make": _OPTIONAL,
            "serial": _OPTIONAL,
            "place": _OPTIONAL,
            "done": Arg(type="date", required=False, title="Day of the first test or inspection"),
        },
        replies=("registered",),
        irreversible=True,
        says="puts it into the register {register}",
    ),
)
