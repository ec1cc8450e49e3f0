"""The day on which a list runs, as it stands at this moment: lines, crews, payments, what was recalled, checks at the curb."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlmodel import Session

from api.security.people import Person
from api.views.lists import OrderView, day_lines, endings, order_view, per_day
from api.views.reviewing import seen
from api.views.shown import local
from definitions.language.pack import ReviewList
from definitions.language.sentences import again
from store.queries.reviewing import (
    WHOSE,
    Off,
    Place,
    accounts_off,
    day_of_list,
    last_checks,
    paid_but_off,
    places,
    received,
)
from store.tables.cases import TaskRow

LOCKED_OFF = "locked-off"  #: the tag of what a list leads to after which an account's water is off


@dataclass(frozen=True, kw_only=True)
class CurbCheck:
    """What was answered last at the curb."""

    at: datetime
    fit: bool
    sentence: str


@dataclass(frozen=True, kw_only=True)
class DayLine:
    """A line of the day. Holds personal data."""

    account: str | None
    case: str
    place: Place | None
    order: OrderView | None  #: the last one
    check: CurbCheck | None
    exceptions: Sequence[OrderView]
    paid_usd: Decimal  #: today


@dataclass(frozen=True, kw_only=True)
class CameIn:
    """A payment of an account of the day."""

    account: str
    amount_usd: Decimal
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PaidOff:
    """An account whose water is off and that has paid. Holds personal data."""

    off: Off
    locked_at: datetime | None
    place: Place | None


@dataclass(frozen=True, kw_only=True)
class CrewDay:
    """How far a crew is."""

    crew: str
    open: int
    done: int
    recalled: int


@dataclass(frozen=True, kw_only=True)
class Day:
    """All of the day."""

    day: date
    released: int
    per_day: int | None
    orders: Mapping[str, int]  #: work orders by state
    lines: Sequence[DayLine]
    crews: Sequence[CrewDay]
    payments: Sequence[CameIn]
    outcomes: Mapping[str, int]  #: completed orders by what their outcomes are called
    paid_but_off: Sequence[PaidOff]
    off: int  #: accounts whose water is off


def lock_off_day(session: Session, name: str, spec: ReviewList, day: date, *, person: Person, zone: ZoneInfo) -> Day:
    """The day of the list; its accounts are asked about together: eight statements (and one
    for each version that the cases run on), thirteen where it shuts water off."""
    found = day_lines(day, day_of_list(session, name, day, WHOSE), zone=zone)
    accounts = {line.account_id for line, _, _ in found if line.account_id}
    payments = received(session, accounts, day) if accounts else []
    orders = [order for _, each, _ in found for order in each]
    ended = endings(session, (each for _, went, exceptions in found for each in (*went, *exceptions)))
    checks = last_checks(session, (order.id for order in orders)) if orders else {}
    off = accounts_off(session) if LOCKED_OFF in spec.lawful else []
    paid = paid_but_off(session, off)
    where = places(session, accounts | {each.account for each in paid}) if accounts or paid else {}
    sees = person.may("see-confidential")
    lines = [
        DayLine(
            account=line.account_id,
            case=line.case_id,
            place=seen(where.get(line.account_id or ""), sees=sees),
            order=order_view(went[-1], zone, ended) if went else None,
            check=next(
                (
                    CurbCheck(at=check.at.astimezone(zone), fit=check.fit, sentence=again(check.sentence, check.said))
                    for order in reversed(went)
                    if (check := checks.get(order.id)) is not None
                ),
                None,
            ),
            exceptions=[order_view(each, zone, ended) for each in exceptions],
            paid_usd=sum((one.amount_usd for one in payments if one.account == line.account_id), Decimal(0)),
        )
        for line, went, exceptions in found
    ]
    return Day(
        day=day,
        released=len(found),
        per_day=per_day(spec),
        orders=dict(Counter(order.state for order in orders)),
        lines=lines,
        crews=_crews(orders),
        payments=[
            CameIn(account=each.account, amount_usd=each.amount_usd, at=each.at.astimezone(zone)) for each in payments
        ],
        outcomes=dict(Counter(ended[order.id] for order in orders if order.id in ended)),
        paid_but_off=[
            PaidOff(off=each, locked_at=local(each.locked_at, zone), place=seen(where.get(each.account), sees=sees))
            for each in paid
        ],
        off=len(off),
    )


def _crews(orders: Sequence[TaskRow]) -> list[CrewDay]:
    names = sorted({order.crew for order in orders if order.crew})
    return [
        CrewDay(
            crew=name,
            open=sum(order.crew == name and order.closed_at is None for order in orders),
            done=sum(order.crew == name and order.state == "completed" for order in orders),
            recalled=sum(order.crew == name and order.state == "cancelled" for order in orders),
        )
        for name in names
    ]
