"""`headgate serve`: pages and REST interface."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import typer
import uvicorn

from activities.files import FolderStore
from api.app import create_app
from api.engine import CaseEngine
from api.services import Services
from definitions.language.library import load_library
from headgate.settings import Settings
from store.clock import read_clock
from store.engine import Store, open_store
from workflows.client import connect


def serve() -> None:
    """Serve pages and REST interface until it is told to stop."""
    settings = Settings()
    app = create_app(lambda: opened(settings))
    uvicorn.run(
        app, host=settings.host, port=settings.port, loop="uvloop", log_level=settings.log_level, access_log=False
    )


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Services]:
    """What the application works with, opened when it starts and closed when it stops."""
    district = load_library(settings.definitions).district
    if district is None:
        typer.echo(
            f"headgate: {settings.definitions} has no district.yaml that can be read; run headgate check", err=True
        )
        raise SystemExit(1)
    store = open_store(settings.database)
    address = settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"
    now, demonstrating = district_time(store)
    try:
        client = await connect(address, namespace=settings.temporal_namespace, keys=settings.codec_keys)
        engine = CaseEngine(
            client=client, task_queue=settings.task_queue, clock="district" if demonstrating else "real", now=now
        )
        yield Services(
            store=store,
            district=district,
            now=now,
            engine=engine,
            files=FolderStore(settings.files),
            definitions=settings.definitions,
            idle=timedelta(minutes=settings.idle_minutes) if settings.idle_minutes else None,
        )
    finally:
        store.close()


def district_time(store: Store) -> tuple[Callable[[], datetime], bool]:
    """The district's time, and whether it is a demonstration's."""
    with store.reading() as session:
        demonstrating = read_clock(session) is not None
    if not demonstrating:
        return lambda: datetime.now(UTC), False

    def now() -> datetime:
        with store.reading() as session:
            clock = read_clock(session)
        real = datetime.now(UTC)
        return clock.at(real) if clock else real

    return now, True
