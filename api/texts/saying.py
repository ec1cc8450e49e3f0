"""What is said to the request's reader: texts with values, and sentences that were put together before anybody read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from api.texts.catalogue import gettext, language, ngettext, reader, texts_of
from api.texts.moments import day, desk_time
from definitions.language.sentences import Sentence, Value


def _(text: str, **values: object) -> str:
    """The text in the request's language, with `%(name)s` replaced by values where there are any."""
    found = texts_of(language()).gettext(text)
    return found % spoken(values) if values else found


def said(text: str | None) -> str:
    """A sentence in the reader's language, its days and times as pages write them; a text that is none as far as it is known.
    As it was said where no page is read."""
    if not text or reader() is None:
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
