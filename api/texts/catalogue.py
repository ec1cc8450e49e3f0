"""The texts of each language, and the language that the reader of this request speaks."""

from __future__ import annotations

import gettext as standard
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES: Final = Path(__file__).parent.parent / "locale"
LANGUAGES: Final = {"en": "English", "es": "Español"}  #: each named in itself
PLURALS: Final = (
    "nplurals=2; plural=(n != 1);"  #: as the catalogues have them; Babel's own Spanish has a form for millions
)

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
    return texts_of(language()).gettext(text)


def ngettext(one: str, many: str, n: int) -> str:
    """The text for n things in the request's language; `%(n)s` in it is left to the caller."""
    return texts_of(language()).ngettext(one, many, n)


def pgettext(context: str, text: str) -> str:
    """The text in the request's language where the same English means two things; the context tells them apart."""
    return texts_of(language()).pgettext(context, text)


def npgettext(context: str, one: str, many: str, n: int) -> str:
    """The text for n things, told apart by the context."""
    return texts_of(language()).npgettext(context, one, many, n)


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
def texts_of(spoken: str) -> standard.NullTranslations:
    """The texts of a language, read once."""
    if spoken == "en":
        return standard.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(spoken))
    compiled.seek(0)
    return standard.GNUTranslations(compiled)
