"""What a bankruptcy asks of the books: reads and postings around the petition, and the accounts that were split."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from store.tables.bankruptcy import AccountSplit
from store.tables.cases import CaseRow
from store.tables.ledger import Posting
from store.tables.utility import Account, Bill, Meter, Read

TAKEN = ("actual", "field", "customer")  #: kinds of reads that somebody took


def open_bankruptcy(session: Session, account_id: str) -> CaseRow | None:
    """The account's open bankruptcy case, the newest first."""
    query = (
        select(CaseRow)
        .where(
            col(CaseRow.account_id) == account_id,
            col(CaseRow.definition) == "bankruptcy",
            col(CaseRow.status) == "open",
        )
        .order_by(col(CaseRow.opened_at).desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def split_by(session: Session, effect_id: str) -> AccountSplit | None:
    """The split that an effect has made."""
    return session.get(AccountSplit, effect_id)


def taken_reads(session: Session, account: Account, since: date, zone: ZoneInfo) -> list[tuple[date, Decimal]]:
    """The reads taken at the account's service point from a day on, by the district's days, oldest first."""
    query = (
        select(col(Read.at), col(Read.value_ccf))
        .join(Meter, col(Meter.id) == col(Read.meter_id))
        .where(
            col(Meter.service_point_id) == account.service_point_id,
            col(Read.at) >= datetime.combine(since, time.min, zone),
            col(Read.kind).in_(TAKEN),
        )
        .order_by(col(Read.at))
    )
    return [(at.astimezone(zone).date(), value) for at, value in session.execute(query)]


def bills_around(session: Session, account_id: str, petition: date) -> list[Bill]:
    """The last bill that ended before the petition and every later one, oldest first."""
    bills = select(Bill).where(col(Bill.account_id) == account_id)
    before = session.execute(
        bills.where(col(Bill.period_end) <= petition).order_by(col(Bill.period_end).desc()).limit(1)
    ).scalars()
    after = session.execute(bills.where(col(Bill.period_end) > petition).order_by(col(Bill.period_end))).scalars()
    return [*before, *after]


def lines_of_entry(session: Session, entry_id: str) -> list[Posting]:
    """The lines of an entry, in order."""
    query = select(Posting).where(col(Posting.entry_id) == entry_id).order_by(col(Posting.line))
    return list(session.execute(query).scalars())


def free_account_id(session: Session, old: str) -> str:
    """The number of the account that follows: the old one with the next free counter behind it."""
    stem, number = old, 2
    while session.get(Account, f"{stem}-{number}") is not None:
        number += 1
    return f"{stem}-{number}"
