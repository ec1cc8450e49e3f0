"""What a rule of a law may require, parsed from the words that counsel reads.

`60 full days since facts.delinquent_since` · `letter final-notice mailed` ·
`7 business days since (letter final-notice mailed or call options-offered)` ·
`15 days since letter final-notice mailed counted from 19 days after facts.bill_mailed_oldest` ·
`if letter final-notice returned: (visit imminent-shut-off-left or call adult-reached)` ·
`on a shut-off day of calendar district` · `letter final-notice in languages of facts.service_area`
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from definitions.language.durations import Duration
from definitions.language.sentences import say

_SINCE = re.compile(r"^(\d+ [a-z ]+?) since (.+)$")
_SHUT_OFF_DAY = re.compile(r"^on a shut-off day of calendar ([a-z0-9-]+)$")
_LANGUAGES = re.compile(r"^letter ([a-z0-9-]+) in languages of facts\.([a-z0-9_]+)$")
_IF = re.compile(r"^if ([^:]+): (.+)$")
_COUNTED = re.compile(r"^(.+?) counted from (?:(\d+ [a-z ]+?) after )?facts\.([a-z0-9_]+)$")
_FACT = re.compile(r"^facts\.([a-z0-9_]+)$")
_HAPPENED = re.compile(r"^(letter [a-z0-9-]+ [a-z-]+|[a-z-]+ [a-z0-9-]+)$")

FORMS = (
    "60 full days since facts.NAME; 7 business days since (letter NAME mailed or call NAME); letter NAME mailed; "
    "15 days since letter NAME mailed counted from 19 days after facts.NAME; if letter NAME returned: visit NAME; "
    "on a shut-off day of calendar NAME; letter NAME in languages of facts.NAME"
)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """From when on something counts at all: so much time after a fact's date. What happened before has no effect."""

    span: Duration | None
    fact: str


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What a span is counted from: a fact's date, or the day on which something happened in the case."""

    name: str
    is_fact: bool = False
    counted: Counted | None = None


@dataclass(frozen=True, kw_only=True)
class Since:
    """So much time since the earliest of these; without a span it is enough that one has happened."""

    span: Duration | None
    any_of: tuple[Beginning, ...]


@dataclass(frozen=True, kw_only=True)
class ShutOffDay:
    """Only on a day, and at a time, at which the calendar allows a shut-off."""

    calendar: str


@dataclass(frozen=True, kw_only=True)
class InLanguages:
    """The letter went out in every language of the fact."""

    letter: str
    fact: str


@dataclass(frozen=True, kw_only=True)
class Conditional:
    """Only where something has happened in the case, the rest is required."""

    happened: str
    then: Since


Requirement = Since | ShutOffDay | InLanguages | Conditional


def parse_requirement(text: str) -> Requirement:
    """The requirement that the words mean; raises ValueError with a sentence that says what would be right."""
    words = " ".join(text.split())
    if found := _SHUT_OFF_DAY.match(words):
        return ShutOffDay(calendar=found[1])
    if found := _LANGUAGES.match(words):
        return InLanguages(letter=found[1], fact=found[2])
    if found := _IF.match(words):
        return Conditional(happened=_happened(found[1], text), then=_since(found[2], text))
    return _since(words, text)


def _since(words: str, text: str) -> Since:
    if found := _SINCE.match(words):
        return Since(span=Duration.parse(found[1]), any_of=_beginnings(found[2], text))
    return Since(span=None, any_of=_beginnings(words, text))


def facts_in(requirement: Requirement) -> frozenset[str]:
    """The facts that deciding the requirement reads."""
    match requirement:
        case Since(any_of=beginnings):
            dates = {begin.name for begin in beginnings if begin.is_fact}
            return frozenset(dates | {begin.counted.fact for begin in beginnings if begin.counted})
        case Conditional(then=then):
            return facts_in(then)
        case InLanguages(fact=fact):
            return frozenset({fact})
    return frozenset()


def notices_in(requirement: Requirement) -> frozenset[str]:
    """What must have happened for the requirement to count from it: `letter final-notice mailed`."""
    match requirement:
        case Since(any_of=beginnings):
            return frozenset(begin.name for begin in beginnings if not begin.is_fact)
        case Conditional(then=then):
            return notices_in(then)
    return frozenset()


def _beginnings(words: str, text: str) -> tuple[Beginning, ...]:
    inner = words.removeprefix("(").removesuffix(")")
    return tuple(_beginning(part.strip(), text) for part in inner.split(" or "))


def _beginning(words: str, text: str) -> Beginning:
    if found := _COUNTED.match(words):
        counted = Counted(span=Duration.parse(found[2]) if found[2] else None, fact=found[3])
        return Beginning(name=_happened(found[1], text), counted=counted)
    if found := _FACT.match(words):
        return Beginning(name=found[1], is_fact=True)
    return Beginning(name=_happened(words, text))


def _happened(words: str, text: str) -> str:
    if _HAPPENED.match(words):
        return words
    raise ValueError(say('"%(text)s" is no requirement; write one of: %(forms)s', text=text, forms=FORMS))
