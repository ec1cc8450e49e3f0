"""What an account used, for facts: its bills, the same period of other years, its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import takewhile
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from definitions.catalogue import usage
from definitions.catalogue.reads import Limits, Reading, audited
from definitions.language.quantity import plain
from store.queries.consumption import ABOUT_USE, BACK
from store.tables.cases import CaseRow
from store.tables.utility import Account, Bill, Meter, Premise, Read

SIX_YEARS = timedelta(days=6 * 365 + 2)
NEAR = timedelta(days=31)  #: how far apart neighbours' periods may end
READS = 24  #: that are looked at for estimates in a row


def bills(session: Session, account: str, today: date) -> list[Bill]:
    """The account's bills of six years, newest first."""
    query = (
        select(Bill)
        .where(col(Bill.account_id) == account, col(Bill.period_end) >= today - SIX_YEARS)
        .order_by(col(Bill.period_end).desc())
    )
    return list(session.execute(query).scalars())


def written(bill: Bill) -> dict[str, Any]:
    """A bill as the fact `bill_history` holds it."""
    return {
        "id": bill.id,
        "period_start": bill.period_start.isoformat(),
        "period_end": bill.period_end.isoformat(),
        "days": bill.days,
        "use": f"{bill.use_ccf:f}",
        "amount": f"{bill.amount_usd:.2f}",
    }


def same_period_ccf(history: Sequence[Bill], bill: Bill | None, years: int) -> str | None:
    """The average use in the same period of so many years before, as far as there are bills; None without any."""
    if bill is None:
        return None
    periods = usage.periods([written(each) for each in history])
    of = usage.period(written(bill))
    found = [same for back in range(1, years + 1) if (same := usage.same_period(periods, of, back)) is not None]
    return _ccf(usage.mean([each.use_ccf for each in found])) if found else None


def previous_ccf(history: Sequence[Bill], bill: Bill | None) -> str | None:
    """The use in the period before; None without one."""
    if bill is None:
        return None
    before = usage.preceding(usage.periods([written(each) for each in history]), usage.period(written(bill)), 1)
    return _ccf(before[0].use_ccf) if before else None


def neighbours_ccf(session: Session, account: Account | None, bill: Bill | None) -> str | None:
    """The median use of other accounts of the class on the same route in about the same period; None without any."""
    if account is None or bill is None:
        return None
    route = select(col(Premise.route)).where(col(Premise.id) == account.premise_id).scalar_subquery()
    query = (
        select(col(Bill.use_ccf))
        .join(Account, col(Account.id) == col(Bill.account_id))
        .join(Premise, col(Premise.id) == col(Account.premise_id))
        .where(
            col(Premise.route) == route,
            col(Account.account_class) == account.account_class,
            col(Account.id) != account.id,
            col(Bill.period_end).between(bill.period_end - NEAR, bill.period_end + NEAR),
        )
    )
    found = list(session.execute(query).scalars())
    return _ccf(median(found)) if found else None


def zero_periods(history: Sequence[Bill]) -> int:
    """Periods in a row without use, counted back from the last bill."""
    return sum(1 for _ in takewhile(lambda bill: bill.use_ccf == 0, history))


def estimated_periods(session: Session, account: Account | None) -> int:
    """Reads in a row that were estimated, counted back from the last one of the present meter."""
    if account is None:
        return 0
    query = (
        select(col(Read.kind))
        .join(Meter, col(Meter.id) == col(Read.meter_id))
        .where(col(Meter.service_point_id) == account.service_point_id, col(Meter.removed).is_(None))
        .order_by(col(Read.at).desc())
        .limit(READS)
    )
    return sum(1 for _ in takewhile(lambda kind: kind == "estimated", session.execute(query).scalars()))


def last_read(session: Session, account: Account | None, zone: ZoneInfo) -> tuple[str | None, str | None]:
    """The register of the present meter at its last read, in ccf, and the day of it; (None, None) before the first."""
    if account is None:
        return None, None
    query = (
        select(col(Read.value_ccf), col(Read.at))
        .join(Meter, col(Meter.id) == col(Read.meter_id))
        .where(col(Meter.service_point_id) == account.service_point_id, col(Meter.removed).is_(None))
        .order_by(col(Read.at).desc(), col(Read.id).desc())
        .limit(1)
    )
    found = session.execute(query).first()
    return (plain(found[0]), found[1].astimezone(zone).date().isoformat()) if found is not None else (None, None)


def _ccf(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.001'), ROUND_HALF_UP):f}"


def read_audit(session: Session, account: Account | None, today: date, zone: ZoneInfo, limits: Limits) -> str | None:
    """What the last read of 31 days says; `fine` once a case has looked into the use since, None without such a read."""
    if account is None:
        return None
    query = (
        select(col(Read.at), col(Read.value_ccf), col(Read.kind))
        .join(Meter, col(Meter.id) == col(Read.meter_id))
        .where(
            col(Meter.service_point_id) == account.service_point_id,
            col(Meter.removed).is_(None),
            col(Read.at) >= datetime.combine(today - BACK, time.min, zone),
            col(Read.at) < datetime.combine(today + timedelta(days=1), time.min, zone),
        )
        .order_by(col(Read.at), col(Read.id))
    )
    rows = session.execute(query).all()
    reads = [Reading(on=row[0].astimezone(zone).date(), value_ccf=row[1], kind=row[2]) for row in rows]
    found = audited(reads, limits)
    if found is None or found.on < today - NEAR:
        return None
    looked = select(func.max(col(CaseRow.opened_at))).where(
        col(CaseRow.account_id) == account.id, col(CaseRow.definition).in_(ABOUT_USE)
    )
    since = session.execute(looked).scalar_one_or_none()
    return "fine" if since is not None and since >= rows[-1][0] else found.finding
