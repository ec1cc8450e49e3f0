"""What concerns an account and is SQL alone: who may see it, that it was seen, what its customer is called and how they are
reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from sqlmodel import Session, select

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.printable import must_print, whom
from api.acts.rules import must_see_account
from api.problems import Changed, Conflict, Invalid, NotFound
from api.security.people import Person
from api.services import Services
from api.views.stories import contact, contact_etag, name_etag
from definitions.language.sentences import say
from store.finding import keep_account_words, words_in
from store.tables.audit import Audit
from store.tables.redactions import Redaction
from store.tables.utility import Account, Customer

RIGHT: Final = "edit-accounts"

Why = Literal["misspelt", "marriage", "court-order", "business-renamed"]
#: Why a customer is called otherwise now. The audit is kept for good, so it says one of these and nothing that somebody wrote.
WHYS: Final[Mapping[str, str]] = {
    "misspelt": say("it was misspelt"),
    "marriage": say("marriage or divorce"),
    "court-order": say("a court's order"),
    "business-renamed": say("the business has another name"),
}


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


def log_view(
    office: Services,
    person: Person,
    account_id: str | None,
    *,
    confidential: bool,
    what: str,
    of: str | None = None,
    case: str | None = None,
) -> None:
    """Writes down that an account was looked at, before its story leaves the server; `of` is what of it, `case` its case."""
    if not account_id and not confidential and case is None:
        return
    with office.store.writing() as session:
        session.add(
            Audit(
                at=office.now(),
                person=person.id,
                act="view",
                object_kind=what,
                object_id=of or account_id or "",
                account_id=account_id,
                case_id=case,
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
        account, customer = _to_change(session, ask, record, account_id)
        if contact_etag(contact(session, account)) != f'"{version}"':
            raise Changed(say("Somebody changed how this customer is reached since you read it. Read it again first."))
        must_print(whom(None, mailing))
        customer.phone, customer.email = phone, email
        account.language, account.mailing = language, mailing
        _keep_words(session, customer)
        # Answers are kept for repetitions, so none holds personal data: this one says only that it was done.
        return Answer(status=204, headers={"ETag": contact_etag(contact(session, account))})

    return once(office.store, ask, Record(act="change-contact", kind="account", id=account_id), work)


def change_name(office: Services, ask: Ask, account_id: str, *, version: str, name: str, why: Why) -> Answer:
    """Nothing but the new ETag; Changed when somebody else was first, Invalid for a name that is none or no other.

    The customer stays the same, with all accounts, debts and history: who takes a service over is another customer."""

    def work(session: Session, record: Record) -> Answer:
        _, customer = _to_change(session, ask, record, account_id)
        record.rule = f"right {RIGHT}: {why}"
        if name_etag(customer) != f'"{version}"':
            raise Changed(say("Somebody changed this customer's name since you read it. Read it again first."))
        customer.name = _name(name, now=customer.name)
        _keep_words(session, customer)
        return Answer(status=204, headers={"ETag": name_etag(customer)})

    return once(office.store, ask, Record(act="change-name", kind="account", id=account_id), work)


def _name(given: str, *, now: str) -> str:
    """The name with one space between its words."""
    name = " ".join(given.split())
    if not words_in(name):
        raise Invalid(say("A customer has a name."), fields={"name": say("needs a letter or a digit")})
    must_print(whom(name, None))
    if name == now:
        raise Invalid(say("The customer is called so already."), fields={"name": say("is their name already")})
    return name


def _to_change(session: Session, ask: Ask, record: Record, account_id: str) -> tuple[Account, Customer]:
    """The account and its customer, whom other accounts may share, both locked; refused to whom may not, or when it is too
    late."""
    must_change_things(ask.person, RIGHT)
    account = session.exec(select(Account).where(Account.id == account_id).with_for_update()).first()
    if account is None:
        raise NotFound(say("There is no account %(account)s.", account=repr(account_id)))
    record.account = account.id
    must_see_account(session, ask.person, account_id)
    customer = session.get_one(Customer, account.customer_id, with_for_update=True)
    redaction = session.get(Redaction, customer.id)
    if redaction is not None and redaction.done_at is not None:
        raise Conflict(say("This customer's data were redacted, and nothing is written about them any more."))
    return account, customer


def _keep_words(session: Session, customer: Customer) -> None:
    """All accounts of the customer are found by what stands there now."""
    session.flush()
    accounts = session.exec(select(Account.id).where(Account.customer_id == customer.id))
    keep_account_words(session.connection(), accounts)
