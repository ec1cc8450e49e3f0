"""Sentences that Headgate makes itself: English that still knows its message and its values, so that it can be said in
another language wherever it is shown.

A sentence is a `str`, its English text. Who knows no other language, as programs and logs, reads it like any text; pages say
it again from its message and values. The message is the id of the catalogues, so it is always written out: `say("…")`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final, Self, overload

Value = (
    str | int | date | datetime | None
)  #: sentences among the texts; times as the clock of their zone; None says nothing


class Sentence(str):
    """A text with its message and values; `say` makes one."""

    __slots__ = ("is_whole", "many", "message", "values")

    message: str  #: with `%(name)s` for each value
    many: str | None  #: the message for any other number than one, which the value `n` then is
    values: Mapping[str, Value]
    is_whole: bool  #: begins with a capital and ends with a full stop

    def __new__(
        cls,
        message: str,
        values: Mapping[str, Value] | None = None,
        *,
        many: str | None = None,
        is_whole: bool = False,
    ) -> Self:
        """The sentence, its text in English."""
        values = values or {}
        text = message if many is None or values["n"] == 1 else many
        if values:
            text = text % {name: _english(value) for name, value in values.items()}
        made = super().__new__(cls, _whole(text) if is_whole else text)
        made.message, made.many, made.values, made.is_whole = message, many, values, is_whole
        return made

    def told(self, find: Callable[[Sentence], str], write: Callable[[Value], Value]) -> str:
        """The sentence in another language: `find` gives its message there, `write` any other value."""
        text = find(self)
        if self.values:
            text = text % {
                name: value.told(find, write) if isinstance(value, Sentence) else write(value)
                for name, value in self.values.items()
            }
        return _whole(text) if self.is_whole else text


def say(message: str, **values: Value) -> Sentence:
    """The sentence with `%(name)s` replaced by the values."""
    return Sentence(message, values)


def say_many(one: str, many: str, n: int, **values: Value) -> Sentence:
    """The sentence for n things; n is the value `n`."""
    return Sentence(one, {"n": n, **values}, many=many)


AND: Final = say("%(first)s and %(next)s")
OR: Final = say("%(first)s or %(next)s")
COMMA: Final = say("%(first)s, %(next)s")
SEMICOLON: Final = say("%(first)s; %(next)s")


def quoted(text: str) -> Sentence:
    """A title as a part of a sentence: `“Review the history”`."""
    return say("“%(text)s”", text=text)


def word(key: str) -> Sentence:
    """A word that the tables keep, or that stands in another place of the code, as a part of a sentence."""
    return Sentence(key)


def whole(text: str) -> str:
    """The text with a capital and a full stop, as a sentence that stands alone."""
    if isinstance(text, Sentence):
        return Sentence(text.message, text.values, many=text.many, is_whole=True)
    return _whole(text)


def sentence_of(error: Exception) -> str:
    """What an error says, as the sentence it was raised with."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, str) else str(error)


def joined(texts: Iterable[str], message: str = COMMA, *, last: str | None = None) -> str:
    """The texts in a row, two at a time by the message, the last by `last`; "" for none."""
    *most, final = list(texts) or [""]
    if not most:
        return final
    row = most[0]
    for text in most[1:]:
        row = say(message, first=row, next=text)
    return say(last or message, first=row, next=final)


def listed(texts: Iterable[str], last: str = AND) -> str:
    """Texts as one says them: `a, b and c`."""
    return joined(texts, COMMA, last=last)


def said_on(day: date) -> str:
    """A day in English: `6 January 2026`."""
    return f"{day.day} {day:%B %Y}"


def kept(text: str) -> Any:
    """The sentence as plain JSON, to be read by `sentence_from`; a text that is none as it is."""
    if not isinstance(text, Sentence):
        return str(text)
    values = {name: _kept(value) for name, value in text.values.items()}
    plain = {"say": str(text.message), "many": text.many, "with": values, "whole": text.is_whole}
    return {name: value for name, value in plain.items() if value}


def sentence_from(plain: Any) -> str:
    """The sentence that `kept` wrote down; raises ValueError for anything else."""
    match plain:
        case str():
            return plain
        case {"say": str(message)}:
            values = {name: _value(value) for name, value in plain.get("with", {}).items()}
            return Sentence(message, values, many=plain.get("many"), is_whole=plain.get("whole", False))
    raise ValueError("not a sentence")


def beside(text: str | None) -> Any:
    """What is kept beside the English of a text, as plain JSON: None where it is no sentence."""
    return kept(text) if isinstance(text, Sentence) else None


@overload
def again(text: str, beside_it: Any) -> str: ...
@overload
def again(text: str | None, beside_it: Any) -> str | None: ...
def again(text: str | None, beside_it: Any) -> str | None:
    """The sentence whose English was kept, from what was kept beside it; the text alone, or None, where there is nothing."""
    return text if beside_it is None else sentence_from(beside_it)


def _whole(text: str) -> str:
    begun = text[:1].upper() + text[1:]
    return begun if begun.endswith((".", "?", "!")) else f"{begun}."


def _english(value: Value) -> Value:
    if isinstance(value, datetime):
        return f"{value:%A} {said_on(value)}, {value:%H:%M}"
    return said_on(value) if isinstance(value, date) else "" if value is None else value


def _kept(value: Value) -> Any:
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return kept(value) if isinstance(value, str) else value


def _value(plain: Any) -> Value:
    match plain:
        case {"time": str(time)}:
            return datetime.fromisoformat(time)
        case {"day": str(day)}:
            return date.fromisoformat(day)
        case int() | None:
            return plain
    return sentence_from(plain)
