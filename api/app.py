"""The application: the REST interface, the pages and what operators look at, over the services that it is started with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.middleware.gzip import GZipMiddleware

from api import failing, health
from api.assets import Assets
from api.headers import SecurityHeaders
from api.languages import Languages
from api.openapi import describe
from api.pages import problem
from api.pages import routers as pages
from api.rest import routers as rest
from api.security.temporal_pages import TemporalPages
from api.services import Services

LARGEST_BODY: Final = 21 * 1024 * 1024  #: bytes: a file of 20 MB and what is around it


#: FastAPI makes a span of each request where the process has a tracer provider (telemetry/tracing.py), and nothing else.
TRACED: Final[TelemetryConfig] = {"metrics": False, "logs": False, "operation_spans": False}


def create_app(opened: Callable[[], AbstractAsyncContextManager[Services]]) -> FastAPI:
    """The application; `opened` opens the services when it starts and closes them when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened() as services:
            app.state.services = services
            yield

    app = FastAPI(
        title="Headgate",
        summary="The case engine for water districts.",
        version=_version(),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        max_body_size=LARGEST_BODY,
        telemetry=TRACED,
    )
    app.add_middleware(Languages)
    app.add_middleware(GZipMiddleware, minimum_size=800, compresslevel=6)
    app.add_middleware(health.Measured)
    app.add_middleware(TemporalPages)
    app.add_middleware(SecurityHeaders)
    failing.install(app)
    app.state.problem_page = problem.shown
    for router in (*rest.ROUTERS, *pages.ROUTERS):
        app.include_router(router)
    app.include_router(health.router)
    app.mount("/static", Assets(), name="static")
    describe(app)
    return app


def _version() -> str:
    try:
        return version("headgate")
    except PackageNotFoundError:
        return "0"
