"""Whose a case, an account or a file is: the person whose key seals what is kept of it."""

from __future__ import annotations

from sqlmodel import Session, col, func, select

from store.tables.cases import CaseRow
from store.tables.inbox import InboxItem
from store.tables.utility import Account


def owner_of_account(session: Session, account_id: str | None) -> str | None:
    """The account's customer."""
    if account_id is None:
        return None
    return session.exec(select(Account.customer_id).where(col(Account.id) == account_id)).first()


def owner_of_case(session: Session, case_id: str | None) -> str | None:
    """The customer of the case's account, else the applicant who asks for service; None of a case that is about nobody."""
    if case_id is None:
        return None
    query = (
        select(func.coalesce(col(Account.customer_id), col(CaseRow.applicant_id)))
        .select_from(CaseRow)
        .outerjoin(Account, col(Account.id) == col(CaseRow.account_id))
        .where(col(CaseRow.id) == case_id)
    )
    return session.exec(query).first()


def owner_of_item(session: Session, item_id: str | None) -> str | None:
    """The customer whom something that came in is from, where that is known."""
    item = session.get(InboxItem, item_id) if item_id is not None else None
    if item is None:
        return None
    return owner_of_account(session, item.account_id) or owner_of_case(session, item.case_id)
