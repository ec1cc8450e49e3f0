"""For operators: is the process there, can it work, and what has it done."""

from __future__ import annotations

import time
from typing import Final

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from pydantic import BaseModel
from sqlalchemy import text
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import NotReady
from api.rest.documented import problems
from api.services import Office
from store.migrate import newest_revision, revision_of

router = APIRouter(tags=["operators"])

REGISTRY: Final = CollectorRegistry()
REQUESTS: Final = Counter(
    "headgate_http_requests", "Requests answered.", ("method", "route", "status"), registry=REGISTRY
)
SECONDS: Final = Histogram(
    "headgate_http_request_seconds", "Time to the answer, in seconds.", ("method", "route"), registry=REGISTRY
)


class Health(BaseModel):
    """Whether it works."""

    status: str


@router.get("/healthz", operation_id="healthz", response_model=Health)
async def healthz() -> Health:
    """Says that the process is there."""
    return Health(status="ok")


@router.get("/readyz", operation_id="readyz", response_model=Health, responses=problems(NotReady))
async def readyz(office: Office) -> Health:
    """Says that the process can work: the database has this version's schema and the case engine answers."""
    if not await run_in_threadpool(_store_is_ready, office):
        raise NotReady(
            "The database does not answer, or its schema is not this version's: `headgate up` brings it up to date."
        )
    if not await office.engine.answers():
        raise NotReady("The Temporal server does not answer. Acts that move a case have to wait for it.")
    return Health(status="ready")


@router.get("/metrics", operation_id="metrics", response_class=PlainTextResponse)
async def metrics() -> Response:
    """Counts and times of requests, in Prometheus' text format."""
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


class Measured:
    """Counts requests by route (never by address: addresses hold ids)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and counts its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, counted)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            REQUESTS.labels(scope["method"], route, status).inc()
            SECONDS.labels(scope["method"], route).observe(time.perf_counter() - began)


def _store_is_ready(office: Office) -> bool:
    try:
        with office.store.reading() as session:
            session.connection().execute(text("SELECT 1"))
        return revision_of(office.store.engine) == newest_revision()
    except Exception:
        return False
