"""What concerns an account and is SQL alone: who may see it, that it was seen, and how its customer is reached."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, select

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.rules import must_see_account
from api.problems import Changed, NotFound
from api.security.people import Person
from api.services import Services
from api.views.stories import contact, contact_etag
from definitions.language.sentences import say
from store.finding import keep_account_words
from store.tables.audit import Audit
from store.tables.utility import Account, Customer


def viewed(session: Session, person: Person, account_id: str) -> Account:
    """The account, for a person who may see it; NotFound or Confidential otherwise."""
    person.must("see-accounts")
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound(
            say("There is no account %(account)s. POST /api/accounts/search finds accounts.", account=repr(account_id))
        )
    must_see_account(session, person, account_id)
    return account


def log_view(office: Services, person: Person, account_id: str, *, confidential: bool, what: str) -> None:
    """Writes down that an account was looked at, before its story leaves the server."""
    if not account_id and not confidential:
        return
    with office.store.writing() as session:
        session.add(
            Audit(
                at=office.now(),
                person=person.id,
                act="view",
                object_kind=what,
                object_id=account_id,
                account_id=account_id or None,
                rule="right see-confidential" if confidential else "right see-accounts",
            )
        )


def change_contact(
    office: Services,
    ask: Ask,
    account_id: str,
    *,
    version: str,
    phone: str,
    email: str,
    language: str,
    mailing: dict[str, Any] | None,
) -> Answer:
    """Nothing but the new ETag; Changed when somebody else was first."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "edit-accounts")
        account = session.exec(select(Account).where(Account.id == account_id).with_for_update()).first()
        if account is None:
            raise NotFound(say("There is no account %(account)s.", account=repr(account_id)))
        record.account = account.id
        must_see_account(session, ask.person, account_id)
        if contact_etag(contact(session, account)) != f'"{version}"':
            raise Changed(say("Somebody changed how this customer is reached since you read it. Read it again first."))
        customer = session.get_one(Customer, account.customer_id)
        customer.phone, customer.email = phone, email
        account.language, account.mailing = language, mailing
        session.flush()
        accounts = session.exec(select(Account.id).where(Account.customer_id == customer.id))
        keep_account_words(session.connection(), accounts)
        # Answers are kept for repetitions, so none holds personal data: this one says only that it was done.
        return Answer(status=204, headers={"ETag": contact_etag(contact(session, account))})

    return once(office.store, ask, Record(act="change-contact", kind="account", id=account_id), work)
