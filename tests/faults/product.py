"""The product as it runs, for tests that kill its processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import col, select

from headgate import home
from headgate.children import Child
from headgate.processes import in_order, processes
from headgate.settings import Settings
from headgate.temporal_server import find_or_build, free_port
from store.engine import open_store
from store.people import make_sign_in
from store.tables.utility import Account

DEFINITIONS = Path(__file__).parent / "definitions"
PATIENCE_SECONDS = 240


@asynccontextmanager
async def running(folder: Path, definitions: Path = DEFINITIONS) -> AsyncIterator[tuple[Settings, list[Child]]]:
    """The product as `headgate up` runs it, on ports and in a folder of its own."""
    settings = Settings(
        home=folder,
        port=free_port(),
        temporal_port=free_port(),
        worker_port=free_port(),
        metrics_port=free_port(),
        definitions=definitions,
        sample=True,
        sample_accounts=300,
        sample_days=0,
    )
    home.make(settings)
    (settings.cache / "temporal").symlink_to(find_or_build(Settings().cache, print).absolute())
    home.prepared(settings, lambda _: None).close()
    children = processes(settings, lambda _: None)
    try:
        for together in in_order(children):
            for child in together:
                child.start()
            for child in together:
                assert await child.wait_until_ready(120), child.last_line()
        for child in children:
            child.watch(lambda _: None)
        yield settings, children
    finally:
        for child in reversed(children):
            await child.stop()


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


async def settled(children: list[Child]) -> None:
    """Waits until every process is there again."""
    for child in children:
        ends = time.monotonic() + 60
        while not await child.ready():
            assert time.monotonic() < ends, f"{child.name} did not come back"
            await asyncio.sleep(0.1)
