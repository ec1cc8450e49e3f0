"""Accounts and their story as they are shown."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from api.views.shown import Ccf, Moment, Said, Shown, Usd, local
from definitions.language.sentences import again
from store.ledger import LedgerLine
from store.queries.finding import Found
from store.tables.papers import Letter
from store.tables.utility import Account, Bill, Customer, Hold, Payment, Premise, Read

ACCOUNT_EXAMPLE: dict[str, Any] = {
    "id": "a-10017",
    "name": "Maria Lopez",
    "account_class": "residential",
    "status": "active",
    "language": "en",
    "since": "2019-05-02",
    "closed": None,
    "confidential": False,
    "address": {"line1": "14 Orchard Lane", "line2": "", "city": "Sample City", "zip": "90000"},
    "mailing": None,
    "phone": "",
    "email": "",
    "route": "R-07",
    "service_point": "sp-10017",
    "balance_usd": "84.10",
    "holds": [],
}


class Address(Shown):
    """Where something is, or is mailed to."""

    line1: str = Field(max_length=120)
    line2: str = Field("", max_length=120)
    city: str = Field(max_length=80)
    zip: str = Field(max_length=20)


class MailingAddress(Address):
    """Where letters go, in whatever state."""

    state: str = Field("", max_length=20, examples=["CA"], description="Empty for the district's own.")


class HoldView(Shown):
    """Something that stays or slows what the district does to an account."""

    id: str
    account: str
    kind: str
    since: Moment
    until: Moment | None
    placed_by: str
    placed: Moment
    reason: str
    reference: str | None
    released: Moment | None
    released_by: str | None
    release_reason: str | None


class AccountFound(Shown):
    """An account as search shows it."""

    id: str
    name: str | None = Field(description="Null for a confidential account, to people without that right.")
    address: str | None
    account_class: str
    status: str
    confidential: bool


class AccountDetail(Shown):
    """An account: who, where, what it owes and what holds it."""

    model_config = ConfigDict(json_schema_extra={"examples": [ACCOUNT_EXAMPLE]})

    id: str
    name: str
    address: Address = Field(description="Where the water is delivered.")
    account_class: str
    status: str
    language: str = Field(description="Of letters: BCP 47.")
    since: date
    closed: date | None
    confidential: bool
    mailing: MailingAddress | None = Field(description="Where letters go when it is not the premise.")
    phone: str
    email: str
    route: str
    service_point: str
    balance_usd: Usd = Field(description="What is owed; below zero, a credit.")
    holds: list[HoldView] = Field(description="Those that stand.")


class ContactView(Shown):
    """How an account's customer is reached."""

    account: str
    name: str
    phone: str
    email: str
    language: str
    mailing: MailingAddress | None


class NameView(Shown):
    """What an account's customer is called."""

    account: str
    name: str
    others: list[str] = Field(description="The customer's other accounts that one may see: they bear the name, too.")


class ReadView(Shown):
    """What a meter's register showed."""

    meter: str
    at: Moment
    value_ccf: Ccf
    kind: Literal["actual", "estimated", "field", "customer"]
    source: str


class BillView(Shown):
    """A bill."""

    id: str
    period_start: date
    period_end: date
    days: int
    read_ccf: Ccf = Field(description="The register at the end of the period.")
    use_ccf: Ccf
    amount_usd: Usd
    mailed: date
    due: date


class LedgerView(Shown):
    """A line of the account's ledger."""

    entry: str
    posted_on: date
    amount_usd: Usd
    balance_usd: Usd = Field(description="After this line.")
    rule: str
    person: str
    case: str | None
    step: int | None
    memo: Said


class LetterView(Shown):
    """A letter of a case."""

    id: str
    case: str
    account: str | None
    template: str
    language: str
    status: Literal["queued", "printed", "mailed", "recalled", "returned"]
    queued: Moment
    printed: Moment | None
    mailed_on: date | None
    delivery: Literal["mail", "posted"] = Field(description="By post, or left at the property by a crew.")
    batch: str | None
    sheet: int | None = Field(description="Its first page in the batch's PDF.")
    sheets: int | None = Field(description="How many pages.")
    certified: str | None = Field(description="The number of certified mail.")
    returned_on: date | None
    recalled_because: str | None
    file: str | None = Field(description="Id of its PDF among the files, once printed.")
    confirmed: bool = Field(description="Whether the translation of a legal letter is confirmed.")


class PaymentView(Shown):
    """A payment."""

    id: str
    account: str
    received: date
    amount_usd: Usd
    method: str


def address_of(premise: Premise) -> Address:
    """Where the water is delivered."""
    return Address(line1=premise.line1, line2=premise.line2, city=premise.city, zip=premise.zip)


def mailing_of(account: Account) -> MailingAddress | None:
    """Where letters go when it is not the premise."""
    known = {name: value for name, value in (account.mailing or {}).items() if name in MailingAddress.model_fields}
    return MailingAddress(**known) if known else None


def found_view(found: Found, *, may_see: bool) -> AccountFound:
    """The account as search shows it: of a confidential one, its number alone."""
    hidden = found.confidential and not may_see
    return AccountFound(
        id=found.account_id,
        name=None if hidden else found.name,
        address=None if hidden else found.address,
        account_class=found.account_class,
        status=found.status,
        confidential=found.confidential,
    )


def contact_view(account: Account, customer: Customer) -> ContactView:
    """How the customer is reached."""
    return ContactView(
        account=account.id,
        name=customer.name,
        phone=customer.phone,
        email=customer.email,
        language=account.language,
        mailing=mailing_of(account),
    )


def hold_view(hold: Hold, *, zone: ZoneInfo) -> HoldView:
    """The hold as it is shown."""
    return HoldView(
        id=hold.id,
        account=hold.account_id,
        kind=hold.kind,
        since=hold.since.astimezone(zone),
        until=local(hold.until, zone),
        placed_by=hold.placed_by,
        placed=hold.placed_at.astimezone(zone),
        reason=hold.reason,
        reference=hold.reference,
        released=local(hold.released_at, zone),
        released_by=hold.released_by,
        release_reason=hold.release_reason,
    )


def read_view(read: Read, *, zone: ZoneInfo) -> ReadView:
    """The read as it is shown."""
    return ReadView(
        meter=read.meter_id,
        at=read.at.astimezone(zone),
        value_ccf=read.value_ccf,
        kind=read.kind,
        source=read.source,
    )


def bill_view(bill: Bill) -> BillView:
    """The bill as it is shown."""
    return BillView(
        id=bill.id,
        period_start=bill.period_start,
        period_end=bill.period_end,
        days=bill.days,
        read_ccf=bill.read_ccf,
        use_ccf=bill.use_ccf,
        amount_usd=bill.amount_usd,
        mailed=bill.mailed,
        due=bill.due,
    )


def ledger_view(line: LedgerLine) -> LedgerView:
    """The line as it is shown."""
    return LedgerView(
        entry=line.entry_id,
        posted_on=line.posted_on,
        amount_usd=line.amount_usd,
        balance_usd=line.balance_usd,
        rule=line.rule,
        person=line.person,
        case=line.case_id,
        step=line.step_no,
        memo=again(line.memo, line.memo_said),
    )


def letter_view(letter: Letter, *, zone: ZoneInfo) -> LetterView:
    """The letter as it is shown."""
    return LetterView(
        id=letter.id,
        case=letter.case_id,
        account=letter.account_id,
        template=letter.template,
        language=letter.language,
        status=letter.status,
        queued=letter.queued_at.astimezone(zone),
        printed=local(letter.printed_at, zone),
        mailed_on=letter.mailed_on,
        delivery=letter.delivery,
        batch=letter.batch,
        sheet=letter.sheet,
        sheets=letter.sheets,
        certified=letter.certified,
        returned_on=letter.returned_on,
        recalled_because=letter.recalled_because,
        file=f"f-{letter.id.removeprefix('l-')}" if letter.file_digest else None,
        confirmed=letter.confirmed,
    )


def payment_view(payment: Payment) -> PaymentView:
    """The payment as it is shown."""
    return PaymentView(
        id=payment.id,
        account=payment.account_id,
        received=payment.received,
        amount_usd=payment.amount_usd,
        method=payment.method,
    )
