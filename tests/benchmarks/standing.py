"""The product as it stands for the benchmark at scale: with the development server, or as `deploy/local.sh` runs it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from headgate.settings import Settings
from tests.benchmarks import usage
from tests.faults.local_cluster import local_cluster
from tests.faults.product import running

PLACES = ("development", "cluster")
WORKERS = ("worker-1", "worker-2")
UNLIMITED = {"HEADGATE_REQUESTS_PER_MINUTE": "0"}  #: one token asks for everybody here


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The product, running."""

    settings: Settings
    api: str
    pids: Callable[[], dict[str, list[int]]]  #: of its processes, by what they are
    restart_workers: Callable[[], Awaitable[None]]  #: stops them, and has waited until they serve again

    def memory_mb(self) -> dict[str, float]:
        """Resident memory of each kind of process, in MB."""
        return {name: sum(usage.memory_bytes(pid) for pid in pids) / 1e6 for name, pids in self.pids().items() if pids}


@asynccontextmanager
async def standing(place: str, kept: Path | None = None) -> AsyncIterator[Standing]:
    """The product in one of the `PLACES`; all is stopped afterwards, and removed unless it is in a folder that is kept."""
    os.environ |= UNLIMITED
    async with _development(kept) if place == "development" else _cluster(kept) as found:
        yield found


@asynccontextmanager
async def _development(kept: Path | None) -> AsyncIterator[Standing]:
    """One worker, one API and Temporal's development server; both databases are SQLite's."""
    with ExitStack() as stack:
        folder = kept or Path(
            stack.enter_context(TemporaryDirectory(prefix="headgate-scale-", ignore_cleanup_errors=True))
        )
        async with running(folder / "home") as (settings, children):
            by_name = {child.name: child for child in children}

            def pids() -> dict[str, list[int]]:
                return {name: [child.process.pid] for name, child in by_name.items() if child.process is not None}

            async def restart() -> None:
                worker = by_name["worker"]
                await worker.stop()
                worker.start()
                assert await worker.wait_until_ready(600), worker.last_line()
                worker.watch(lambda _: None)

            yield Standing(
                settings=settings,
                api=f"http://127.0.0.1:{settings.port}",
                pids=pids,
                restart_workers=restart,
            )


@asynccontextmanager
async def _cluster(kept: Path | None) -> AsyncIterator[Standing]:
    """Two workers, two APIs, Temporal's server and PostgreSQL."""
    with local_cluster(kept=kept) as cluster:
        await asyncio.to_thread(cluster.start)
        os.environ["PGPASSFILE"] = cluster.reached()["PGPASSFILE"]

        def pids() -> dict[str, list[int]]:
            return {
                "worker": [cluster.pid(name) for name in WORKERS],
                "serve": [cluster.pid(name) for name in ("api-1", "api-2")],
                "Temporal": [cluster.pid("temporal")],
            }

        async def restart() -> None:
            await asyncio.to_thread(cluster.stop, *WORKERS)
            await asyncio.to_thread(cluster.start, *WORKERS)

        yield Standing(settings=cluster.settings(), api=cluster.api(1), pids=pids, restart_workers=restart)
