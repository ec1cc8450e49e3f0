"""The consumption log: the use up to the last read of every meter in a span of days, and what the read audit says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlmodel import Session, col

from definitions.catalogue.reads import NEAR, YEAR, Audited, Limits, Reading, audited
from store.tables.cases import CaseRow
from store.tables.utility import Account, Meter, Premise, Read

BACK = YEAR + 2 * NEAR + timedelta(days=31)  #: so far before the span reads are needed to compare with
ABOUT_USE = ("high-consumption", "leak-investigation", "reread", "meter-test")  #: case types that look into it
_HANGING = text("meters.removed IS NULL")


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One meter's line of the log."""

    account: str
    account_class: str
    route: str
    meter: str
    audited: Audited
    case: str | None  #: an open case that looks into the account's use


def consumption_log(session: Session, *, since: date, until: date, zone: ZoneInfo, limits: Limits) -> Iterator[LogLine]:
    """A line for each meter that was read in the span, by account; personal data are not in it."""
    begin = datetime.combine(since - BACK, time.min, zone)
    end = datetime.combine(until + timedelta(days=1), time.min, zone)
    query = (
        select(
            col(Account.id),
            col(Account.account_class),
            col(Premise.route),
            col(Meter.serial),
            col(Read.at),
            col(Read.value_ccf),
            col(Read.kind),
        )
        .join(Premise, col(Premise.id) == col(Account.premise_id))
        .join(Meter, col(Meter.service_point_id) == col(Account.service_point_id))
        .join(Read, col(Read.meter_id) == col(Meter.id))
        .where(col(Account.status) != "closed", _HANGING, col(Read.at) >= begin, col(Read.at) < end)
        .order_by(col(Account.id), col(Meter.serial), col(Read.at), col(Read.id))
    )
    looked_into = _looked_into(session)
    for head, rows in groupby(session.execute(query), key=lambda row: tuple(row[:4])):
        reads = [Reading(on=row[4].astimezone(zone).date(), value_ccf=row[5], kind=row[6]) for row in rows]
        found = audited(reads, limits) if reads[-1].on >= since else None
        if found is not None:
            account, account_class, route, meter = head
            yield LogLine(
                account=account,
                account_class=account_class,
                route=route,
                meter=meter,
                audited=found,
                case=looked_into.get(account),
            )


def _looked_into(session: Session) -> dict[str, str]:
    query = (
        select(col(CaseRow.account_id), col(CaseRow.id))
        .where(col(CaseRow.status) == "open", col(CaseRow.definition).in_(ABOUT_USE))
        .order_by(col(CaseRow.opened_at).desc())
    )
    return {str(row[0]): row[1] for row in session.execute(query)}
