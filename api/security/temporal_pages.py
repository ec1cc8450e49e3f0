"""What lets Temporal's own pages, which come from another origin, ask the codec: CORS for `/api/codec/` and for them alone."""

from __future__ import annotations

from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

UNDER: Final = "/api/codec/"
SENT: Final = ("authorization", "content-type", "x-namespace")  #: headers of the remote codec protocol


class TemporalPages:
    """Answers preflights of the origin in the services' `temporal_pages`, and lets it read answers, with its credentials."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._allowing: tuple[str, CORSMiddleware] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, through CORS where it asks the codec."""
        if scope["type"] != "http" or not scope["path"].startswith(UNDER):
            await self.app(scope, receive, send)
            return
        origin = scope["app"].state.services.temporal_pages
        await (self._with(origin) if origin else self.app)(scope, receive, send)

    def _with(self, origin: str) -> CORSMiddleware:
        if self._allowing is None or self._allowing[0] != origin:
            cors = CORSMiddleware(
                self.app, allow_origins=[origin], allow_methods=["POST"], allow_headers=SENT, allow_credentials=True
            )
            self._allowing = (origin, cors)
        return self._allowing[1]
