"""What comes to an account and reaches its open cases: events, payments, holds.

Each case takes what is delivered once, whoever delivers it again: an answer that was lost is asked for with the same key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool

from activities.delivery import tell_holds, to_account
from activities.openings import NotPublishedError
from activities.published import in_effect
from api.acts.accounts import viewed
from api.acts.act import Answer, Ask, Record, answered, key_row, must_change_things, once, refuse
from api.acts.entities import frozen
from api.acts.moving import name_of
from api.acts.printable import must_print_form
from api.acts.rules import must_not_be_an_answer
from api.engine import engine_answers
from api.library import published
from api.problems import Changed, Conflict, Invalid, NotPermitted, Problem, UnknownHere
from api.services import Services
from api.views.accounts import hold_view, payment_view
from api.views.deliveries import delivery_view
from definitions.language.compiled import Compiled
from definitions.language.model import DataField
from definitions.language.sentences import say, sentence_of, whole
from store.ledger import payment_entry, post
from store.outbox import account_event_delivered, tell_account
from store.queries.holds import HoldError, open_cases_of_account, place_hold, release_hold, standing_holds
from store.tables.cases import CaseRow
from store.tables.utility import Account, Payment
from workflows.machine.events import Message
from workflows.messages import HEADGATE

CASH_ONLY = "cash-only"  #: the hold after a second payment that came back
RETURNABLE = ("check", "ach")  #: what a bank may give back


async def account_event(office: Services, ask: Ask, account: str, name: str, data: Mapping[str, Any]) -> Answer:
    """Which cases took the event, and which it opened; UnknownHere when nothing waits for it and nothing collects it."""
    record = Record(act=f"event {name}"[:120], kind="account", id=account, account=account)
    try:
        before = await run_in_threadpool(_before, office, ask, account)
        if before is not None:
            return before
        must_not_be_an_answer(name)
        event = Message(name=name, data=await run_in_threadpool(_frozen, office, account, name, data), by=ask.person.id)
        delivered = await engine_answers(to_account(office.world, account, event, name=name_of(ask), at=ask.at))
    except NotPublishedError as error:
        problem = UnknownHere(
            say("No open case of the account waits for %(name)s. Open a case for it, or write a note.", name=repr(name))
        )
        await run_in_threadpool(refuse, office.store, ask, record, problem)
        raise problem from error
    except Problem as problem:
        await run_in_threadpool(refuse, office.store, ask, record, problem)
        raise
    record.rule = "right send-events"
    body = delivery_view(account, name, delivered).model_dump(mode="json")
    return await run_in_threadpool(_kept, office, ask, record, Answer(body=body))


async def take_payment(
    office: Services, ask: Ask, account: str, *, amount_usd: Decimal, received: date, method: str
) -> Answer:
    """The payment, posted; the account's open cases hear of it as `payment-received`."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "take-payments")
        viewed(session, ask.person, account)
        if received > office.today():
            raise Invalid(
                say("A payment is received today or was before."), fields={"received": say("is not in the future")}
            )
        if method in RETURNABLE and any(hold.kind == CASH_ONLY for hold in standing_holds(session, account)):
            raise Conflict(
                say(
                    "Payments of this customer have come back: no check and no electronic payment is taken until "
                    "the hold cash-only ends. Take cash or a card."
                )
            )
        payment = Payment(
            id=f"pay-{uuid4().hex[:16]}", account_id=account, received=received, amount_usd=amount_usd, method=method
        )
        session.add(payment)
        session.flush()
        post(session, [payment_entry(payment, ask.at, ask.person.id)])
        record.rule = "right take-payments"
        body = payment_view(payment).model_dump(mode="json")
        # Should this process die before the cases know, the worker brings it to them.
        tell_account(session, _news(payment.id), account, "payment-received", _heard(body), ask.at)
        return Answer(status=201, body=body)

    record = Record(act="take-payment", kind="account", id=account, account=account)
    answer = await run_in_threadpool(once, office.store, ask, record, work)
    message = Message(name="payment-received", data=_heard(answer.body), by=HEADGATE)
    news = _news(answer.body["id"])
    await engine_answers(to_account(office.world, account, message, name=news, at=ask.at, quiet=True))
    await run_in_threadpool(_told, office, news, ask.at)
    return answer


def _news(payment: str) -> str:
    return f"payment-received:{payment}"


def _heard(payment: Mapping[str, Any]) -> dict[str, Any]:
    """What cases hear of a payment."""
    return {"payment": payment["id"], "amount": payment["amount_usd"], "received": payment["received"]}


def _told(office: Services, news: str, at: datetime) -> None:
    with office.store.writing() as session:
        account_event_delivered(session, news, at)


async def place(
    office: Services,
    ask: Ask,
    account: str,
    *,
    kind: str,
    reason: str,
    reference: str | None,
    until: datetime | None,
    version: int | None = None,
) -> Answer:
    """The hold, placed: from this moment steps are decided with it, and the account's open cases are told.

    Raises Changed when the account's holds have changed since `version`, which counts their changes."""

    def work(session: Session, record: Record) -> Answer:
        _may_hold(office, session, ask, account, kind)
        _must_hold_as_seen(session, account, version)
        if until is not None and until <= ask.at:
            raise Invalid(say("A hold ends in the future."), fields={"until": say("is in the future")})
        try:
            hold = place_hold(
                session,
                account,
                kind,
                since=ask.at,
                by=ask.person.id,
                at=ask.at,
                reason=reason,
                until=until,
                reference=reference,
            )
        except HoldError as error:
            raise Conflict(whole(sentence_of(error))) from error
        record.rule = f"hold {kind}"
        return Answer(status=201, body=hold_view(hold, zone=office.zone).model_dump(mode="json"))

    record = Record(act="place-hold", kind="account", id=account, account=account)
    answer = await run_in_threadpool(once, office.store, ask, record, work)
    await engine_answers(tell_holds(office.world, account))
    return answer


async def release(
    office: Services, ask: Ask, account: str, kind: str, *, reason: str, version: int | None = None
) -> Answer:
    """The hold, released; the account's open cases are told. Raises Changed as `place` does."""

    def work(session: Session, record: Record) -> Answer:
        _may_hold(office, session, ask, account, kind)
        _must_hold_as_seen(session, account, version)
        try:
            hold = release_hold(session, account, kind, by=ask.person.id, at=ask.at, reason=reason)
        except HoldError as error:
            raise Conflict(whole(sentence_of(error))) from error
        record.rule = f"hold {kind}"
        return Answer(body=hold_view(hold, zone=office.zone).model_dump(mode="json"))

    record = Record(act="release-hold", kind="account", id=account, account=account)
    answer = await run_in_threadpool(once, office.store, ask, record, work)
    await engine_answers(tell_holds(office.world, account))
    return answer


def _before(office: Services, ask: Ask, account: str) -> Answer | None:
    with office.store.reading() as session:
        earlier = answered(session, ask)
        if earlier is None:
            must_change_things(ask.person, "send-events")
            viewed(session, ask.person, account)
        return earlier


def _kept(office: Services, ask: Ask, record: Record, answer: Answer) -> Answer:
    with office.store.writing() as session:
        earlier = answered(session, ask)
        if earlier is not None:
            return earlier
        session.add(record.row(by=ask.person.id, at=ask.at))
        session.add(key_row(ask, answer, record))
    return answer


def _frozen(office: Services, account: str, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The event's data as the account's open cases, or cases that it opens, declare them; entities looked up and frozen."""
    declared: dict[str, DataField] = {}
    hearing: list[Compiled] = []
    with office.store.reading() as session:
        for opens in sorted(in_effect(session, office.now()), key=lambda each: each.definition.case):
            if name in opens.definition.opens_on:
                declared |= opens.definition.data
                hearing.append(opens)
        for case_id in open_cases_of_account(session, account):
            case = session.get_one(CaseRow, case_id)
            compiled = published(session, case.definition, case.version)
            if name in compiled.definition.messages:
                declared |= compiled.definition.messages[name]
                hearing.append(compiled)
        values, wrong = frozen(session, declared, data, account)
    if wrong:
        raise Invalid(say("The event names something that there is not."), fields=wrong)
    must_print_form(office, hearing, declared, data)
    return values


def _must_hold_as_seen(session: Session, account: str, version: int | None) -> None:
    if version is None:
        return
    now = session.exec(select(Account.hold_version).where(Account.id == account).with_for_update()).one()
    if now != version:
        raise Changed(say("The account's holds have changed since you looked at them. See how they stand now."))


def _may_hold(office: Services, session: Session, ask: Ask, account: str, kind: str) -> None:
    must_change_things(ask.person, "place-holds")
    viewed(session, ask.person, account)
    known = office.district.holds.get(kind)
    if known is None:
        kinds = ", ".join(sorted(office.district.holds)) or say("none")
        raise Invalid(say("There is no such kind of hold."), fields={"kind": say("is one of %(kinds)s", kinds=kinds)})
    if known.placed_by and not ask.person.roles & set(known.placed_by):
        raise NotPermitted(
            say(
                "A %(kind)s hold is placed and released by %(placed_by)s.",
                kind=kind,
                placed_by=", ".join(known.placed_by),
            ),
            rule=f"hold {kind}",
        )
