"""Two texts of a case type beside each other: versions, drafts and proposals, each by one word such as `3` or `draft:dr-…`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlmodel import Session

from api.acts.drafting import draft_seen
from api.acts.proposing import proposal
from api.examining import FILE
from api.problems import NotFound
from api.security.people import Person
from definitions.language.comparison import Difference, Line, difference, lines
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from definitions.language.sentences import say
from store.tables.definitions import DefinitionVersion

Kind = Literal["version", "draft", "proposal"]


@dataclass(frozen=True, kw_only=True)
class Text:
    """One of the two."""

    word: str  #: by which it is asked for
    kind: Kind
    number: int  #: of a version; of the others the one that they began with
    by: str
    source: str
    definition: CaseDefinition | None  #: None when the text cannot be read


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The two texts and how they differ."""

    old: Text
    new: Text
    lines: Sequence[Line]  #: empty when the texts are the same
    difference: Difference | None  #: None when one of them cannot be read


DRAFT: Final = "draft:"
PROPOSAL: Final = "proposal:"


def compare(session: Session, person: Person, case: str, old: str, new: str) -> Comparison:
    """The texts that two words stand for; NotFound when there is no such text of the case type."""
    return compared(text_of(session, person, case, old), text_of(session, person, case, new))


def compared(old: Text, new: Text) -> Comparison:
    """How the second differs from the first."""
    told = difference(old.definition, new.definition) if old.definition and new.definition else None
    return Comparison(old=old, new=new, lines=lines(old.source, new.source), difference=told)


def text_of(session: Session, person: Person, case: str, word: str) -> Text:
    """The text that the word stands for."""
    if word.startswith(DRAFT):
        draft = draft_seen(session, person, word.removeprefix(DRAFT))
        return text(draft.source, kind="draft", number=draft.based_on, by=draft.changed_by, word=word)
    if word.startswith(PROPOSAL):
        row = proposal(session, word.removeprefix(PROPOSAL))
        return text(row.source, kind="proposal", number=row.based_on, by=row.proposed_by, word=word)
    version = session.get(DefinitionVersion, (case, int(word))) if word.isdecimal() and len(word) < 10 else None
    if version is None:
        raise NotFound(say("There is no version %(word)s of %(case)s.", word=repr(word[:20]), case=repr(case[:60])))
    return text(version.source, kind="version", number=version.version, by=version.published_by, word=word)


def text(source: str, *, kind: Kind, number: int, by: str, word: str) -> Text:
    """A text with what can be read of it."""
    definition, _ = load_model(load(source, FILE), CaseDefinition)
    return Text(word=word, kind=kind, number=number, by=by, source=source, definition=definition)
