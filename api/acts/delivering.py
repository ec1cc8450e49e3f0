"""What comes to an account and reaches its open cases: events, payments, holds.

Each case takes what is delivered once, whoever delivers it again: an answer that was lost is asked for with the same key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.acts.accounts import viewed
from api.acts.act import Answer, Ask, Record, answered, key_row, must_change_things, once, refuse
from api.acts.entities import frozen
from api.acts.opening import Opening, open_already, opened
from api.library import content, current_all, published
from api.problems import Conflict, Invalid, NotPermitted, Problem, UnknownHere
from api.services import Services
from api.views.accounts import hold_view, payment_view
from api.views.deliveries import DeliveryView, Reached
from store.ledger import payment_entry, post
from store.queries.holds import (
    HoldError,
    hold_version,
    open_cases_of_account,
    place_hold,
    release_hold,
    standing_holds,
)
from store.tables.cases import CaseRow
from store.tables.utility import Payment
from workflows.client import case_id_for
from workflows.machine.errors import Refused
from workflows.machine.events import Event, HoldsChanged, Message
from workflows.machine.machine import machine_of
from workflows.messages import Audited, Key


async def account_event(office: Services, ask: Ask, account: str, name: str, data: Mapping[str, Any]) -> Answer:
    """Which open cases took the event, and which case it opened; UnknownHere when nothing waits for it."""
    record = Record(act=f"event {name}"[:120], kind="account", id=account, account=account)
    try:
        before = await run_in_threadpool(_before, office, ask, account)
        if before is not None:
            return before
        events = await run_in_threadpool(_messages, office, account, name, data, ask.person.id)
        reached = await deliver(office, events, name=f"{ask.person.id}:{ask.key}", act=f"event {name}")
        opened = [] if any(each.taken for each in reached) else await _opened_by(office, ask, account, name)
        if not opened and not any(each.taken for each in reached):
            waits = "; ".join(each.sentence or "" for each in reached) or "the account has no open case"
            raise UnknownHere(f"No case waits for {name!r}: {waits}. Open a case, or write a note on the account.")
    except Problem as problem:
        await run_in_threadpool(refuse, office.store, ask, record, problem)
        raise
    view = DeliveryView(account=account, event=name, reached=reached, opened=opened)
    record.rule = "right send-events"
    return await run_in_threadpool(_kept, office, ask, record, Answer(body=view.model_dump(mode="json")))


async def take_payment(
    office: Services, ask: Ask, account: str, *, amount_usd: Decimal, received: date, method: str
) -> Answer:
    """The payment, posted; the account's open cases hear of it as `payment-received`."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "take-payments")
        viewed(session, ask.person, account)
        if received > office.today():
            raise Invalid("A payment is received today or was before.", fields={"received": "is not in the future"})
        payment = Payment(
            id=f"pay-{uuid4().hex[:16]}", account_id=account, received=received, amount_usd=amount_usd, method=method
        )
        session.add(payment)
        session.flush()
        post(session, [payment_entry(payment, ask.at, ask.person.id)])
        record.rule = "right take-payments"
        return Answer(status=201, body=payment_view(payment).model_dump(mode="json"))

    record = Record(act="take-payment", kind="account", id=account, account=account)
    answer = await run_in_threadpool(once, office.store, ask, record, work)
    event = {"payment": answer.body["id"], "amount": answer.body["amount_usd"], "received": answer.body["received"]}
    cases = await run_in_threadpool(_open_cases, office, account)
    events: dict[str, Event] = {case: Message(name="payment-received", data=event, by=ask.person.id) for case in cases}
    await deliver(office, events, name=answer.body["id"], act="payment")
    return answer


async def place(
    office: Services,
    ask: Ask,
    account: str,
    *,
    kind: str,
    reason: str,
    reference: str | None,
    until: datetime | None,
) -> Answer:
    """The hold, placed: from this moment steps are decided with it, and the account's open cases are told."""

    def work(session: Session, record: Record) -> Answer:
        _may_hold(office, session, ask, account, kind)
        if until is not None and until <= ask.at:
            raise Invalid("A hold ends in the future.", fields={"until": "is in the future"})
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
            raise Conflict(f"{str(error).capitalize()}.") from error
        record.rule = f"hold {kind}"
        return Answer(status=201, body=hold_view(hold, zone=office.zone).model_dump(mode="json"))

    record = Record(act="place-hold", kind="account", id=account, account=account)
    answer = await run_in_threadpool(once, office.store, ask, record, work)
    await tell_holds(office, account, by=ask.person.id)
    return answer


async def release(office: Services, ask: Ask, account: str, kind: str, *, reason: str) -> Answer:
    """The hold, released; the account's open cases are told."""

    def work(session: Session, record: Record) -> Answer:
        _may_hold(office, session, ask, account, kind)
        try:
            hold = release_hold(session, account, kind, by=ask.person.id, at=ask.at, reason=reason)
        except HoldError as error:
            raise Conflict(f"{str(error).capitalize()}.") from error
        record.rule = f"hold {kind}"
        return Answer(body=hold_view(hold, zone=office.zone).model_dump(mode="json"))

    record = Record(act="release-hold", kind="account", id=account, account=account)
    answer = await run_in_threadpool(once, office.store, ask, record, work)
    await tell_holds(office, account, by=ask.person.id)
    return answer


async def tell_holds(office: Services, account: str, *, by: str) -> None:
    """Tells the account's open cases which holds stand now; each version of the holds is told once."""
    version, events = await run_in_threadpool(_holds, office, account, by)
    await deliver(office, events, name=f"holds:{account}:{version}", act="holds")


async def deliver(office: Services, events: Mapping[str, Event], *, name: str, act: str) -> list[Reached]:
    """What each case says to its event: taken, or the sentence by which it was not."""
    reached = []
    for case, event in events.items():
        try:
            taken = await office.engine.act(
                case,
                event,
                name=name,
                audit=Audited(act=act, object_kind="case", object_id=case, rule="account event"),
            )
        except Refused as refused:
            reached.append(Reached(case=case, taken=False, step=None, sentence=refused.sentence))
        else:
            reached.append(Reached(case=case, taken=True, step=taken.step, sentence=None))
    return reached


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


def _open_cases(office: Services, account: str) -> list[str]:
    with office.store.reading() as session:
        return open_cases_of_account(session, account)


def _messages(office: Services, account: str, name: str, data: Mapping[str, Any], by: str) -> dict[str, Event]:
    events: dict[str, Event] = {}
    with office.store.reading() as session:
        for case_id in open_cases_of_account(session, account):
            case = session.get_one(CaseRow, case_id)
            declared = published(session, case.definition, case.version).definition.messages.get(name, {})
            values, wrong = frozen(session, declared, data, account)
            if wrong:
                raise Invalid("The event names something that there is not.", fields=wrong)
            events[case_id] = Message(name=name, data=values, by=by)
    return events


def _holds(office: Services, account: str, by: str) -> tuple[int, dict[str, Event]]:
    with office.store.reading() as session:
        version = hold_version(session, account)
        holds = {hold.kind: hold.since.isoformat() for hold in standing_holds(session, account)}
        cases = open_cases_of_account(session, account)
    return version, {case: HoldsChanged(holds=holds, version=version, by=by) for case in cases}


def _may_hold(office: Services, session: Session, ask: Ask, account: str, kind: str) -> None:
    must_change_things(ask.person, "place-holds")
    viewed(session, ask.person, account)
    known = office.district.holds.get(kind)
    if known is None:
        kinds = ", ".join(sorted(office.district.holds)) or "none"
        raise Invalid("There is no such kind of hold.", fields={"kind": f"is one of {kinds}"})
    if known.placed_by and not ask.person.roles & set(known.placed_by):
        raise NotPermitted(
            f"A {kind} hold is placed and released by {', '.join(known.placed_by)}.", rule=f"hold {kind}"
        )


async def _opened_by(office: Services, ask: Ask, account: str, name: str) -> list[str]:
    """The cases that the event opens by their definitions (`opens-on`)."""
    started = []
    for opening in await run_in_threadpool(_openings, office, account, name):
        key = Key(person=ask.person.id, key=f"{ask.key[:80]} {opening.definition}", digest=ask.digest, status=201)
        case_id = case_id_for(key.person, key.key)
        audit = Audited(act="open", object_kind="case", object_id=case_id, rule=f"opens-on {name}")
        await opened(office, case_id, opening, by=ask.person.id, key=key, audit=audit)
        started.append(case_id)
    return started


def _openings(office: Services, account: str, name: str) -> list[Opening]:
    found = []
    with office.store.reading() as session:
        for version in current_all(session, office.now()):
            compiled = content(session, version.definition, version.version)
            spec = machine_of(compiled).definition
            fields = [key for key, field in spec.data.items() if field.type == "account" and not field.many]
            if name not in spec.opens_on or not fields:
                continue
            data, _ = frozen(session, spec.data, {fields[0]: account})
            if open_already(session, spec, data) is None:
                found.append(
                    Opening(definition=version.definition, version=version.version, content=compiled, data=data)
                )
    return found
