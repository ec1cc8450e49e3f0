"""Counter and call: who it is, everything about the account, what it is about, what was offered, and a payment taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Header, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.acts import accounts as acts
from api.acts import conversing, delivering
from api.acts.redacting import may_keep
from api.library import content_of_case
from api.pages import words
from api.pages.account_outages import EVERY, outages_of, pulse
from api.pages.frame import Trouble, new_key, page
from api.pages.kinds import CaseKind, ReasonShown, kinds_of, routed
from api.pages.posted import Form, Posted
from api.pages.returned import NOTHING, Returned, returned
from api.pages.stale import Changes, overtaken
from api.pages.story import Story, story_of
from api.pages.urls import urls
from api.problems import Invalid, NotFound, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import N_, _, day
from api.views.accounts import ReadView, read_view
from api.views.conversations import ConversationView, conversation_view
from api.views.money import ReceiptView, receipt_view
from api.views.notes import NoteView, note_view
from api.views.outages import OutageView
from api.views.stories import account_detail, reads_page
from api.views.tasks import TaskView, task_view
from store.allocation import allocate, past_due_usd, told_apart, unpaid_since
from store.ledger import bills_due, movements, statement
from store.queries.cases import MOST, case_page, notes_of
from store.queries.conversations import conversation_page
from store.queries.tasks import open_tasks_of_account
from store.receipts import receipt
from store.tables.cases import CaseRow
from store.tables.conversations import ASKED, CHANNELS, OFFERS, SPOKE_WITH
from store.tables.utility import Account, Payment
from workflows.machine import case as cases
from workflows.machine.machine import machine_of

router = APIRouter(include_in_schema=False)

LOGGED: Final = 8  #: conversations shown
READS: Final = 6
COUNTING: Final = 20  #: open cases of which it is asked whether they count a call
SAID: Final = "said"  #: the forms of the conversation and of a payment
METHODS: Final = ("cash", "card", "check")
TITLES: Final = {
    "name": N_("Name"),
    "service-address": N_("Address of the service"),
    "telephone": N_("Telephone"),
    "mailing-address": N_("Mailing address"),
    "last-payment": N_("Last payment"),
    "last-bill": N_("Last bill"),
    "photo-id": N_("Photo identification"),
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something that shows who somebody is."""

    key: str
    title: str
    answer: str  #: what would be right, for the representative alone


@dataclass(frozen=True, kw_only=True)
class CounterPage:
    """An account, and the conversation with its customer."""

    story: Story
    outages: Sequence[OutageView]  #: that concern its premise now, later or until lately
    pulse: str  #: of the outages, which live
    past_due_usd: Decimal
    past_due_since: date | None
    questions: Sequence[Question]
    verified: ConversationView | None  #: today's last check of who it is, by this person
    reasons: Sequence[ReasonShown]
    other_kinds: Sequence[CaseKind]
    tasks: Sequence[TaskView]  #: open ones
    reads: Sequence[ReadView]
    notes: Sequence[NoteView]
    conversations: Sequence[ConversationView]
    counts: bool  #: a case of the account counts a call in which both offers are made
    may_write: bool
    may_edit: bool
    may_pay: bool
    customer: str | None  #: whose personal data the reader may take out or redact
    today: date
    given: Mapping[str, str]  #: what was typed into a form that comes back
    keys: Mapping[str, str]
    trouble: Trouble | None
    changes: Changes | None  #: what others did since the page of a form that came back was opened
    every: int = EVERY


@dataclass(frozen=True, kw_only=True)
class AccountNow:
    """What of an account's page lives: the outages that concern it."""

    account: str
    outages: Sequence[OutageView]
    pulse: str
    given: Mapping[str, str]  #: nothing: a form in which somebody has chosen stays as it is
    every: int = EVERY


@dataclass(frozen=True, kw_only=True)
class ReceiptPage:
    """A payment's receipt, to be printed or read out."""

    receipt: ReceiptView
    name: str
    district: str
    address: Sequence[str]
    telephone: str
    taken_at: datetime


@router.get("/accounts/{account_id}")
def show(request: Request, office: Office, person: SignedIn, account_id: str) -> Response:
    """Shows an account with all that a conversation needs."""
    return shown(request, office, person, account_id)


@router.get("/accounts/{account_id}/now")
def now(
    request: Request,
    office: Office,
    person: SignedIn,
    account_id: str,
    x_seen: Annotated[str, Header(max_length=40)] = "",
) -> Response:
    """What lives of the account's page, as it is now; 204 when it is as it was seen.

    It belongs to the look that was logged when the page was opened."""
    with office.store.reading() as session:
        outages = outages_of(session, office, acts.viewed(session, person, account_id))
    if pulse(outages) == x_seen:
        return Response(status_code=204)
    content = AccountNow(account=account_id, outages=outages, pulse=pulse(outages), given={})
    return page(request, "counter/_now.html", content, person=person)


@router.post("/accounts/{account_id}/conversations")
async def note(request: Request, office: Office, form: Form, account_id: str) -> Response:
    """Notes who it is, or what was said and offered."""
    try:
        said = _said(form)
        await conversing.note_conversation(office, form.ask, account_id, said)
    except Problem as problem:
        came_back = returned(form, SAID, problem)
        return await run_in_threadpool(shown, request, office, form.ask.person, account_id, came_back)
    return RedirectResponse(urls.account(account_id), status_code=303)


@router.post("/accounts/{account_id}/payments")
async def pay(request: Request, office: Office, form: Form, account_id: str) -> Response:
    """Takes a payment and shows its receipt."""
    try:
        answer = await delivering.take_payment(
            office,
            form.ask,
            account_id,
            amount_usd=_amount(form.text("amount")),
            received=office.today(),
            method=_one_of(form, "method", METHODS),
        )
    except Problem as problem:
        came_back = returned(form, SAID, problem)
        return await run_in_threadpool(shown, request, office, form.ask.person, account_id, came_back)
    return RedirectResponse(urls.receipt(account_id, answer.body["id"]), status_code=303)


@router.get("/accounts/{account_id}/payments/{payment_id}")
def show_receipt(request: Request, office: Office, person: SignedIn, account_id: str, payment_id: str) -> Response:
    """Shows a payment's receipt."""
    with office.store.reading() as session:
        account = acts.viewed(session, person, account_id)
        payment = session.get(Payment, payment_id)
        if payment is None or payment.account_id != account_id:
            raise NotFound(_("The account has no such payment."))
        content = ReceiptPage(
            receipt=receipt_view(receipt(session, payment)),
            name=account_detail(session, account, zone=office.zone).name,
            district=office.district.district,
            address=office.district.address,
            telephone=office.district.telephone,
            taken_at=office.now().astimezone(office.zone),
        )
    acts.log_view(office, person, account_id, confidential=account.confidential, what="receipt")
    return page(request, "counter/receipt.html", content, person=person)


def shown(
    request: Request, office: Services, person: Person, account_id: str, came_back: Returned = NOTHING
) -> Response:
    """The account, with a form of its page that came back."""
    with office.store.reading() as session:
        account = acts.viewed(session, person, account_id)
        content = _content(session, office, person, account, came_back)
    acts.log_view(office, person, account_id, confidential=account.confidential, what="account")
    return page(request, "counter/account.html", content, person=person, status=came_back.status)


def _content(session: Session, office: Services, person: Person, account: Account, came_back: Returned) -> CounterPage:
    zone, today = office.zone, office.today()
    story = story_of(session, office, person, account, returned=came_back)
    opened = case_page(session, account=account.id, is_open=True, limit=MOST).items
    reasons, others = routed(office, kinds_of(session, office, person, account.id, opened))
    lines = statement(session, account.id)
    debts = allocate(*told_apart(movements(lines), bills_due(session, account.id)))
    outages = outages_of(session, office, account)
    log = [conversation_view(row, zone=zone) for row in conversation_page(session, account.id, limit=LOGGED).items]
    return CounterPage(
        story=story,
        outages=outages,
        pulse=pulse(outages),
        past_due_usd=past_due_usd(debts, today),
        past_due_since=unpaid_since(debts, today),
        questions=_questions(story),
        verified=next((each for each in log if each.asked and each.by == person.id and each.at.date() == today), None),
        reasons=reasons,
        other_kinds=others,
        tasks=[task_view(task, at=office.now(), zone=zone) for task in open_tasks_of_account(session, account.id)],
        reads=[read_view(read, zone=zone) for read in reads_page(session, account, limit=READS, cursor=None).items],
        notes=[note_view(note, zone=zone) for note in notes_of(session, account=account.id)[-5:][::-1]],
        conversations=log,
        counts=_counts(session, opened),
        may_write=person.may("work"),
        may_edit=person.may("edit-accounts"),
        may_pay=person.may("take-payments"),
        customer=account.customer_id if may_keep(person) else None,
        today=today,
        given={name: came_back.text(SAID, name) for name in came_back.fields},
        keys={name: new_key() for name in ("verify", "conversation", "payment", "hold")},
        trouble=came_back.trouble,
        changes=overtaken(session, office, came_back, by=person.id, case=None, account=account.id),
    )


def _questions(story: Story) -> list[Question]:
    account = story.account
    home = ", ".join(part for part in (account.address.line1, account.address.line2, account.address.city) if part)
    mail = account.mailing
    paid, billed = next(iter(story.payments), None), next(iter(story.bills), None)
    answers = {
        "name": account.name,
        "service-address": home,
        "telephone": account.phone,
        "mailing-address": f"{mail.line1}, {mail.city}" if mail else "",
        "last-payment": f"{words.usd(paid.amount_usd)}, {day(paid.received)}" if paid else "",
        "last-bill": _("%(amount)s, due %(day)s", amount=words.usd(billed.amount_usd), day=day(billed.due))
        if billed
        else "",
        "photo-id": account.name,
    }
    return [Question(key=key, title=_(TITLES[key]), answer=answers[key]) for key in ASKED if answers[key]]


def _counts(session: Session, opened: Sequence[CaseRow]) -> bool:
    for row in opened[:COUNTING]:
        machine = machine_of(content_of_case(session, row))
        if conversing.CALLED in machine.messages(cases.from_json(row.snapshot)):
            return True
    return False


def _said(form: Posted) -> conversing.Said:
    asked = {key: form.text(f"asked.{key}") == "yes" for key in ASKED if form.text(f"asked.{key}") in ("yes", "no")}
    return conversing.Said(
        channel=_one_of(form, "channel", CHANNELS),
        spoke_with=_one_of(form, "spoke_with", SPOKE_WITH),
        incoming=form.text("incoming") != "no",
        asked=asked,
        offered=tuple(offer for offer in OFFERS if offer in form.fields.get("offered", ())),
        told_of=form.text("told_of")[:40] or None,
        text=form.text("text")[:4000],
        case=form.text("case") or None,
    )


def _one_of(form: Posted, name: str, known: Sequence[str]) -> str:
    value = form.text(name)
    if value not in known:
        raise Invalid(_("Choose one of what is listed."), fields={name: _("is not one of them")})
    return value


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.removeprefix("$").replace(",", ""))
    except ArithmeticError:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0 or amount != amount.quantize(Decimal("0.01")) or amount >= 10**10:
        raise Invalid(
            _("The amount is dollars and cents above zero, as 84.10."), fields={"amount": _("is no such amount")}
        )
    return amount
