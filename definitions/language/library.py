"""A folder of definitions, loaded: cases, laws, lists, calendars, tables, letters and the district.

What cannot be loaded is left out and said as problems; everything else stays usable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from definitions.catalogue.letters import LetterError, Template, template, template_texts
from definitions.catalogue.own import load_own
from definitions.language.calendars import Calendar
from definitions.language.compiled import Compiled
from definitions.language.document import Document
from definitions.language.expand import walk
from definitions.language.loader import load, load_model
from definitions.language.model import Action, CaseDefinition, State
from definitions.language.pack import DecisionTable, District, Law, ReviewList
from definitions.language.problems import Problem, register_codes
from definitions.language.sentences import say, sentence_of

Model = TypeVar("Model", bound=BaseModel)
DISTRICT = "district.yaml"

register_codes(letter_head="A letter template does not say its title and its languages in its first lines.")


class IncompleteError(ValueError):
    """A definition leans on something that is not in the folder; the sentence names it."""


@dataclass(kw_only=True)
class Library:
    """What a folder of definitions holds, each by its name, with the texts for finding places in them."""

    folder: Path
    district: District | None = None
    cases: dict[str, CaseDefinition] = field(default_factory=dict)
    laws: dict[str, Law] = field(default_factory=dict)
    lists: dict[str, ReviewList] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    tables: dict[str, DecisionTable] = field(default_factory=dict)
    letters: dict[str, Template] = field(default_factory=dict)
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)  #: (kind, name) → text with places
    sources: dict[tuple[str, str], str] = field(default_factory=dict)  #: (kind, name) → text
    problems: list[Problem] = field(default_factory=list)

    def compile(self, case: str, version: int = 0) -> Compiled:
        """The case definition with what it leans on; raises KeyError for no such case, IncompleteError for a gap."""
        definition = self.cases[case]
        if self.district is None:
            raise IncompleteError(
                say("%(file)s is missing or cannot be read; every case leans on it", file=str(self.folder / DISTRICT))
            )
        states = [state for _, state in walk(definition)]
        lists = {state.list for state in states if state.list}
        letters = {str(action.with_["template"]) for action in actions_in(definition) if "template" in action.with_}
        return Compiled(
            definition=definition,
            version=version,
            calendar=_found(self.calendars, definition.calendar, "calendar"),
            district=self.district,
            laws=tuple(_found(self.laws, name, "law") for name in definition.laws),
            lists={name: _found(self.lists, name, "list") for name in sorted(lists)},
            tables=dict(sorted(self.tables.items())),
            letters={name: self.letters[name].digest for name in sorted(letters) if name in self.letters},
        )

    def source(self, case: str) -> str:
        """The YAML of a case definition."""
        return self.sources["cases", case]


def with_case(library: Library, definition: CaseDefinition, document: Document, source: str) -> Library:
    """The library with one case definition beside, or instead of, the one of its folder."""
    name = definition.case
    return replace(
        library,
        cases={**library.cases, name: definition},
        documents={**library.documents, ("cases", name): document},
        sources={**library.sources, ("cases", name): source},
    )


def load_library(folder: Path) -> Library:
    """Loads a folder of definitions; what is wrong in it is in `problems`, never an exception."""
    library = Library(folder=folder)
    load_own(folder / "actions")
    if (folder / DISTRICT).is_file():
        library.district = _read(library, folder / DISTRICT, District, "district", "district")
    for kind, model, into in _kinds(library):
        for file in sorted((folder / kind).glob("*.yaml")):
            if file.name.count(".") > 1:
                continue  # `high-consumption.rehearsal.yaml` lies beside its case and is none
            found = _read(library, file, model, kind, file.stem)
            if found is not None:
                into[file.stem] = found
    for file, text in template_texts(folder / "letters"):
        try:
            library.letters[file.stem] = template(file.stem, text)
        except LetterError as error:
            library.problems.append(
                Problem(file=str(file), line=1, column=1, code="letter-head", message=sentence_of(error))
            )
    return library


def _kinds(library: Library) -> list[tuple[str, type[BaseModel], dict[str, BaseModel]]]:
    pairs: list[tuple[str, type[BaseModel], Mapping[str, BaseModel]]] = [
        ("cases", CaseDefinition, library.cases),
        ("laws", Law, library.laws),
        ("lists", ReviewList, library.lists),
        ("calendars", Calendar, library.calendars),
        ("tables", DecisionTable, library.tables),
    ]
    return [(kind, model, into) for kind, model, into in pairs if isinstance(into, dict)]


def _read(library: Library, file: Path, model: type[Model], kind: str, name: str) -> Model | None:
    text = file.read_text()
    document = load(text, str(file))
    found, problems = load_model(document, model)
    library.documents[kind, name] = document
    library.sources[kind, name] = text
    library.problems += problems
    return found


def _found(known: Mapping[str, Model], name: str, kind: str) -> Model:
    if name not in known:
        raise IncompleteError(
            say(
                "there is no %(kind)s called %(name)s; there are %(known)s",
                kind=kind,
                name=name,
                known=", ".join(sorted(known)) or say("none"),
            )
        )
    return known[name]


def actions_in(definition: CaseDefinition) -> Iterator[Action]:
    """Every action written in a definition."""
    for transitions in definition.on.values():
        for transition in transitions:
            yield from transition.actions
    for _, state in walk(definition):
        yield from actions_of(state)


def actions_of(state: State) -> Iterator[Action]:
    """Every action written in a state: on entry and exit, and on the ways out of it."""
    yield from state.entry
    yield from state.exit
    task = state.task or state.work_order
    ways = [*state.choose, *state.after.values(), *state.at.values(), *(task.outcomes.values() if task else ())]
    ways += [each for transitions in state.on.values() for each in transitions]
    ways += [
        each
        for each in (state.released, state.excluded, state.dropped, state.done, task.mixed if task else None)
        if each
    ]
    if state.invoke is not None:
        ways += [each for each in (state.invoke.done, *state.invoke.outcomes.values()) if each]
    for way in ways:
        yield from way.actions
    for row in state.schedule:
        if isinstance(row.do, Action):
            yield row.do
