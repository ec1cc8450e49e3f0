"""Cookies that only the server reads. Over https their names begin with `__Host-`, so that no neighbour can set them."""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from api.services import Services

PREFIX: Final = "__Host-"  #: RFC 6265bis: secure, of this host alone, for every path


def is_https(request: HTTPConnection) -> bool:
    """Whether the browser reaches Headgate by https: by what the proxy says, or by the address in the settings."""
    office: Services = request.app.state.services
    return request.url.scheme == "https" or (office.address or "").startswith("https:")


def kept(request: HTTPConnection, name: str) -> str:
    """What the browser keeps under this name, "" for nothing."""
    return request.cookies.get(_called(request, name), "")


def keep(request: HTTPConnection, response: Response, name: str, value: str, *, seconds: int) -> None:
    """Lets the browser keep it for so long; no script sees it, and no other site's form sends it."""
    response.set_cookie(
        _called(request, name),
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )


def forget(request: HTTPConnection, response: Response, name: str) -> None:
    """Has the browser forget it."""
    response.delete_cookie(_called(request, name), httponly=True, samesite="lax", secure=is_https(request))


def _called(request: HTTPConnection, name: str) -> str:
    return f"{PREFIX}{name}" if is_https(request) else name
