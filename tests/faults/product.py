"""The product as it runs, for tests that kill its processes."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import URL
from sqlmodel import col, func, select

from headgate import demonstration, home
from headgate.children import Child
from headgate.processes import in_order, processes
from headgate.settings import Settings
from headgate.temporal_server import find_or_build, free_port
from store.engine import open_store
from store.people import make_sign_in
from store.tables.cases import CaseRow
from store.tables.utility import Account
from tests.faults.network import Connected, Line, line_to, to_file, to_port

DEFINITIONS = Path(__file__).parent / "definitions"
SHIPPED = Path(__file__).parents[2] / "definitions"
PATIENCE_SECONDS = 240

Lines = dict[tuple[str, str], Line]  #: from a process, by its name, to `Temporal` or `database`


@asynccontextmanager
async def running(
    folder: Path,
    definitions: Path = DEFINITIONS,
    *,
    database: URL | None = None,
    lines: Lines | None = None,
    speed: float | None = None,
) -> AsyncIterator[tuple[Settings, list[Child]]]:
    """The product as `headgate up` runs it, on ports and in a folder of its own, with these definitions and the shipped layout
    of letters.

    In a folder in which it ran before it goes on where it was. Without a database it is SQLite in the folder. Where `lines` is
    given, worker and API reach Temporal (and PostgreSQL) by lines that are put there. `speed` is that of a demonstration's
    clock."""
    settings = Settings(
        home=folder,
        port=free_port(),
        temporal_port=free_port(),
        worker_port=free_port(),
        metrics_port=free_port(),
        definitions=with_layout(folder, definitions),
        database_url=database.render_as_string(hide_password=False) if database is not None else None,
        sample=True,
        sample_accounts=120,
        sample_days=0,
    )
    home.make(settings)
    if not (settings.cache / "temporal").exists():
        (settings.cache / "temporal").symlink_to(find_or_build(Settings().cache, print).absolute())
    store = home.prepared(settings, lambda _: None)
    clock = demonstration.start(store, speed)
    children = processes(settings, lambda _: None)
    async with AsyncExitStack() as stack:
        stack.callback(store.close)
        for child in children:
            if child.name in ("worker", "serve"):
                child.environment["DATABASE_URL"] = settings.database
                for other, target, variable in _others(settings, database) if lines is not None else ():
                    line = lines[child.name, other] = await stack.enter_async_context(line_to(target))
                    child.environment[variable] = _by(line, database if other == "database" else None)
        for together in in_order(children):
            for child in together:
                stack.push_async_callback(child.stop)
                child.start()
            for child in together:
                assert await child.wait_until_ready(120), child.last_line()
        for child in children:
            child.watch(lambda _: None)
        with demonstration.ticking(store, clock):
            yield settings, children


def with_layout(folder: Path, definitions: Path) -> Path:
    """The definitions in this folder, with the shipped layout of letters beside their own."""
    composed = shutil.copytree(definitions, folder / "definitions", dirs_exist_ok=True)
    if (composed / "letters").exists():
        for shared in (SHIPPED / "letters").glob("_*.typ"):
            shutil.copy(shared, composed / "letters")
    return composed


def _others(settings: Settings, database: URL | None) -> Iterator[tuple[str, Connected, str]]:
    yield "Temporal", to_port(settings.temporal_port), "TEMPORAL_ADDRESS"
    if database is not None:
        yield "database", to_file(f"{database.query['host']}/.s.PGSQL.5432"), "DATABASE_URL"


def _by(line: Line, database: URL | None) -> str:
    if database is None:
        return f"127.0.0.1:{line.port}"
    return database.set(host="127.0.0.1", port=line.port, query={}).render_as_string(hide_password=False)


async def insisted(client: httpx.AsyncClient, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    """The answer to a request that is sent with the same key until it is answered."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        with suppress(httpx.HTTPError):
            answer = await client.post(path, json=body, headers={"Idempotency-Key": key}, timeout=30)
            if answer.is_success:
                found: dict[str, Any] = answer.json()
                return found
            assert answer.status_code in (500, 502, 503, 504), answer.text
        await asyncio.sleep(0.1)
    raise AssertionError(f"{path} was not answered in {PATIENCE_SECONDS} s")


def someone(settings: Settings, user: str = "rep") -> tuple[str, list[str]]:
    """A token of this user, and the numbers of accounts that anybody may see."""
    store = open_store(settings.database)
    with store.writing() as session:
        now = datetime.now(UTC)
        token = make_sign_in(session, user, kind="token", at=now, expires_at=now + timedelta(days=1))
        accounts = list(session.exec(select(col(Account.id)).where(~col(Account.confidential))))
    store.close()
    return token, accounts


def in_state(settings: Settings, state: str) -> int:
    """How many cases are in this state."""
    store = open_store(settings.database)
    with store.reading() as session:
        found = session.exec(select(func.count()).where(col(CaseRow.state) == state)).one()
    store.close()
    return int(found)


async def until(holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Waits for something that is asked of the database again and again."""
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.2)


async def settled(children: list[Child]) -> None:
    """Waits until every process is there again."""
    for child in children:
        ends = time.monotonic() + 60
        while not await child.ready():
            assert time.monotonic() < ends, f"{child.name} did not come back"
            await asyncio.sleep(0.1)
