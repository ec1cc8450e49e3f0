"""`headgate serve`: pages and REST interface."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from threading import Event

import typer
import uvicorn

from activities.files import FolderStore
from api.app import create_app
from api.engine import CaseEngine
from api.library import library_of
from api.security.openid import OpenIdProvider
from api.security.pace import Pace
from api.services import Services
from api.warming import warm
from headgate.errors import CannotStart, fail
from headgate.garbage import not_searched, spare_what_is_loaded
from headgate.restored import must_not_wait_for_recovery
from headgate.settings import Settings
from store import vault
from store.clock import read_clock
from store.engine import Store, open_store
from store.tries import Allowed
from telemetry import gauges, logs, metrics, temporal, tracing
from telemetry.page import page
from workflows.client import connect

PROCESS = "serve"
log = logging.getLogger(__name__)


def serve() -> None:
    """Serve pages and REST interface until it is told to stop."""
    settings = Settings()
    try:
        must_not_wait_for_recovery(settings)
    except CannotStart as error:
        fail(str(error))
    logs.set_up(settings.log_level, PROCESS)
    metrics.began(PROCESS)
    with tracing.exported(PROCESS) as interceptors:
        app = create_app(lambda: opened(settings, interceptors))
        spare_what_is_loaded()
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            log_config=None,
            access_log=False,
            server_header=False,
        )


@asynccontextmanager
async def opened(settings: Settings, interceptors: Sequence[tracing.CaseTracing] = ()) -> AsyncIterator[Services]:
    """What the application works with, opened when it starts and closed when it stops."""
    district = library_of(settings.definitions).district
    if district is None:
        typer.echo(
            f"headgate: {settings.definitions} has no district.yaml that can be read; run headgate check", err=True
        )
        raise SystemExit(1)
    vault.use(settings.vault)
    store = open_store(settings.database)
    address = settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"
    now, demonstrating = district_time(store)
    watched = gauges.watch(store, metrics.REGISTRY)
    try:
        runtime, measured = temporal.runtime()
        client = await connect(
            address,
            namespace=settings.temporal_namespace,
            keys=settings.codec_keys,
            runtime=runtime,
            interceptors=interceptors,
        )
        engine = CaseEngine(
            client=client, task_queue=settings.task_queue, clock="district" if demonstrating else "real", now=now
        )
        services = Services(
            store=store,
            district=district,
            now=now,
            engine=engine,
            files=FolderStore(settings.files),
            definitions=settings.definitions,
            session_lasts=timedelta(hours=settings.session_hours),
            tries=Allowed(
                of_a_user=settings.sign_in_tries,
                of_an_address=settings.sign_in_tries_of_address,
                longest_wait=timedelta(seconds=settings.sign_in_wait_seconds),
            ),
            pace=Pace(per_minute=settings.requests_per_minute),
            address=settings.address,
            passwords=settings.passwords,
            openid=identity_provider(settings),
            codec=client.data_converter.payload_codec,
            temporal_pages=settings.temporal_pages,
            idle=timedelta(minutes=settings.idle_minutes) if settings.idle_minutes else None,
        )
        metrics_page = page({"/metrics": temporal.exposition(measured)}, settings.metrics_port, settings.operators_host)
        async with metrics_page, _warming(services):
            yield services
    finally:
        watched.close()
        store.close()


@asynccontextmanager
async def _warming(services: Services) -> AsyncIterator[None]:
    """Makes ready what first looks wait for while inside; that it could not is logged, as they only take longer then."""
    stopped = Event()

    def work() -> None:
        try:
            with not_searched():
                for _step in warm(services):
                    if stopped.is_set():
                        return
        except Exception as error:
            log.warning("first looks could not be made ready", exc_info=error)

    warmed = asyncio.create_task(asyncio.to_thread(work))
    try:
        yield
    finally:
        stopped.set()
        await warmed


def identity_provider(settings: Settings) -> OpenIdProvider | None:
    """The district's identity provider; None where people sign in with passwords alone."""
    if settings.openid_issuer is None:
        return None
    secret = settings.openid_client_secret
    return OpenIdProvider(
        issuer=settings.openid_issuer,
        client_id=settings.openid_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        claim=settings.openid_claim,
        title=settings.openid_title,
    )


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
