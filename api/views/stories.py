"""An account's story, read from the store: what its page and its program are shown."""

from __future__ import annotations

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from api.views.accounts import (
    AccountDetail,
    ContactView,
    NameView,
    address_of,
    contact_view,
    hold_view,
    mailing_of,
)
from store.ledger import balance_usd
from store.paging import Page, after, page_of, read_cursor
from store.queries.holds import standing_holds
from store.tables.papers import Letter
from store.tables.utility import Account, Customer, Meter, Premise, Read


def account_detail(session: Session, account: Account, *, zone: ZoneInfo) -> AccountDetail:
    """The account: who, where, what is owed, what holds it."""
    who_and_where = select(Customer, Premise).join(Premise, col(Premise.id) == account.premise_id)
    customer, premise = session.exec(who_and_where.where(Customer.id == account.customer_id)).one()
    return AccountDetail(
        id=account.id,
        name=customer.name,
        address=address_of(premise),
        account_class=account.account_class,
        status=account.status,
        language=account.language,
        since=account.since,
        closed=account.closed,
        confidential=account.confidential,
        mailing=mailing_of(account),
        phone=customer.phone,
        email=customer.email,
        route=premise.route,
        service_point=account.service_point_id,
        balance_usd=balance_usd(session, account.id),
        holds=[hold_view(hold, zone=zone) for hold in standing_holds(session, account.id)],
    )


def contact(session: Session, account: Account) -> ContactView:
    """How the account's customer is reached."""
    return contact_view(account, session.get_one(Customer, account.customer_id))


def contact_etag(view: ContactView) -> str:
    """An ETag of how the customer is reached: it has no version of its own, so its content is digested."""
    return _etag(view.model_dump_json(exclude={"name"}))


def called(session: Session, account: Account, *, confidential: bool) -> NameView:
    """What the account's customer is called, and which accounts bear the name, with the confidential ones or without."""
    query = select(Account.id).where(Account.customer_id == account.customer_id, Account.id != account.id)
    if not confidential:
        query = query.where(col(Account.confidential).is_(False))
    others = session.exec(query.order_by(col(Account.id)))
    return NameView(account=account.id, name=session.get_one(Customer, account.customer_id).name, others=list(others))


def name_etag(customer: Customer) -> str:
    """An ETag of what the customer is called."""
    return _etag(f"{customer.id} {customer.name}")


def _etag(content: str) -> str:
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:24]}"'


def reads_page(session: Session, account: Account, *, limit: int, cursor: str | None) -> Page[Read]:
    """The reads of all meters that hung at the account's service point, the newest first."""
    key = read_cursor(cursor, (datetime, int)) if cursor else None
    meters = select(Meter.id).where(Meter.service_point_id == account.service_point_id)
    query = select(Read).where(col(Read.meter_id).in_(meters))
    rows = session.execute(after(query, (col(Read.at), col(Read.id)), key, down=True).limit(limit + 1)).scalars()
    return page_of([rows], lambda read: (read.at, read.id), limit, down=True)


def letters_page(
    session: Session, *, account: str | None = None, case: str | None = None, limit: int, cursor: str | None = None
) -> Page[Letter]:
    """Letters to an account or of a case, the newest first."""
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    query = select(Letter)
    if account is not None:
        query = query.where(Letter.account_id == account)
    if case is not None:
        query = query.where(Letter.case_id == case)
    rows = session.execute(after(query, (col(Letter.queued_at), col(Letter.id)), key, down=True).limit(limit + 1))
    return page_of([rows.scalars()], lambda letter: (letter.queued_at, letter.id), limit, down=True)
