"""How a person likes the pages: language, light or dark, shortcuts. Cookies of their browser keep it, without script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api import texts
from api.languages import COOKIE
from api.problems import FormExpired, Invalid
from api.security.cookies import is_https

router = APIRouter(include_in_schema=False)

YEAR: Final = 365 * 24 * 3600  #: seconds that a choice is remembered
THEME: Final = "theme"
SHORTCUTS: Final = "shortcuts"

#: Cookie → what it may say.
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    COOKIE: tuple(texts.LANGUAGES),
    THEME: ("system", "light", "dark"),
    SHORTCUTS: ("on", "off"),
}


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """What the browser remembers."""

    theme: str  #: system, light or dark
    shortcuts: bool  #: whether single letters do something


def preferences_of(cookies: Mapping[str, str]) -> Preferences:
    """The choices in a browser's cookies; anything unknown counts as never chosen."""
    theme = cookies.get(THEME, "system")
    return Preferences(
        theme=theme if theme in CHOICES[THEME] else "system", shortcuts=cookies.get(SHORTCUTS, "on") != "off"
    )


@router.post("/preferences")
def choose(
    request: Request,
    then: Annotated[str, Form(max_length=2000)] = "/",
    language: Annotated[str | None, Form()] = None,
    theme: Annotated[str | None, Form()] = None,
    shortcuts: Annotated[str | None, Form()] = None,
) -> Response:
    """Remembers what was chosen and goes back to the page where it was."""
    from_here(request)
    response = RedirectResponse(here(then), status_code=303)
    for cookie, value in ((COOKIE, language), (THEME, theme), (SHORTCUTS, shortcuts)):
        if value is None:
            continue
        if value not in CHOICES[cookie]:
            raise Invalid(texts.gettext("There is no such choice."), fields={cookie: ", ".join(CHOICES[cookie])})
        response.set_cookie(cookie, value, max_age=YEAR, httponly=True, samesite="lax", secure=is_https(request))
    return response


def from_here(request: Request) -> None:
    """Raises FormExpired for a form that another site sent: for forms that carry no token, there being no session yet."""
    told = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = {request.url.netloc, urlsplit(request.app.state.services.address or "").netloc}
    elsewhere = origin is not None and urlsplit(origin).netloc not in ours
    if told not in ("same-origin", "none") if told is not None else elsewhere:
        raise FormExpired(texts.gettext("This form was sent by another site. Open the page here."))


def here(then: str) -> str:
    """The address, if it is one of ours; else the first page."""
    return then if then.startswith("/") and not then.startswith(("//", "/\\")) else "/"


def shown_again(request: Request) -> str:
    """The address that shows the page of this request once more: a form's answer goes back to where the form was."""
    if request.method == "GET":
        return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc != request.url.netloc:
        return "/"
    return here(f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path)
