"""A worker in Temporal's sandbox, which guards determinism, on a store of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from books import account
from desk import BANK, Bank, Desk, publish
from sqlalchemy import URL
from temporalio.client import Client

from activities.world import World
from store.engine import open_store
from worker.run import working
from workflows.client import connect


@pytest_asyncio.fixture(scope="session")
async def cases_client(temporal_address: str) -> Client:
    """A client whose values travel as the worker expects them."""
    return await connect(temporal_address)


@pytest.fixture
def engine() -> str:
    """The database's engine; tests that are about it name both."""
    return "sqlite"


@pytest.fixture
def world(cases_client: Client, new_database: Callable[[str], URL], tmp_path: Path, engine: str) -> Iterator[World]:
    """A store with one account and the tests' definitions, and a task queue of the test's own."""
    BANK.__dict__.update(Bank().__dict__)
    store = open_store(new_database(engine))
    with store.writing() as session:
        account(session)
        publish(session)
    yield World(store=store, client=cases_client, task_queue=f"test-{uuid4().hex[:8]}", files=tmp_path)
    store.close()


@pytest_asyncio.fixture
async def desk(world: World) -> AsyncIterator[Desk]:
    """A desk with a worker behind it."""
    async with working(world, sandboxed=True):
        yield Desk(world=world)
