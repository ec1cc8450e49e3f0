"""The words of the pages in the language of the person who reads them: English in the code, Spanish in `api/locale/es/*.po`.

What the district wrote (titles of tasks, states, queues) stays as it wrote it.
"""

from __future__ import annotations

import gettext as standard
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from definitions.language.sentences import Sentence, Value

LOCALES: Final = Path(__file__).parent.parent / "locale"
LANGUAGES: Final = {"en": "English", "es": "Español"}  #: each named in itself
COOKIE: Final = "language"
PLURALS: Final = (
    "nplurals=2; plural=(n != 1);"  #: as the catalogues have them; Babel's own Spanish has a form for millions
)

_language: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    """The language of the request that is being answered: `en`, `es`."""
    return _language.get()


def _(text: str, **values: object) -> str:
    """The text in the request's language, with `%(name)s` replaced by values where there are any."""
    found = _texts(language()).gettext(text)
    return found % spoken(values) if values else found


def gettext(text: str) -> str:
    """The text in the request's language."""
    return _texts(language()).gettext(text)


def ngettext(one: str, many: str, n: int) -> str:
    """The text for n things in the request's language; `%(n)s` in it is left to the caller."""
    return _texts(language()).ngettext(one, many, n)


def pgettext(context: str, text: str) -> str:
    """The text in the request's language where the same English means two things; the context tells them apart."""
    return _texts(language()).pgettext(context, text)


def npgettext(context: str, one: str, many: str, n: int) -> str:
    """The text for n things, told apart by the context."""
    return _texts(language()).npgettext(context, one, many, n)


def said(text: str | None) -> str:
    """A sentence in the request's language, its days and times with it; a text that is none as far as it is known."""
    if not text or language() == "en":
        return text or ""
    return text.told(_message, _written) if isinstance(text, Sentence) else gettext(text)


def spoken(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a text, with the sentences among them in the request's language."""
    return {name: said(value) if isinstance(value, Sentence) else value for name, value in values.items()}


def _message(sentence: Sentence) -> str:
    if sentence.many is None:
        return gettext(sentence.message)
    n = sentence.values["n"]
    assert isinstance(n, int)
    return ngettext(sentence.message, sentence.many, n)


def _written(value: Value) -> Value:
    match value:
        case datetime():
            return f"{format_date(value, 'full', locale=language())}, {value:%H:%M}"
        case date():
            return format_date(value, "long", locale=language())
        case _:
            return value if value is not None else ""


def N_(text: str) -> str:  # noqa: N802  # gettext's own name for it
    """The text as it is: marks it for the catalogues where it is written down before anybody reads it."""
    return text


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

        before = _language.set(spoken)
        try:
            await self.app(scope, receive, with_language)
        finally:
            _language.reset(before)


def _is_of_a_page(headers: Headers) -> bool:
    """Whether a page's script asks, whose reader is to read the answer."""
    return "cookie" in headers and "authorization" not in headers


def told(plain: Any) -> Any:
    """Plain JSON with its sentences in the request's language."""
    match plain:
        case Sentence():
            return said(plain)
        case dict():
            return {name: told(value) for name, value in plain.items()}
        case list():
            return [told(value) for value in plain]
        case _:
            return plain


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


def catalogue(spoken: str) -> Catalog:
    """All texts of a language: the catalogues of its areas, merged."""
    merged = Catalog(locale=spoken)
    merged.mime_headers = [("Plural-Forms", PLURALS)]
    for file in sorted((LOCALES / spoken).glob("*.po")):
        with file.open("rb") as text:
            for message in read_po(text, locale=spoken, abort_invalid=True):
                if message.id:
                    merged[message.id] = message
    return merged


@cache
def _texts(spoken: str) -> standard.NullTranslations:
    if spoken == "en":
        return standard.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(spoken))
    compiled.seek(0)
    return standard.GNUTranslations(compiled)
