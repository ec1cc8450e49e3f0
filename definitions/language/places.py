"""Where a part of a definition stands in its text, also where the author used a short form.

`done: closed` is the same as `done: {target: closed}`, and `not-by: review` the same as `not-by: [review]`; a problem with the
target or the first item is shown at the word itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from definitions.language.document import Document, Path
from definitions.language.durations import Duration, DurationError
from definitions.language.expand import children
from definitions.language.expressions import ExpressionError
from definitions.language.model import CaseDefinition, State
from definitions.language.problems import Problem, Severity


def found(document: Document, path: Path) -> tuple[Path, bool]:
    """The nearest path that stands in the text, and whether its key says more than its value."""
    value: Any = document.value
    here: Path = ()
    for element in path:
        if isinstance(element, int):
            if isinstance(value, list):
                value, here = value[element], (*here, element)
            continue  # an item may be written without its list
        if not isinstance(value, dict):
            return here, isinstance(value, list)
        key = _key(value, element)
        if key is None:
            return here, True
        value, here = value[key], (*here, key)
    return here, False


def _key(mapping: dict[str, Any], element: str) -> str | None:
    """The key as it is written: a duration may be written in other words."""
    if element in mapping:
        return element
    return next((key for key in mapping if element[:1].isdigit() and _duration(key) == element), None)


def _duration(text: str) -> str | None:
    try:
        return str(Duration.parse(text))
    except DurationError:
        return None


def value_at(document: Document, path: Path) -> Any:
    """What is written at a path that stands in the text."""
    value: Any = document.value
    for element in path:
        value = value[element]
    return value


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """Makes problems of one document at the places that an author would look for them."""

    document: Document
    source: str = ""  #: the text, for places inside an expression

    def problem(
        self,
        path: Path,
        code: str,
        message: str,
        *,
        key: bool = False,
        severity: Severity = "error",
        story: tuple[str, ...] = (),
    ) -> Problem:
        """A problem at the path: at its value, or at its key."""
        here, by_key = found(self.document, path)
        at_key = (key and here == path) or by_key
        return self.document.problem(here, code, message, key=at_key, severity=severity, story=story)

    def expression(self, path: Path, error: ExpressionError, skipped: int = 0) -> Problem:
        """A problem inside an expression whose text begins after `skipped` characters of the value at the path."""
        here, _ = found(self.document, path)
        written = value_at(self.document, here)
        line, column = self.document.position(here)
        if isinstance(written, str) and not isinstance(self.document.value, str):
            inside = written[skipped:].split("\n")
            offset = skipped + sum(len(each) + 1 for each in inside[: error.line - 1]) + error.column - 1
            line, column = _inside(self.source, (line, column), written, offset)
        problem = self.document.problem(here, error.code, error.sentence)
        return Problem(
            file=problem.file, line=line, column=column, code=problem.code, message=problem.message, path=problem.path
        )


def _inside(source: str, start: tuple[int, int], value: str, offset: int) -> tuple[int, int]:
    """Line and column of the value's character at the offset, whatever quotes or folds it is written with."""
    lines = source.split("\n")
    if start[0] > len(lines):
        return start
    index = sum(len(each) + 1 for each in lines[: start[0] - 1]) + start[1] - 1
    if source[index : index + 1] in ("|", ">"):
        index = source.find("\n", index) + 1
    elif source[index : index + 1] in ("'", '"'):
        index += 1
    for each in value[:offset]:
        index = _past(source, index, each)
    index = _skip_fold(source, index, value[offset : offset + 1])
    before = source[:index]
    return before.count("\n") + 1, index - before.rfind("\n")


def _past(source: str, index: int, character: str) -> int:
    index = _skip_fold(source, index, character)
    if source[index : index + 1] == "\\" and character != "\\":
        return index + 2
    if source[index : index + 2] in ("''", "\\\\"):
        return index + 2
    return index + 1


def _skip_fold(source: str, index: int, character: str) -> int:
    """Past the indentation that YAML leaves out, when the value goes on with something else."""
    if character.isspace() and source[index : index + 1] == "\n":
        while source[index + 1 : index + 2].isspace():
            index += 1
        return index
    while source[index : index + 1].isspace() and not character.isspace():
        index += 1
    return index


def states(definition: CaseDefinition) -> Iterator[tuple[str, State, Path]]:
    """Every state as it is written, with its path and its place in the text, outer before inner."""
    yield from _states("", definition.states, ("states",))


def _states(prefix: str, inside: dict[str, State], place: Path) -> Iterator[tuple[str, State, Path]]:
    for key, state in inside.items():
        path = f"{prefix}/{key}" if prefix else key
        here = (*place, key)
        yield path, state, here
        yield from _states(path, children(state), (*here, "parallel" if state.parallel else "states"))


def expanded_places(definition: CaseDefinition) -> dict[str, Path]:
    """The place in the text of every state of the expanded definition; those of a schedule stand at their row."""
    places: dict[str, Path] = {}
    for path, state, place in states(definition):
        places[path] = place
        for index, row in enumerate(state.schedule):
            for name in (f"{row.id}-due", f"{row.id}-if", row.id):
                places[f"{path}/{name}"] = (*place, "schedule", index)
        if state.schedule:
            places[f"{path}/done"] = (*place, "schedule")
    return places
