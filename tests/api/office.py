"""A small office for tests: a district, its people, a few accounts, and a case with tasks, written straight into the store."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast

import httpx
from fastapi import FastAPI
from sqlalchemy import event

from activities.files import FolderStore
from api.app import create_app
from api.engine import CaseEngine
from api.services import Services
from definitions.language.calendars import Calendar
from store import people as store_people
from store.engine import Store
from store.finding import keep_account_words
from store.ledger import bill_entry, post
from store.publishing import publish_compiled
from store.tables.cases import CaseRow, TaskCandidate, TaskRow
from store.tables.people import User
from store.tables.utility import Account, Bill, Customer, Meter, Premise, Read, ServicePoint
from tests.api.office_cases import DISTRICT, compiled_cases

MONDAY = datetime(2026, 3, 9, 15, 30, tzinfo=UTC)  #: 8:30 in Los Angeles
PASSWORD = "correct horse battery"

PEOPLE = {
    "rep": ("rep",), "rep2": ("rep",), "lead": ("lead",), "supervisor": ("supervisor",), "crew": ("crew",),
    "finance": ("finance",), "author": ("author",), "auditor": ("auditor",), "gateway": ("gateway",),
}  # fmt: skip

_numbers = itertools.count(1)


@dataclass(kw_only=True)
class Client:
    """Sends requests for one person, with a fresh key for each write."""

    http: httpx.AsyncClient
    token: str | None

    async def get(self, path: str, **query: Any) -> httpx.Response:
        """Reads."""
        return await self.http.get(path, params=query or None, headers=self._headers())

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Writes."""
        return await self._send("POST", path, body, headers)

    async def put(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Replaces."""
        return await self._send("PUT", path, body, headers)

    async def patch(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Changes."""
        return await self._send("PATCH", path, body, headers)

    async def delete(self, path: str, **headers: str) -> httpx.Response:
        """Takes away."""
        return await self._send("DELETE", path, None, headers)

    async def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        key = {"Idempotency-Key": f"key-{next(_numbers)}"}
        return await self.http.request(method, path, json=body, headers={**self._headers(), **key, **named})

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


@dataclass(kw_only=True)
class Office:
    """The application with its store and people."""

    app: FastAPI
    store: Store
    services: Services
    http: httpx.AsyncClient
    tokens: dict[str, str]

    def by(self, user: str) -> Client:
        """What this person sends."""
        return Client(http=self.http, token=self.tokens[user])

    def task(self, **fields: Any) -> str:
        """A task of a new case, written into the store; its id."""
        number = next(_numbers)
        case = fields.pop("case", f"c-{number:012d}")
        run = fields.pop("run", 1)
        with self.store.writing() as session:
            if session.get(CaseRow, case) is None:
                session.add(_case(case, fields.get("account_id", "a-1")))
                session.flush()
            row = TaskRow(
                id=f"{case}.{run}",
                case_id=case,
                run=run,
                **{
                    "name": "review",
                    "place": "review",
                    "title": "Review the history",
                    "queue": "customer-service",
                    "opened_at": MONDAY,
                    "opened_step": 1,
                    "account_id": "a-1",
                    "users": [],
                    **fields,
                },
            )
            session.add(row)
            session.flush()
            for user in row.users or []:
                session.add(TaskCandidate(user_id=user, task_id=row.id))
        return row.id


def moved_into(store: Store, calendar: Calendar) -> dict[str, str]:
    """Puts people, accounts and definitions into an empty store; each one's token."""
    with store.writing() as session:
        issued = people(session)
        accounts(session)
        for compiled in compiled_cases(calendar):
            publish_compiled(session, compiled, source="", by="author", at=MONDAY - timedelta(days=30))
    return issued


@asynccontextmanager
async def opened_office(
    store: Store,
    files: Path,
    *,
    tokens: dict[str, str],
    engine: CaseEngine | None = None,
    now: datetime | None = None,
) -> AsyncIterator[Office]:
    """The application on a store that is `moved_into`; without an engine only what is SQL alone works."""
    services = Services(
        store=store,
        district=DISTRICT,
        now=(lambda: datetime.now(UTC)) if engine and now is None else (lambda: now or MONDAY),
        engine=engine or cast(CaseEngine, None),
        files=FolderStore(files),
        definitions=Path(__file__).parents[2] / "definitions",
    )

    building = _SPARE.pop() if _SPARE else _Building()
    building.services = services
    app = building.app
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as http:
            yield Office(app=app, store=store, services=services, http=http, tokens=tokens)
    _SPARE.append(building)


class _Building:
    """An application that one office after another moves into: working its routes out takes longer than most tests."""

    services: Services

    def __init__(self) -> None:
        self.app = create_app(self._opened)

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Services]:
        yield self.services


_SPARE: list[_Building] = []


@cache
def _hashed(password: str) -> str:
    return store_people.PASSWORDS.hash(password)


def people(session: Any) -> dict[str, str]:
    """Everybody of `PEOPLE`, each with a token."""
    now = datetime.now(UTC)
    for user, roles in PEOPLE.items():
        store_people.add_user(session, user, user.capitalize(), roles=frozenset(roles), by="test", at=MONDAY)
    session.get_one(User, "rep").password_hash = _hashed(PASSWORD)
    store_people.set_crews(session, "crew", frozenset({"meters"}))
    return {
        user: store_people.make_sign_in(session, user, kind="token", at=now, expires_at=now + timedelta(days=1))
        for user in PEOPLE
    }


def accounts(session: Any) -> None:
    """Two accounts, the second confidential, each with a meter, reads and a bill."""
    for number, name in ((1, "Maria Lopez"), (2, "Chris Young")):
        session.add(
            Premise(
                id=f"p-{number}",
                line1=f"{number} Orchard Lane",
                city="Sample City",
                zip="90000",
                route="R1",
                sequence=number,
            )
        )
        session.flush()
        session.add(ServicePoint(id=f"sp-{number}", premise_id=f"p-{number}"))
        session.add(Customer(id=f"cu-{number}", name=name))
        session.flush()
        session.add(
            Meter(id=f"m-{number}", service_point_id=f"sp-{number}", serial=f"S{number}", installed=date(2019, 1, 1))
        )
        session.add(
            Account(
                id=f"a-{number}",
                premise_id=f"p-{number}",
                service_point_id=f"sp-{number}",
                customer_id=f"cu-{number}",
                since=date(2019, 1, 1),
                confidential=number == 2,
            )
        )
        session.flush()
        keep_account_words(session.connection(), [f"a-{number}"])
        for month in (1, 2):
            session.add(
                Read(
                    meter_id=f"m-{number}",
                    at=datetime(2026, month, 28, 18, tzinfo=UTC),
                    value_ccf=Decimal(100 + 12 * month),
                )
            )
        bill = Bill(
            id=f"b-{number}",
            account_id=f"a-{number}",
            meter_id=f"m-{number}",
            period_start=date(2026, 1, 28),
            period_end=date(2026, 2, 28),
            days=31,
            read_ccf=Decimal(124),
            use_ccf=Decimal(12),
            amount_usd=Decimal("84.10"),
            mailed=date(2026, 3, 2),
            due=date(2026, 3, 27),
        )
        session.add(bill)
        session.flush()
        post(session, [bill_entry(bill, MONDAY)])


@contextmanager
def counting(office: Office) -> Iterator[list[str]]:
    """The statements that are sent to the store meanwhile."""
    sent_to_store: list[str] = []

    def note(*asked: Any) -> None:
        sent_to_store.append(str(asked[2]))

    event.listen(office.store.engine, "before_cursor_execute", note)
    try:
        yield sent_to_store
    finally:
        event.remove(office.store.engine, "before_cursor_execute", note)


def opened(office: Office, **fields: Any) -> str:
    """A task that its case's machine knows of; its id."""
    task = office.task(**fields)
    with office.store.writing() as session:
        row = session.get_one(TaskRow, task)
        case = session.get_one(CaseRow, row.case_id)
        known = {
            "run": row.run,
            "name": row.name,
            "state": row.place,
            "kind": "task",
            "title": row.title,
            "queue": row.queue,
            "opened_at": row.opened_at.isoformat(),
        }
        case.snapshot = {**case.snapshot, "state": [row.place], "runs": 1, "tasks": [known]}
    return task


def _case(case: str, account: str) -> CaseRow:
    return CaseRow(
        id=case,
        definition="complaint",
        version=1,
        account_id=account,
        title="Complaint",
        state="review",
        opened_at=MONDAY,
        at=MONDAY,
        step_no=1,
        why="Waits for somebody to review the history.",
        snapshot={
            "id": case,
            "definition": "complaint",
            "version": 1,
            "account": account,
            "state": ["review"],
            "data": {"account": {"id": account}},
            "opened_at": MONDAY.isoformat(),
            "at": MONDAY.isoformat(),
            "step": 1,
        },
    )
