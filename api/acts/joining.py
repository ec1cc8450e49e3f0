"""What came in becomes or joins a case: as a note, as an event, or by opening the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import update
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool

from api.acts import opening
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.inbox import close, item_seen, open_item, take
from api.acts.rules import case_seen
from api.services import Services
from api.views.inbox import taken_view
from api.views.tasks import etag
from store.tables.cases import CaseRow, Note
from store.tables.inbox import InboxItem
from store.tables.papers import File
from workflows.client import case_id_for

SAID = {
    "call": "Call", "voicemail": "Voicemail", "email": "E-mail", "fax": "Fax", "letter": "Letter", "walk-in": "Visit",
    "web": "Message",
}  # fmt: skip


def join(office: Services, ask: Ask, item_id: str, case_id: str) -> Answer:
    """The item, closed: the case has it as a note, and its files."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        item = open_item(session, ask.person, item_id, record)
        case = case_seen(session, ask.person, case_id)
        take(ask, item, record)
        return _joined(office, session, ask, item, case, record, "joined")

    return once(office.store, ask, Record(act="join-item", kind="inbox-item", id=item_id), work)


async def send(
    office: Services, ask: Ask, item_id: str, case_id: str, *, event: str, data: Mapping[str, Any]
) -> Answer:
    """The item, closed: the case took it as an event from outside, and has it as a note."""
    if await run_in_threadpool(_begin, office, ask, item_id, case_id):
        await opening.send_event(office, ask, case_id, event, data)
    return await run_in_threadpool(_finish, office, ask, item_id, case_id, "joined")


async def open_case(office: Services, ask: Ask, item_id: str, definition: str, given: Mapping[str, Any]) -> Answer:
    """The item, closed: it has opened a case, which has it as a note. The same key opens the same case."""
    case_id = case_id_for(ask.person.id, ask.key)
    if await run_in_threadpool(_begin, office, ask, item_id, case_id):
        await opening.open_case(office, ask, definition, given)
    return await run_in_threadpool(_finish, office, ask, item_id, case_id, "opened")


def _begin(office: Services, ask: Ask, item_id: str, case_id: str) -> bool:
    """Takes the item, so that two people do not open a case for one call; False when this was done before."""
    record = Record(act="claim-item", kind="inbox-item", id=item_id)

    def work(session: Session, record: Record) -> Answer:
        item = open_item(session, ask.person, item_id, record)
        take(ask, item, record)
        return Answer(body={"id": item.id})

    must_change_things(ask.person, "work")
    with office.store.reading() as session:
        item = item_seen(session, ask.person, item_id)
        if item.case_id == case_id and item.closed_by == ask.person.id:
            return False
    once(office.store, _part(ask, "take"), record, work)
    return True


def _finish(office: Services, ask: Ask, item_id: str, case_id: str, how: Literal["joined", "opened"]) -> Answer:
    def work(session: Session, record: Record) -> Answer:
        item = open_item(session, ask.person, item_id, record)
        return _joined(office, session, ask, item, session.get_one(CaseRow, case_id), record, how)

    act = "open-from-item" if how == "opened" else "join-item"
    return once(office.store, _part(ask, "join"), Record(act=act, kind="inbox-item", id=item_id), work)


def _joined(
    office: Services,
    session: Session,
    ask: Ask,
    item: InboxItem,
    case: CaseRow,
    record: Record,
    how: Literal["joined", "opened"],
) -> Answer:
    close(ask, item, how)
    item.case_id = case.id
    item.account_id = case.account_id or item.account_id
    item.version += 1
    session.add(
        Note(
            id=uuid4().hex,
            case_id=case.id,
            account_id=case.account_id,
            by=ask.person.id,
            at=ask.at,
            text=note_text(office, item),
        )
    )
    session.connection().execute(
        update(File).where(col(File.inbox_item) == item.id).values(case_id=case.id, account_id=item.account_id)
    )
    session.flush()
    record.case, record.account = case.id, item.account_id
    record.rule = f"queue {item.queue}"
    body = taken_view(item, at=ask.at, zone=office.zone).model_dump(mode="json")
    return Answer(body=body, headers={"ETag": etag(item.version)})


def note_text(office: Services, item: InboxItem) -> str:
    """What the case's note says: how it came, when, from whom, and what it says."""
    came = item.received_at.astimezone(office.zone)
    whom = f" from {item.sender}" if item.sender else ""
    head = f"{SAID[item.channel]}{whom}, received {came.day} {came:%b %Y at %H:%M}"
    return "\n".join(part for part in (f"{head}: {item.subject}" if item.subject else f"{head}.", item.text) if part)


def _part(ask: Ask, part: str) -> Ask:
    """The ask under a key of its own: one request does several things once each."""
    return replace(ask, key=f"{ask.key[:110]}/inbox-{part}")
