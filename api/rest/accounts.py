"""Accounts: finding them, their whole story, and what concerns them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, Field

from api.acts import accounts, delivering
from api.problems import NotFound
from api.rest.asking import Asked, IfMatch, answer, version_of
from api.rest.bodies import AccountId, Because, Body, Cursor, EventData, EventName, Limit
from api.rest.documented import GUARDED, READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.accounts import (
    AccountDetail,
    AccountFound,
    BillView,
    ContactView,
    HoldView,
    LedgerView,
    LetterView,
    MailingAddress,
    NameView,
    PaymentView,
    ReadView,
    bill_view,
    found_view,
    ledger_view,
    letter_view,
    read_view,
)
from api.views.cases import CaseView, case_view
from api.views.deliveries import DeliveryView
from api.views.money import ReceiptView, receipt_view
from api.views.shown import Page, Usd, next_link
from api.views.stories import (
    account_detail,
    called,
    contact,
    contact_etag,
    letters_page,
    name_etag,
    reads_page,
)
from definitions.language.sentences import say
from store.ledger import statement
from store.queries.accounts import bill_page
from store.queries.cases import case_page
from store.queries.finding import search_accounts
from store.receipts import receipt
from store.tables.utility import Customer, Payment

router = APIRouter(prefix="/api/accounts", tags=["accounts"])

PaymentId = Annotated[str, Path(max_length=80, description="The payment's number.", examples=["pay-0123456789abcdef"])]


class Search(Body):
    """What to look for: words of a name or an address, a telephone number, an account's number, a meter's serial."""

    words: str = Field(min_length=1, max_length=200, examples=["orchard lane"])
    limit: int = Field(20, ge=1, le=100)


class Contact(Body):
    """How the customer is reached."""

    phone: str = Field("", max_length=40, examples=["555-0100"])
    email: str = Field("", max_length=200, examples=["someone@example.org"])
    language: str = Field("en", pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$", description="Of letters: BCP 47.")
    mailing: MailingAddress | None = Field(None, description="Where letters go; null for the premise itself.")


class Name(Body):
    """What the customer is called now, and why otherwise than before."""

    name: str = Field(min_length=1, max_length=200, examples=["Maria Lopez-Young"])
    why: accounts.Why


class NewPayment(Body):
    """Money that came in."""

    amount_usd: Usd = Field(gt=0, max_digits=12, decimal_places=2)
    received: date = Field(examples=["2026-03-09"])
    method: str = Field("check", pattern=r"^(check|card|cash|ach|lockbox)$")


class NewHold(Body):
    """Something that stays or slows what the district does."""

    kind: str = Field(min_length=1, max_length=60, examples=["medical"])
    reason: str = Field("", max_length=1000)
    reference: str | None = Field(None, max_length=200, description="A file or case behind it.")
    until: AwareDatetime | None = Field(None, description="When it ends by itself.")


@router.post("/search", operation_id="search_accounts", response_model=Page[AccountFound], responses=READ)
def search(office: Office, person: SignedIn, body: Search) -> Page[AccountFound]:
    """Finds accounts. A POST, so that no name stands in an address; it changes nothing and needs no key."""
    person.must("see-accounts")
    with office.store.reading() as session:
        found = search_accounts(session, body.words, confidential=person.may("see-confidential"), limit=body.limit)
    return Page(items=[found_view(each, may_see=person.may("see-confidential")) for each in found])


@router.get("/{account_id}", operation_id="read_account", response_model=AccountDetail, responses=READ)
def read_account(office: Office, person: SignedIn, account_id: AccountId) -> AccountDetail:
    """Reads an account: who, where, what is owed, what holds it."""
    with office.store.reading() as session:
        detail = account_detail(session, accounts.viewed(session, person, account_id), zone=office.zone)
    accounts.log_view(office, person, account_id, confidential=detail.confidential, what="account")
    return detail


@router.get("/{account_id}/contact", operation_id="read_contact", response_model=ContactView, responses=READ)
def read_contact(office: Office, person: SignedIn, account_id: AccountId, response: Response) -> ContactView:
    """Reads how the customer is reached; its ETag is needed to change it."""
    with office.store.reading() as session:
        account = accounts.viewed(session, person, account_id)
        view = contact(session, account)
    accounts.log_view(office, person, account_id, confidential=account.confidential, what="contact")
    response.headers["ETag"] = contact_etag(view)
    return view


@router.put(
    "/{account_id}/contact", operation_id="change_contact", status_code=204, response_class=Response, responses=GUARDED
)
def change_contact(
    office: Office, ask: Asked, account_id: AccountId, body: Contact, if_match: IfMatch = None
) -> Response:
    """Changes how the customer is reached."""
    version = version_of(if_match, "how a customer is reached")
    return answer(
        accounts.change_contact(
            office,
            ask,
            account_id,
            version=version,
            phone=body.phone,
            email=body.email,
            language=body.language,
            mailing=body.mailing.model_dump() if body.mailing else None,
        )
    )


@router.get("/{account_id}/name", operation_id="read_name", response_model=NameView, responses=READ)
def read_name(office: Office, person: SignedIn, account_id: AccountId, response: Response) -> NameView:
    """Reads what the customer is called; its ETag is needed to change it."""
    with office.store.reading() as session:
        account = accounts.viewed(session, person, account_id)
        view = called(session, account, confidential=person.may("see-confidential"))
        response.headers["ETag"] = name_etag(session.get_one(Customer, account.customer_id))
    accounts.log_view(office, person, account_id, confidential=account.confidential, what="name")
    return view


@router.put(
    "/{account_id}/name", operation_id="change_name", status_code=204, response_class=Response, responses=GUARDED
)
def change_name(office: Office, ask: Asked, account_id: AccountId, body: Name, if_match: IfMatch = None) -> Response:
    """Changes what the customer is called, for all of their accounts; who takes a service over is another customer."""
    version = version_of(if_match, "a customer's name")
    return answer(accounts.change_name(office, ask, account_id, version=version, name=body.name, why=body.why))


@router.get("/{account_id}/reads", operation_id="list_reads", response_model=Page[ReadView], responses=READ)
def list_reads(
    office: Office, person: SignedIn, account_id: AccountId, limit: Limit = 50, cursor: Cursor = None
) -> Page[ReadView]:
    """Lists what the account's meters showed, the newest first."""
    with office.store.reading() as session:
        account = accounts.viewed(session, person, account_id)
        page = reads_page(session, account, limit=limit, cursor=cursor)
    accounts.log_view(office, person, account_id, confidential=account.confidential, what="reads")
    return Page(
        items=[read_view(read, zone=office.zone) for read in page.items],
        next=next_link(f"/api/accounts/{account_id}/reads", page.cursor, {"limit": limit}),
    )


@router.get("/{account_id}/bills", operation_id="list_bills", response_model=Page[BillView], responses=READ)
def list_bills(
    office: Office, person: SignedIn, account_id: AccountId, limit: Limit = 50, cursor: Cursor = None
) -> Page[BillView]:
    """Lists the account's bills, the newest first."""
    with office.store.reading() as session:
        account = accounts.viewed(session, person, account_id)
        page = bill_page(session, account_id, limit=limit, cursor=cursor)
    accounts.log_view(office, person, account_id, confidential=account.confidential, what="bills")
    return Page(
        items=[bill_view(bill) for bill in page.items],
        next=next_link(f"/api/accounts/{account_id}/bills", page.cursor, {"limit": limit}),
    )


@router.get("/{account_id}/ledger", operation_id="list_ledger", response_model=Page[LedgerView], responses=READ)
def list_ledger(office: Office, person: SignedIn, account_id: AccountId) -> Page[LedgerView]:
    """Lists every posting of the account, the oldest first, with the balance after each."""
    with office.store.reading() as session:
        account = accounts.viewed(session, person, account_id)
        lines = statement(session, account_id)
    accounts.log_view(office, person, account_id, confidential=account.confidential, what="ledger")
    return Page(items=[ledger_view(line) for line in lines])


@router.get("/{account_id}/letters", operation_id="list_letters", response_model=Page[LetterView], responses=READ)
def list_letters(
    office: Office, person: SignedIn, account_id: AccountId, limit: Limit = 50, cursor: Cursor = None
) -> Page[LetterView]:
    """Lists the letters to the account, the newest first."""
    with office.store.reading() as session:
        account = accounts.viewed(session, person, account_id)
        page = letters_page(session, account=account_id, limit=limit, cursor=cursor)
    accounts.log_view(office, person, account_id, confidential=account.confidential, what="letters")
    return Page(
        items=[letter_view(letter, zone=office.zone) for letter in page.items],
        next=next_link(f"/api/accounts/{account_id}/letters", page.cursor, {"limit": limit}),
    )


@router.get("/{account_id}/cases", operation_id="list_account_cases", response_model=Page[CaseView], responses=READ)
def list_cases(
    office: Office, person: SignedIn, account_id: AccountId, limit: Limit = 50, cursor: Cursor = None
) -> Page[CaseView]:
    """Lists the account's cases, the newest first."""
    with office.store.reading() as session:
        account = accounts.viewed(session, person, account_id)
        page = case_page(session, account=account_id, limit=limit, cursor=cursor)
    accounts.log_view(office, person, account_id, confidential=account.confidential, what="cases")
    return Page(
        items=[case_view(case, zone=office.zone) for case in page.items],
        next=next_link(f"/api/accounts/{account_id}/cases", page.cursor, {"limit": limit}),
    )


@router.post(
    "/{account_id}/events/{name}", operation_id="send_account_event", response_model=DeliveryView, responses=WRITE
)
async def send_event(office: Office, ask: Asked, account_id: AccountId, name: EventName, body: EventData) -> Response:
    """Brings an event to the account's open cases, or opens a case where a definition says so."""
    return answer(await delivering.account_event(office, ask, account_id, name, body.data))


@router.post(
    "/{account_id}/payments", operation_id="take_payment", status_code=201, response_model=PaymentView, responses=WRITE
)
async def take_payment(office: Office, ask: Asked, account_id: AccountId, body: NewPayment) -> Response:
    """Posts a payment; the account's open cases hear of it."""
    return answer(
        await delivering.take_payment(
            office, ask, account_id, amount_usd=body.amount_usd, received=body.received, method=body.method
        )
    )


@router.get(
    "/{account_id}/payments/{payment_id}", operation_id="read_receipt", response_model=ReceiptView, responses=READ
)
def read_receipt(office: Office, person: SignedIn, account_id: AccountId, payment_id: PaymentId) -> ReceiptView:
    """A payment's receipt: what it paid, the oldest debt first, and what the account owes now."""
    with office.store.reading() as session:
        account = accounts.viewed(session, person, account_id)
        payment = session.get(Payment, payment_id)
        if payment is None or payment.account_id != account_id:
            raise NotFound(say("The account has no payment %(payment)s.", payment=repr(payment_id)))
        found = receipt(session, payment)
    accounts.log_view(office, person, account_id, confidential=account.confidential, what="ledger")
    return receipt_view(found)


@router.post(
    "/{account_id}/holds", operation_id="place_hold", status_code=201, response_model=HoldView, responses=WRITE
)
async def place_hold(office: Office, ask: Asked, account_id: AccountId, body: NewHold) -> Response:
    """Places a hold; it takes effect at once."""
    return answer(
        await delivering.place(
            office,
            ask,
            account_id,
            kind=body.kind,
            reason=body.reason,
            reference=body.reference,
            until=body.until,
        )
    )


@router.post(
    "/{account_id}/holds/{kind}/release", operation_id="release_hold", response_model=HoldView, responses=WRITE
)
async def release_hold(office: Office, ask: Asked, account_id: AccountId, kind: EventName, body: Because) -> Response:
    """Releases a hold; it takes effect at once."""
    return answer(await delivering.release(office, ask, account_id, kind, reason=body.reason))
