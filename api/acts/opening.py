"""Opening cases, events that come to one, and opening a closed one again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from api.acts.act import Answer, Ask, Record, must_change_things
from api.acts.entities import frozen
from api.acts.moving import audited, key_of, name_of, taken_once
from api.acts.printable import must_print_form
from api.acts.rules import case_acted_on, must_not_be_an_answer, must_see_account
from api.failing import problem_of
from api.library import content, content_of_case, current, published
from api.problems import AlreadyOpen, BadForm, Conflict, NotPermitted
from api.services import Services
from definitions.language.model import CaseDefinition
from definitions.language.sentences import say
from store.tables.cases import CaseRow
from store.tables.definitions import DefinitionVersion
from workflows.client import case_id_for
from workflows.machine import case as cases
from workflows.machine.case import Case
from workflows.machine.errors import Refused
from workflows.machine.events import Message, Reopened
from workflows.machine.machine import machine_of
from workflows.messages import Audited, Key, Taken


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A case that is to be opened: its type, and data whose entities are frozen."""

    definition: str
    version: int
    content: bytes  #: the compiled definition
    data: Mapping[str, Any]


async def open_case(office: Services, ask: Ask, definition: str, given: Mapping[str, Any]) -> Answer:
    """The first step of the new case; the same key opens the same case."""
    case_id = case_id_for(ask.person.id, ask.key)
    record = Record(act="open", kind="case", id=case_id)

    async def taken(repeated: bool) -> Taken:
        opening = await run_in_threadpool(_prepared, office, ask, record, definition, given, repeated)
        return await opened(office, case_id, opening, by=ask.person.id, key=key_of(ask, 201), audit=audited(record))

    return await taken_once(office, ask, record, taken, status=201)


async def opened(office: Services, case_id: str, opening: Opening, *, by: str, key: Key, audit: Audited) -> Taken:
    """The first step of a case that may be opened."""
    return await office.engine.open_case(
        case_id,
        definition=opening.definition,
        version=opening.version,
        content=opening.content,
        data=opening.data,
        by=by,
        key=key,
        audit=audit,
    )


async def send_event(office: Services, ask: Ask, case_id: str, name: str, data: Mapping[str, Any]) -> Answer:
    """The step that the case takes for an event from outside; one that reopens closed cases reopens this one."""
    record = Record(act=f"event {name}"[:120], kind="case", id=case_id)

    def prepared(repeated: bool) -> tuple[Message, Closed | None]:
        with office.store.reading() as session:
            if not repeated:
                must_change_things(ask.person, "send-events")
            case = case_acted_on(session, ask.person, case_id, record)
            record.rule = "right send-events"
            compiled = published(session, case.definition, case.version)
            spec = compiled.definition
            must_not_be_an_answer(name)
            values, wrong = frozen(session, spec.messages.get(name, {}), data, case.account_id)
            if wrong:
                raise BadForm(say("The event names something that there is not."), fields=wrong)
            if not repeated:
                must_print_form(office, [compiled], spec.messages.get(name, {}), data)
            reopens = case.status == "closed" and spec.reopen is not None and name in spec.reopen.on
            closed = _closed(session, case) if reopens else None
        return Message(name=name, data=values, by=ask.person.id), closed

    async def taken(repeated: bool) -> Taken:
        event, closed = await run_in_threadpool(prepared, repeated)
        if closed is not None:
            reopened = Reopened(reason=f"event {name}", by=ask.person.id)
            return await _reopened(office, ask, record, closed, reopened)
        return await office.engine.act(case_id, event, name=name_of(ask), key=key_of(ask), audit=audited(record))

    return await taken_once(office, ask, record, taken)


async def reopen(office: Services, ask: Ask, case_id: str, *, reason: str) -> Answer:
    """The step that opened the closed case again, if its definition allows that."""
    record = Record(act="reopen", kind="case", id=case_id)

    def prepared(repeated: bool) -> Closed | None:
        with office.store.reading() as session:
            if not repeated:
                must_change_things(ask.person, "reopen-cases")
            case = case_acted_on(session, ask.person, case_id, record)
            reopening = published(session, case.definition, case.version).definition.reopen
            if reopening is not None and reopening.roles and not ask.person.roles & set(reopening.roles):
                raise NotPermitted(
                    say("Such a case is reopened by %(roles)s.", roles=", ".join(reopening.roles)), rule="reopen roles"
                )
            record.rule = "right reopen-cases"
            if case.status == "open" and not repeated:
                raise Conflict(say("The case is open; there is nothing to reopen."))
            return _closed(session, case) if case.status == "closed" else None

    async def taken(repeated: bool) -> Taken:
        closed = await run_in_threadpool(prepared, repeated)
        event = Reopened(reason=reason, by=ask.person.id)
        if closed is None:
            return await office.engine.act(case_id, event, name=name_of(ask), key=key_of(ask), audit=audited(record))
        return await _reopened(office, ask, record, closed, event)

    return await taken_once(office, ask, record, taken)


@dataclass(frozen=True, kw_only=True)
class Closed:
    """A closed case as it was, with the definition that it goes on with."""

    case: Case
    content: bytes


async def _reopened(office: Services, ask: Ask, record: Record, closed: Closed, event: Reopened) -> Taken:
    return await office.engine.reopen(
        closed.case, event, closed.content, name=name_of(ask), key=key_of(ask), audit=audited(record)
    )


def _closed(session: Session, row: CaseRow) -> Closed:
    return Closed(case=cases.from_json(row.snapshot), content=content_of_case(session, row))


def open_already(session: Session, definition: CaseDefinition, data: Mapping[str, Any]) -> CaseRow | None:
    """The open case that stands in the way, where the definition allows one for each value of a field."""
    field = definition.one_open_per
    if field is None or field not in data:
        return None
    query = select(CaseRow).where(CaseRow.definition == definition.case, CaseRow.status == "open")
    account = account_of(definition, data)
    if account is not None:
        query = query.where(CaseRow.account_id == account)
    newest = session.exec(query.order_by(col(CaseRow.opened_at).desc()))
    return next((row for row in newest if stands_in_the_way(definition, data, row)), None)


def stands_in_the_way(definition: CaseDefinition, data: Mapping[str, Any], row: CaseRow) -> bool:
    """Whether this open case is the one that the definition allows for each value of a field."""
    field = definition.one_open_per
    if field is None or field not in data or row.definition != definition.case:
        return False
    held: Mapping[str, Any] = (row.snapshot or {}).get("data") or {}
    return bool(_identity(held.get(field)) == _identity(data[field]))


def account_of(definition: CaseDefinition, data: Mapping[str, Any]) -> str | None:
    """The account that the case is about."""
    for name, field in definition.data.items():
        if field.type == "account" and not field.many and name in data:
            return str(_identity(data[name]))
    return None


def _prepared(
    office: Services, ask: Ask, record: Record, definition: str, given: Mapping[str, Any], repeated: bool
) -> Opening:
    with office.store.reading() as session:
        if not repeated:
            must_change_things(ask.person, "open-cases")
        version = current(session, definition, ask.at)
        machine = machine_of(content(session, definition, version.version))
        spec = machine.definition
        data, wrong = frozen(session, spec.data, given, account_of(spec, given))
        account = account_of(spec, data)
        record.account = account if not wrong else None
        if repeated:
            return _opening(session, version, data)
        must_see_account(session, ask.person, record.account)
        if spec.open_by and not ask.person.roles & set(spec.open_by):
            raise NotPermitted(
                say("Such a case is opened by %(open_by)s.", open_by=", ".join(spec.open_by)), rule="open-by"
            )
        if wrong:
            raise BadForm(say("The case names something that there is not."), fields=wrong)
        must_print_form(office, [published(session, definition, version.version)], spec.data, given)
        try:
            machine.opening(data)
        except Refused as refused:
            raise problem_of(refused) from refused
        standing = open_already(session, spec, data)
        if standing is not None:
            raise AlreadyOpen(
                say(
                    "Such a case is open already: %(case)s, since %(day)s. Go on with that one.",
                    case=standing.id,
                    day=standing.opened_at.astimezone(office.zone).date(),
                ),
                case=standing.id,
            )
        record.rule = "right open-cases"
        return _opening(session, version, data)


def _opening(session: Session, version: DefinitionVersion, data: Mapping[str, Any]) -> Opening:
    number = version.version
    return Opening(
        definition=version.definition,
        version=number,
        content=content(session, version.definition, number),
        data=data,
    )


def _identity(value: Any) -> Any:
    return value.get("id") if isinstance(value, Mapping) else value
