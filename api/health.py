"""For operators: is the process there, can it work, and how did it answer. Its metrics are on a port of their own."""

from __future__ import annotations

import logging
import secrets
import time
from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from api.problems import NotReady
from api.rest.documented import problems
from api.services import Office
from definitions.language.sentences import say
from store.migrate import serves
from telemetry.metrics import REQUEST_SECONDS, REQUESTS

router = APIRouter(tags=["operators"])

METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})

log = logging.getLogger(__name__)


class Health(BaseModel):
    """Whether it works."""

    status: str


@router.get("/healthz", operation_id="healthz", response_model=Health)
async def healthz() -> Health:
    """Says that the process is there."""
    return Health(status="ok")


@router.get("/readyz", operation_id="readyz", response_model=Health, responses=problems(NotReady))
async def readyz(office: Office) -> Health:
    """Says that the process can work: the database has a schema that this version works on and the case engine answers."""
    if not await run_in_threadpool(_store_is_ready, office):
        raise NotReady(
            say(
                "The database does not answer, or its schema is an earlier version's: `headgate upgrade` "
                "brings it up to date."
            )
        )
    if not await office.engine.answers():
        raise NotReady(say("The Temporal server does not answer. Acts that move a case have to wait for it."))
    return Health(status="ready")


class Measured:
    """Counts, times and logs requests by route (never by address: addresses hold ids), and gives each an id of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and counts its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        request, status = secrets.token_hex(8), 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request
            await send(message)

        with bound_contextvars(request=request):
            try:
                await self.app(scope, receive, counted)
            finally:
                seconds = time.perf_counter() - began
                method = scope["method"] if scope["method"] in METHODS else "other"
                route = getattr(scope.get("route"), "path", "unknown")
                REQUESTS.labels(method, route, status).inc()
                REQUEST_SECONDS.labels(method, route).observe(seconds)
                said = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
                log.info("request", extra=said)


def _store_is_ready(office: Office) -> bool:
    try:
        with office.store.reading() as session:
            session.connection().execute(text("SELECT 1"))
        return serves(office.store.engine)
    except Exception:
        return False
