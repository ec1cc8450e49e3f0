"""An account's whole story: who, where, meters, reads, use, bills, payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from sqlalchemy import select
from sqlmodel import Session, col

from store.paging import Page, after, page_of, read_cursor
from store.tables.utility import Account, Bill, Customer, Meter, Payment, Premise, Read, ServicePoint

MOST = 200  #: on one page


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountView:
    """An account with what it stands on. Holds personal data."""

    account: Account
    customer: Customer
    premise: Premise
    service_point: ServicePoint
    meters: tuple[Meter, ...]  #: all that hung there, the present one first


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """Water that went through a meter between two reads."""

    meter_id: str
    since: datetime
    until: datetime
    use_ccf: Decimal
    kind: str  #: of the later read
    backwards: bool = False  #: the register fell without having gone round


def account_view(session: Session, account_id: str) -> AccountView | None:
    """The account, or None when there is none."""
    query = (
        select(Account, Customer, Premise, ServicePoint)
        .join(Customer, col(Customer.id) == col(Account.customer_id))
        .join(Premise, col(Premise.id) == col(Account.premise_id))
        .join(ServicePoint, col(ServicePoint.id) == col(Account.service_point_id))
        .where(col(Account.id) == account_id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    account, customer, premise, service_point = row
    meters = session.execute(
        select(Meter)
        .where(col(Meter.service_point_id) == account.service_point_id)
        .order_by(col(Meter.installed).desc(), col(Meter.id))
    ).scalars()
    return AccountView(
        account=account, customer=customer, premise=premise, service_point=service_point, meters=tuple(meters)
    )


def reads_of(session: Session, meter_id: str, *, since: datetime | None = None, limit: int = 1000) -> list[Read]:
    """The reads of a meter, the newest first."""
    query = select(Read).where(col(Read.meter_id) == meter_id)
    if since is not None:
        query = query.where(col(Read.at) >= since)
    query = query.order_by(col(Read.at).desc(), col(Read.kind).desc()).limit(limit)
    return list(session.execute(query).scalars())


def use_of(session: Session, account_id: str) -> list[Use]:
    """The use between the reads of all meters that hung at the account's service point, the oldest first.

    A register that goes round is counted on; one that falls is shown as backwards, with the difference below zero."""
    meters = session.execute(
        select(Meter)
        .join(Account, col(Account.service_point_id) == col(Meter.service_point_id))
        .where(col(Account.id) == account_id)
        .order_by(col(Meter.installed), col(Meter.id))
    ).scalars()
    return [use for meter in meters for use in _between(meter, reads_of(session, meter.id)[::-1])]


def bill_page(session: Session, account_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Bill]:
    """The bills of an account, the newest first."""
    limit = min(limit, MOST)
    key = read_cursor(cursor, (date, str)) if cursor else None
    query = after(
        select(Bill).where(col(Bill.account_id) == account_id), (col(Bill.period_end), col(Bill.id)), key, down=True
    )
    return page_of(
        [session.execute(query.limit(limit + 1)).scalars()], lambda bill: (bill.period_end, bill.id), limit, down=True
    )


def payments_of(session: Session, account_id: str, limit: int = MOST) -> list[Payment]:
    """The payments of an account, the newest first."""
    query = (
        select(Payment)
        .where(col(Payment.account_id) == account_id)
        .order_by(col(Payment.received).desc(), col(Payment.id).desc())
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def _between(meter: Meter, reads: list[Read]) -> list[Use]:
    uses: list[Use] = []
    round_ccf = Decimal(10) ** meter.digits
    for before, then in pairwise(reads):
        if before.at == then.at:
            continue
        difference = then.value_ccf - before.value_ccf
        went_round = difference < 0 and before.value_ccf > round_ccf * 9 / 10 and then.value_ccf < round_ccf / 10
        if went_round:
            difference += round_ccf
        uses.append(
            Use(
                meter_id=meter.id,
                since=before.at,
                until=then.at,
                use_ccf=difference,
                kind=then.kind,
                backwards=difference < 0,
            )
        )
    return uses
