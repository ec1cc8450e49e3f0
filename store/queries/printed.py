"""What letters say of people: their names and where they get their post."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from store.tables.connections import Applicant
from store.tables.utility import Account, Customer, Premise


def names_and_places(session: Session) -> Iterator[tuple[str, list[str]]]:
    """What letters to each account and each applicant say of them, by its number. Holds personal data."""
    accounts = (
        select(
            col(Account.id),
            col(Customer.name),
            col(Premise.line1),
            col(Premise.line2),
            col(Premise.city),
            col(Account.mailing),
        )
        .join(Customer, col(Customer.id) == col(Account.customer_id))
        .join(Premise, col(Premise.id) == col(Account.premise_id))
        .order_by(col(Account.id))
    )
    for account, *texts, mailing in session.execute(accounts.execution_options(yield_per=1000)):
        yield account, [*texts, *_texts_in(mailing)]
    applicants = select(col(Applicant.id), col(Applicant.name), col(Applicant.mailing)).order_by(col(Applicant.id))
    for applicant, name, mailing in session.execute(applicants.execution_options(yield_per=1000)):
        yield applicant, [name, *_texts_in(mailing)]


def _texts_in(mailing: dict[str, Any] | None) -> list[str]:
    return [value for value in (mailing or {}).values() if isinstance(value, str)]
