"""The words of pages in the language of the person who reads them: English in the code, Spanish in `api/locale/es/*.po`.

What the district wrote (titles of tasks, states, queues) stays as it wrote it.
"""

from __future__ import annotations

import gettext as standard
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.dates import get_day_names, get_month_names
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from definitions.language.sentences import Sentence, Value

LOCALES: Final = Path(__file__).parent / "locale"
LANGUAGES: Final = {"en": "English", "es": "Español"}  #: each named in itself
PLURALS: Final = (
    "nplurals=2; plural=(n != 1);"  #: as the catalogues have them; Babel's own Spanish has a form for millions
)
_TWO_STOPS: Final = re.compile(
    r"(?<!\.)\.\.(?!\.)"
)  #: an abbreviation's and the sentence's that ends with it: one is written

_language: ContextVar[str | None] = ContextVar("language", default=None)


@contextmanager
def spoken_in(chosen: str) -> Iterator[None]:
    """Inside, texts are in this language."""
    before = _language.set(chosen)
    try:
        yield
    finally:
        _language.reset(before)


def reader() -> str | None:
    """The language of the person whose page is being answered; None where a program asks, or nobody."""
    return _language.get()


def language() -> str:
    """The language of the request that is being answered: `en`, `es`."""
    return _language.get() or "en"


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


def _(text: str, **values: object) -> str:
    """The text in the request's language, with `%(name)s` replaced by values where there are any."""
    found = _texts(language()).gettext(text)
    return found % spoken(values) if values else found


def said(text: str | None) -> str:
    """A sentence in the reader's language, its days and times as pages write them; a text that is none as far as it is known.
    As it was said where no page is read."""
    if not text or reader() is None:
        return text or ""
    return _TWO_STOPS.sub(".", text.told(_message, _written)) if isinstance(text, Sentence) else gettext(text)


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
            return desk_time(value)
        case date():
            return day(value)
        case _:
            return value if value is not None else ""


def N_(text: str) -> str:  # noqa: N802  # gettext's own name for it
    """The text as it is: marks it for the catalogues where it is written down before anybody reads it."""
    return text


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


def desk_time(moment: datetime | None) -> str:
    """`Mon 9 Mar 2026, 8:30 am`; empty without one."""
    if moment is None:
        return ""
    days, months = _names(language())
    return f"{days[moment.weekday()]} {moment.day} {months[moment.month]} {moment.year}, {clock_time(moment)}"


def clock_time(moment: datetime) -> str:
    """`8:30 am`."""
    half = _("am") if moment.hour < 12 else _("pm")
    return f"{(moment.hour - 1) % 12 + 1}:{moment:%M} {half}"


def day(value: date | None) -> str:
    """`9 Mar 2026`; empty without one."""
    return "" if value is None else f"{value.day} {_names(language())[1][value.month]} {value.year}"


def month(value: date) -> str:
    """`Mar 2026`."""
    return f"{_names(language())[1][value.month]} {value.year}"


@cache
def _names(spoken: str) -> tuple[dict[int, str], dict[int, str]]:
    """Short names of the days (0 is Monday) and of the months (1 is January)."""
    days, months = get_day_names("abbreviated", locale=spoken), get_month_names("abbreviated", locale=spoken)
    return dict(days), dict(months)


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
    """The texts of a language, read once."""
    if spoken == "en":
        return standard.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(spoken))
    compiled.seek(0)
    return standard.GNUTranslations(compiled)
