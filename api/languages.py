"""The language of each request: the one that the person chose, else that of their browser."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.texts import LANGUAGES, spoken_in

COOKIE: Final = "language"


class Languages:
    """Answers each request in the language that the person chose, else in that of their browser; programs, which have no
    session's cookie but a token, in English."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with its language."""
        if scope["type"] != "http" or (scope["path"].startswith("/api/") and not _is_of_a_page(Headers(scope=scope))):
            await self.app(scope, receive, send)
            return
        chosen = HTTPConnection(scope).cookies.get(COOKIE, "")
        spoken = chosen if chosen in LANGUAGES else preferred(Headers(scope=scope).get("accept-language", ""))

        async def with_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Content-Language"] = spoken
            await send(message)

        with spoken_in(spoken):
            await self.app(scope, receive, with_language)


def _is_of_a_page(headers: Headers) -> bool:
    """Whether a page's script asks, whose reader is to read the answer."""
    return "cookie" in headers and "authorization" not in headers


def preferred(accepted: str) -> str:
    """The first of our languages in an Accept-Language header, by its weights; English without one."""
    weighed: list[tuple[float, str]] = []
    for part in accepted[:500].split(","):
        tag, _semicolon, weight = part.strip().partition(";q=")
        try:
            weighed.append((float(weight or 1), tag.partition("-")[0].lower()))
        except ValueError:
            continue
    known = [(weight, tag) for weight, tag in weighed if tag in LANGUAGES and weight > 0]
    return max(known, key=lambda each: each[0])[1] if known else "en"
