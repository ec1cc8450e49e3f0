"""Where it all runs: a Temporal server, two databases with the same books, two workers, all of this run's own."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL
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
from tests.benchmarks.servers import Postgres, Server, database, serving, started
from workflows.client import connect

HERE = Path(__file__).parent
SHIPPED = HERE.parents[1] / "definitions"
ACCOUNTS = 200


@dataclass(kw_only=True)
class Place:
    """All that a run needs."""

    contenders: dict[str, Contender]
    workers: dict[str, int]
    databases: dict[str, URL]
    stores: dict[str, Store]
    accounts: list[str]
    server: Server

    def cpu_ms(self, contender: str) -> dict[str, float]:
        """CPU used so far, by who used it; the database's is that for Temporal, too, where it keeps its state there."""
        used = {
            "worker": usage.cpu_ms(self.workers[contender]),
            "Temporal": usage.cpu_ms(self.server.pid),
            "driver": usage.own_cpu_ms(),
        }
        return used | ({"database": usage.cpu_ms(self.server.postgres[1])} if self.server.postgres else {})

    def bytes(self, contender: str) -> dict[str, int]:
        """Bytes on disk so far, by what holds them."""
        return {"Temporal": self.server.bytes(), "database": usage.bytes_of(self.databases[contender])}


@asynccontextmanager
async def placed(engine: str) -> AsyncIterator[Place]:
    """A place on one engine; everything is stopped and removed afterwards. Raises CannotMeasure."""
    with TemporaryDirectory(prefix="headgate-bench-", ignore_cleanup_errors=True) as folder:
        settings = Settings(
            home=Path(folder), temporal_port=free_port(), worker_port=free_port(), metrics_port=free_port()
        )
        home.make(settings)
        async with serving(engine, settings) as server:
            urls = _books(server.postgres, Path(folder))
            there = settings.model_copy(
                update={"temporal_address": server.address, "temporal_namespace": server.namespace}
            )
            (worker,) = (child for child in processes(there, print) if child.name == "worker")
            worker.environment |= {
                "TEMPORAL_NAMESPACE": server.namespace,
                "DATABASE_URL": urls["headgate"].render_as_string(hide_password=False),
            }
            workers = {"headgate": worker, "bare": _bare_worker(worker, urls["bare"])}
            stores = {name: open_store(url) for name, url in urls.items()}
            try:
                pids = {name: await started(child) for name, child in workers.items()}
                yield Place(
                    contenders=await _contenders(stores["headgate"], server, settings.task_queue),
                    workers=pids,
                    databases=urls,
                    stores=stores,
                    accounts=_accounts(stores["headgate"]),
                    server=server,
                )
            finally:
                for child in workers.values():
                    await child.stop()
                for store in stores.values():
                    store.close()


async def _contenders(store: Store, server: Server, task_queue: str) -> dict[str, Contender]:
    with store.reading() as session:
        version = version_in_effect(session, "five-tasks", datetime.now(UTC))
    assert version is not None
    client, own = [await connect(server.address, namespace=server.namespace) for _ in range(2)]
    headgate = Headgate(client=own, version=version.version, content=version.compiled, task_queue=task_queue)
    return {"bare": Bare(client=client), "headgate": headgate}


def _accounts(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.exec(select(Account.id).order_by(col(Account.id))))


def _books(postgres: Postgres | None, folder: Path) -> dict[str, URL]:
    urls = {name: database(postgres, folder, f"bench-{name}") for name in ("bare", "headgate")}
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
    return urls


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
