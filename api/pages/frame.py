"""What every page is handed beside its own content, and how it is put into HTML."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.pages import words
from api.pages.urls import Urls, urls
from api.security.form_tokens import form_token
from api.security.people import Person
from api.security.signin import session_of

TEMPLATES: Final = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What is around a page."""

    district: str  #: the district's name
    person: Person | None  #: who is signed in
    form_token: str  #: proves that a form was made for this session
    urls: Urls = field(default_factory=lambda: urls)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What went wrong with what was sent, for the head of the page and for its fields."""

    title: str
    sentence: str
    code: str
    fields: dict[str, str] = field(default_factory=dict)  #: field → what would be right


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "desk_time": words.desk_time,
        "day": words.day,
        "usd": words.usd,
        "ccf": words.ccf,
        "shown": words.shown,
        "titled": words.titled,
    }
    environment.globals["new_key"] = new_key
    return environment


def new_key() -> str:
    """A fresh idempotency key for a form: sending the form twice does it once."""
    return f"page-{secrets.token_urlsafe(18)}"


_templates: Final = _environment()


def page(request: Request, template: str, content: Any, *, person: Person | None, status: int = 200) -> HTMLResponse:
    """The page: a template with its content, framed."""
    session = session_of(request)
    frame = Frame(
        district=request.app.state.services.district.district,
        person=person,
        form_token=form_token(session) if session else "",
    )
    html = _templates.get_template(template).render(page=content, frame=frame, urls=urls)
    return HTMLResponse(html, status_code=status)
