"""The office of the API's tests, on each engine, or on SQLite alone where the database is not the subject."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import URL
from temporalio.client import Client

from activities.files import use
from activities.world import World
from api.engine import CaseEngine
from definitions.language.calendars import Calendar
from definitions.language.loader import load, load_model
from store.engine import Store, open_store
from tests.api.furnished import DownEngine, furnish
from tests.api.office import MONDAY, Office, opened_office
from worker.run import working
from workflows.client import connect

CALENDAR = Path(__file__).parent.parent.parent / "definitions" / "calendars" / "district.yaml"


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    """The sample district's calendar."""
    found, problems = load_model(load(CALENDAR.read_text(), str(CALENDAR)), Calendar)
    assert found is not None, problems
    return found


@pytest.fixture
async def office(sqlite_store: Store, tmp_path: Path, calendar: Calendar) -> AsyncIterator[Office]:
    """An office on SQLite."""
    async with opened_office(sqlite_store, tmp_path, calendar=calendar) as opened:
        yield opened


@pytest.fixture
async def office_on_each(store: Store, tmp_path: Path, calendar: Calendar) -> AsyncIterator[Office]:
    """An office on SQLite, and one on PostgreSQL."""
    async with opened_office(store, tmp_path, calendar=calendar) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session")
async def cases_client(temporal_address: str) -> Client:
    """A client whose values travel as the worker expects them."""
    return await connect(temporal_address)


@pytest_asyncio.fixture
async def working_office(
    cases_client: Client, sqlite_store: Store, tmp_path: Path, calendar: Calendar
) -> AsyncIterator[Office]:
    """An office on SQLite with a real Temporal server and a worker behind it."""
    queue = f"api-{uuid4().hex[:8]}"
    engine = CaseEngine(client=cases_client, task_queue=queue, clock="real", now=lambda: datetime.now(UTC))
    world = World(store=sqlite_store, client=cases_client, task_queue=queue, files=tmp_path)
    async with working(world), opened_office(sqlite_store, tmp_path, calendar=calendar, engine=engine) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module")
async def furnished(
    new_databases: Callable[[str], URL], tmp_path_factory: pytest.TempPathFactory, calendar: Calendar
) -> AsyncIterator[tuple[Office, dict[bool, dict[str, str]]]]:
    """One office for all calls: nothing that one of them changes decides on another."""
    store = open_store(new_databases("sqlite"))
    files = tmp_path_factory.mktemp("files")
    async with opened_office(store, files, calendar=calendar, engine=DownEngine(), now=MONDAY) as office:
        use(office.services.files)  # what letters are printed from
        yield office, furnish(office)
        use(None)
    store.close()
