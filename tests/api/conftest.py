"""The office of the API's tests, on each engine, or on SQLite alone where the database is not the subject."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
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
from tests.api.office import MONDAY, Office, moved_into, opened_office
from tests.sqlite import close_to_copy
from worker.run import working
from workflows.client import connect

CALENDAR = Path(__file__).parent.parent.parent / "definitions" / "calendars" / "district.yaml"


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    """The sample district's calendar."""
    found, problems = load_model(load(CALENDAR.read_text(), str(CALENDAR)), Calendar)
    assert found is not None, problems
    return found


@pytest.fixture(scope="session")
def office_template(
    new_databases: Callable[[str], URL], tmp_path_factory: pytest.TempPathFactory, calendar: Calendar
) -> tuple[Path, dict[str, str]]:
    """A SQLite file with people, accounts and definitions, to be copied, and the people's tokens."""
    url = new_databases("sqlite")
    store = open_store(url)
    tokens = moved_into(store, calendar)
    close_to_copy(store)
    return Path(str(url.database)), tokens


@pytest.fixture
def office_store(office_template: tuple[Path, dict[str, str]], new_database: Callable[[str], URL]) -> Iterator[Store]:
    """A store on SQLite that an office has moved into."""
    url = new_database("sqlite")
    shutil.copyfile(office_template[0], str(url.database))
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def tokens(office_template: tuple[Path, dict[str, str]]) -> dict[str, str]:
    """The token of each of the people in `office_store`."""
    return dict(office_template[1])


@pytest.fixture
async def office(office_store: Store, tmp_path: Path, tokens: dict[str, str]) -> AsyncIterator[Office]:
    """An office on SQLite."""
    async with opened_office(office_store, tmp_path, tokens=tokens) as opened:
        yield opened


@pytest.fixture
async def office_on_each(store: Store, tmp_path: Path, calendar: Calendar) -> AsyncIterator[Office]:
    """An office on SQLite, and one on PostgreSQL."""
    async with opened_office(store, tmp_path, tokens=moved_into(store, calendar)) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session")
async def cases_client(temporal_address: str) -> Client:
    """A client whose values travel as the worker expects them."""
    return await connect(temporal_address)


@pytest_asyncio.fixture
async def working_office(
    cases_client: Client, office_store: Store, tmp_path: Path, tokens: dict[str, str]
) -> AsyncIterator[Office]:
    """An office on SQLite with a real Temporal server and a worker behind it."""
    queue = f"api-{uuid4().hex[:8]}"
    engine = CaseEngine(client=cases_client, task_queue=queue, clock="real", now=lambda: datetime.now(UTC))
    world = World(store=office_store, client=cases_client, task_queue=queue, files=tmp_path)
    async with working(world), opened_office(office_store, tmp_path, tokens=tokens, engine=engine) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module")
async def furnished(
    new_databases: Callable[[str], URL], tmp_path_factory: pytest.TempPathFactory, calendar: Calendar
) -> AsyncIterator[tuple[Office, dict[bool, dict[str, str]]]]:
    """One office for all calls: nothing that one of them changes decides on another."""
    store = open_store(new_databases("sqlite"))
    files = tmp_path_factory.mktemp("files")
    tokens = moved_into(store, calendar)
    async with opened_office(store, files, tokens=tokens, engine=DownEngine(), now=MONDAY) as office:
        use(office.services.files)  # what letters are printed from
        yield office, furnish(office)
        use(None)
    store.close()
