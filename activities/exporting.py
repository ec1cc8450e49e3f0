"""All that is kept about a person, as plain JSON: for the person themselves, who may ask for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Table, select
from sqlmodel import Session, col

from activities.files import FileError, FileStore
from activities.personal import tables_of
from store.persons import Belongings, belongings
from store.tables.audit import Audit
from store.tables.bankruptcy import AccountSplit
from store.tables.base import Row, table_of
from store.tables.cases import CaseRow, Incident, ListLine, Note, StepRow, TaskRow
from store.tables.connections import Applicant, RegisterEvent, RegisterItem
from store.tables.conversations import Conversation
from store.tables.inbox import InboxItem, Memo
from store.tables.ledger import Posting
from store.tables.lists import ReleaseLine
from store.tables.migrations import MigratingCase
from store.tables.money import Plan, RefundRow
from store.tables.moves import CaseMove
from store.tables.outbox import AccountEvent, EffectRow
from store.tables.papers import File, Letter
from store.tables.parties import AccountParty
from store.tables.rules import RuleOverride, SiteCheck
from store.tables.utility import Account, Bill, Customer, Hold, Meter, Payment, Premise, Read, ServicePoint

FORMAT: Final = "headgate person 1"
#: What is about the person by its account or its case. The read model's own columns (claims, versions) come along.
ABOUT: Final[tuple[type[Row], ...]] = (
    Customer,
    Applicant,
    Account,
    AccountParty,
    Bill,
    Payment,
    Posting,
    Hold,
    Plan,
    RefundRow,
    Conversation,
    InboxItem,
    CaseRow,
    StepRow,
    TaskRow,
    ListLine,
    Note,
    Memo,
    EffectRow,
    Incident,
    RuleOverride,
    CaseMove,
    MigratingCase,
    SiteCheck,
    ReleaseLine,
    RegisterItem,
    RegisterEvent,
    AccountEvent,
    AccountSplit,
    Letter,
    File,
    Audit,
)


def exported(session: Session, person_id: str, files: FileStore, at: datetime) -> dict[str, Any]:
    """All rows about the person by their tables, and the data of their letters; raises UnknownPersonError.

    Files are named with their digests; their contents are in the file store. Amounts are decimal strings, times RFC 3339."""
    whose = belongings(session, person_id)
    found: dict[str, Any] = {
        "format": FORMAT,
        "person": person_id,
        "made_at": at.isoformat(),
        **_places(session, whose),
    }
    for kind in ABOUT:
        table = table_of(kind)
        found[table.name] = _rows(session, table, tables_of(kind, whose))
    for letter in found["letters"]:
        letter["data"] = _data(files, letter["data_digest"])
    return found


def _places(session: Session, whose: Belongings) -> dict[str, Any]:
    premises, points, meters, reads = (table_of(kind) for kind in (Premise, ServicePoint, Meter, Read))
    accounts = table_of(Account)
    mine = accounts.c.id.in_(whose.accounts)
    their_points = select(accounts.c.service_point_id).where(mine)
    their_meters = select(meters.c.id).where(meters.c.service_point_id.in_(their_points))
    since = session.execute(select(col(Account.since)).where(mine).order_by(col(Account.since)).limit(1)).scalar()
    return {
        "premises": _rows(session, premises, premises.c.id.in_(select(accounts.c.premise_id).where(mine))),
        "service_points": _rows(session, points, points.c.id.in_(their_points)),
        "meters": _rows(session, meters, meters.c.id.in_(their_meters)),
        # A meter hangs longer than an account lasts: what it showed before is somebody else's.
        "reads": [
            read
            for read in _rows(session, reads, reads.c.meter_id.in_(their_meters))
            if since is not None and read["at"] >= since.isoformat()
        ],
    }


def _rows(session: Session, table: Table, which: Any) -> list[dict[str, Any]]:
    query = select(table).where(which).order_by(*table.primary_key.columns)
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in session.execute(query)]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _data(files: FileStore, digest: str | None) -> Any:
    if digest is None:
        return None
    try:
        return json.loads(files.get(digest))
    except FileError:
        return None


def pieces(value: dict[str, Any]) -> Iterator[str]:
    """The export as text, a table at a time."""
    yield "{"
    for number, (name, rows) in enumerate(value.items()):
        yield f"{',' if number else ''}\n{json.dumps(name)}: {json.dumps(rows, ensure_ascii=False)}"
    yield "\n}\n"
