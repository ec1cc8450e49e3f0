"""What every page is handed beside its own content, and how it is put into HTML."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from api import texts
from api.pages import audit_words, ledger_words, words
from api.pages.names import Names, names_of, who
from api.pages.navigation import Place, area_of, places_for
from api.pages.preferences import Preferences, preferences_of, shown_again
from api.pages.urls import urls
from api.pages.versions import version_of_html
from api.problems import Problem
from api.security.form_tokens import form_token
from api.security.people import Person
from api.security.signin import session_of
from api.texts import _
from definitions.language.sentences import Sentence

TEMPLATES: Final = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What is around a page."""

    district: str  #: the district's name
    person: Person | None  #: who is signed in
    form_token: str  #: proves that a form was made for this session
    here: str  #: the address that shows this page once more
    area: str  #: key of the place in the navigation that the page belongs to, "" for none
    places: Sequence[Place]  #: where the person can go
    language: str
    languages: Mapping[str, str]  #: that can be chosen: code → its own name
    preferences: Preferences
    openid: str | None  #: what the link to the identity provider says; None without one
    names: Names  #: of who did something
    work: Mapping[str, str]  #: what queues and crews are called
    passwords: bool  #: whether people sign in and unlock by a password
    idle: int  #: seconds after which a page that is left alone is covered; 0: never


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What went wrong with what was sent, for the head of the page and for its fields."""

    title: str
    sentence: str
    code: str
    fields: dict[str, str] = field(default_factory=dict)  #: field → what would be right


def trouble_of(problem: Problem, *, of: str = "") -> Trouble:
    """A problem for the head of the page that it came from; the inputs of fields below `of` are called without it."""
    fields = {name.removeprefix(of): texts.said(wrong) for name, wrong in (problem.fields or {}).items()}
    return Trouble(title=_(problem.title), sentence=texts.said(problem.sentence), code=problem.code, fields=fields)


def _environment() -> Environment:
    environment = Environment(
        extensions=["jinja2.ext.i18n"],
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "desk_time": texts.desk_time,
        "day": texts.day,
        "usd": words.usd,
        "ccf": words.ccf,
        "shown": words.shown,
        "titled": words.titled,
        "said": texts.said,
        "act": audit_words.act_told,
        "wanted": audit_words.wanted,
        "kind": audit_words.kind_told,
        "rule": audit_words.rule_told,
        "ledger_code": ledger_words.code_told,
        "returned_because": ledger_words.returned_because,
        "ledger_rule": ledger_words.ledger_rule_told,
        "word": words.word,
        "who": who,
        "language_name": words.language_name,
        "clock_time": texts.clock_time,
        "version": version_of_html,
    }
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        texts.gettext, texts.ngettext, newstyle=True, pgettext=texts.pgettext, npgettext=texts.npgettext
    )
    known: dict[str, Any] = environment.globals
    known |= {name: _with_sentences(known[name]) for name in ("ngettext", "pgettext", "npgettext")}
    known |= {"gettext": _text, "_": _text, "new_key": new_key}
    return environment


def _with_sentences(texts_of: Callable[..., str]) -> Callable[..., str]:
    """Jinja's own function for texts, with sentences among their values in the language of the request."""

    @pass_context
    def said(context: Context, *given: Any, **values: Any) -> str:
        return texts_of(context, *given, **texts.spoken(values))

    return said


def _text(message: str, **values: Any) -> Markup:
    """What Jinja's own gettext answers, without the three calls of its context that make it nearly twice as slow: a list of a
    hundred lines asks for 1,300 texts."""
    text = Markup(texts.gettext(message))  # noqa: S704  # ours, and its values are escaped
    return text % texts.spoken(values) if values or "%" in text else text


def _shown(value: Any) -> Any:
    """What a template puts out: sentences in the language of the request."""
    return texts.said(value) if isinstance(value, Sentence) else value


def new_key() -> str:
    """A fresh idempotency key for a form: sending the form twice does it once."""
    return f"page-{secrets.token_urlsafe(18)}"


templates: Final = _environment()  #: compiled at their first use


def page(request: Request, template: str, content: Any, *, person: Person | None, status: int = 200) -> HTMLResponse:
    """The page: a template with its content, framed."""
    session, office = session_of(request), request.app.state.services
    frame = Frame(
        district=office.district.district,
        person=person,
        form_token=form_token(session) if session else "",
        here=shown_again(request),
        area=area_of(request.url.path),
        places=places_for(person) if person else (),
        language=texts.language(),
        languages=texts.LANGUAGES,
        preferences=preferences_of(request.cookies),
        openid=office.openid.title if office.openid else None,
        names=names_of(office.store),
        work=office.district.work_titles,
        passwords=office.passwords,
        idle=int(office.idle.total_seconds()) if office.idle else 0,
    )
    html = templates.get_template(template).render(page=content, frame=frame, urls=urls)
    return HTMLResponse(html, status_code=status)
