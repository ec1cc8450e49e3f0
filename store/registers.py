"""Registers of devices: what is in them, what was done with each, and what is due when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from definitions.language.sentences import say
from store.paging import Page, after, page_of, read_cursor
from store.queries.accounts import MOST
from store.tables.connections import RegisterEvent, RegisterItem

#: What is done regularly with the devices of a register, and how often unless the district says otherwise, in days.
REGULAR: Final[Mapping[str, tuple[str, int]]] = {"backflow": ("tested", 365), "grease": ("pumped", 90)}
FULL_PERCENT: Final = 25  #: grease and solids of the liquid depth, at which an interceptor is pumped out in full
SOON_DAYS: Final = 7  #: within which a full interceptor is pumped out; a failed assembly is repaired and tested again


class RegisterError(Exception):
    """Something that a register does not take; `code` is stable, the sentence is for people."""

    code = "register"


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What was done with a device."""

    id: str
    on: date
    kind: str  #: tested, inspected, pumped, removed
    by: str
    at: datetime
    passed: bool | None = None
    percent: int | None = None
    note: str = ""


def next_due(item: RegisterItem, done: Done) -> date | None:
    """When the next test, inspection or pump-out is due after this one.

    A failed assembly is tested again within a week; an interceptor that is a quarter full (San Leandro, 25 %) is pumped
    out within a week, whatever its interval says; an inspection that finds less does not move the pump-out."""
    if done.kind == "removed":
        return None
    soon = done.on + timedelta(days=SOON_DAYS)
    if done.passed is False:
        return soon
    if item.register_name == "grease" and done.kind == "inspected":
        full = done.percent is not None and done.percent >= FULL_PERCENT
        return min(soon, item.due) if full and item.due else soon if full else item.due
    return done.on + timedelta(days=item.every_days)


def note(session: Session, item: RegisterItem, done: Done) -> RegisterEvent:
    """The event, taken down, and the device's dates moved; RegisterError for one that is removed or out of order."""
    known = session.get(RegisterEvent, done.id)
    if known is not None:
        return known
    if item.removed is not None:
        raise RegisterError(say("this device was removed on %(day)s; nothing more is done with it", day=item.removed))
    if item.last_done is not None and done.on < item.last_done:
        raise RegisterError(say("the last entry is of %(day)s; enter what came after it", day=item.last_done))
    due = next_due(item, done)
    event = RegisterEvent(
        id=done.id,
        item_id=item.id,
        on=done.on,
        kind=done.kind,
        passed=done.passed,
        percent=done.percent,
        due=due,
        by=done.by,
        at=done.at,
        note=done.note,
    )
    session.add(event)
    item.due = due
    if done.kind == "removed":
        item.removed = done.on
    else:
        item.last_done = done.on
    return event


def items_page(
    session: Session,
    register: str,
    *,
    due_before: date | None = None,
    account: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[RegisterItem]:
    """The devices of a register that are there, what is due first."""
    limit = min(limit, MOST)
    key = read_cursor(cursor, (date, str)) if cursor else None
    query = select(RegisterItem).where(col(RegisterItem.register_name) == register, col(RegisterItem.removed).is_(None))
    if due_before is not None:
        query = query.where(col(RegisterItem.due) < due_before)
    if account is not None:
        query = query.where(col(RegisterItem.account_id) == account)
    query = after(query, (col(RegisterItem.due), col(RegisterItem.id)), key, down=False)
    rows = session.execute(query.limit(limit + 1)).scalars()
    return page_of([rows], lambda item: (item.due, item.id), limit, down=False)


def events_of(session: Session, item: str) -> list[RegisterEvent]:
    """What was done with a device, the newest first."""
    query = select(RegisterEvent).where(col(RegisterEvent.item_id) == item)
    return list(session.scalars(query.order_by(col(RegisterEvent.on).desc(), col(RegisterEvent.id).desc())))
