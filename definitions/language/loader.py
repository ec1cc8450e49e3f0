"""YAML as an author means it: words stay words, and everything knows its line.

PyYAML reads YAML 1.1, in which `on` is true and `7:30` is 450; so only its events are used here. Anchors and aliases
are allowed, merges (`<<`) and tags are not. Nesting and size are bounded, since definitions also come by HTTP.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from definitions.language.document import Document, Path, Position
from definitions.language.problems import Problem, in_reading_order
from definitions.language.sentences import say
from definitions.language.syntax import explain_syntax
from definitions.language.validation import explain_validation

MAX_DEPTH: Final = 60
MAX_NODES: Final = 200_000
MAX_ALIASES: Final = 200

_LOADER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PLAIN: Final = {"true": True, "false": False, "null": None, "~": None, "": None}

Model = TypeVar("Model", bound=BaseModel)


def load(text: str, file: str) -> Document:
    """The text as a document; what is wrong with it as YAML is in its `problems`, and it never raises."""
    builder = _Builder(text, file)
    try:
        value = builder.document()
    except yaml.MarkedYAMLError as error:
        return Document(file=file, value=None, problems=(*builder.problems, explain_syntax(error, text, file)))
    except yaml.reader.ReaderError as error:
        problem = Problem(
            file=file,
            line=text.count("\n", 0, error.position) + 1,
            column=1,
            code="yaml-syntax",
            message=say("the character %(character)s cannot stand in a YAML text", character=_character(error)),
        )
        return Document(file=file, value=None, problems=(problem,))
    except _UnreadableError as error:
        return Document(file=file, value=None, problems=(*builder.problems, error.problem))
    return Document(file=file, value=value, problems=tuple(builder.problems), positions=builder.positions)


def load_model(
    document: Document, model: type[Model], context: dict[str, Any] | None = None
) -> tuple[Model | None, list[Problem]]:
    """The document as the model, or None with the problems in reading order; a model comes only when there are none."""
    problems = list(document.problems)
    loaded = None
    if document.value is not None:
        try:
            loaded = model.model_validate(document.value, context=context)
        except ValidationError as error:
            problems += explain_validation(error, document, model)
    if any(problem.severity == "error" for problem in problems):
        loaded = None
    return loaded, in_reading_order(problems)


class _UnreadableError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Builder:
    """Builds plain values from YAML's events, noting positions and problems by the way."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.positions: dict[Path, Position] = {}
        self._anchors: dict[str, tuple[Any, Path]] = {}
        self._aliases = 0
        self._next: Callable[[], yaml.Event] = _LOADER(text).get_event

    def document(self) -> Any:
        self._skip(yaml.StreamStartEvent)
        first = self._next()
        if isinstance(first, yaml.StreamEndEvent):
            raise _UnreadableError(self._problem((), (1, 1), "yaml-syntax", say("the file is empty")))
        start = self._next()
        value = self._node(start, (), _mark(start))
        self._skip(yaml.DocumentEndEvent)
        more = self._next()
        if not isinstance(more, yaml.StreamEndEvent):
            raise _UnreadableError(
                self._problem(
                    (), _mark(more), "yaml-syntax", say("a second document begins here; a file holds one definition")
                )
            )
        return value

    def _skip(self, kind: type[yaml.Event]) -> None:
        event = self._next()
        assert isinstance(event, kind), event

    def _node(self, event: yaml.Event, path: Path, key: tuple[int, int]) -> Any:
        position = _mark(event)
        if len(path) > MAX_DEPTH:
            raise _UnreadableError(
                self._problem(
                    path,
                    position,
                    "yaml-syntax",
                    say("this is nested more than %(most)s deep", most=MAX_DEPTH),
                )
            )
        self._note(path, Position(key, position))
        value: Any
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event, path)
        elif isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(path, flow=bool(event.flow_style))
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(path)
        else:
            assert isinstance(event, yaml.AliasEvent), event
            return self._alias(event, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, path)
        return value

    def _note(self, path: Path, position: Position) -> None:
        self.positions[path] = position
        if len(self.positions) > MAX_NODES:
            raise _UnreadableError(
                self._problem(
                    (),
                    position.value,
                    "yaml-syntax",
                    say("the file has more than %(most)s values", most=MAX_NODES),
                )
            )

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Any:
        if event.tag is not None:
            written = f"{event.tag} {event.value}".strip()
            message = say('a value that begins with ! is quoted: "%(written)s"', written=written)
            self.problems.append(self._problem(path, _mark(event), "quote-guard", message))
            return written
        return _PLAIN.get(event.value, event.value) if event.implicit[0] and not event.style else event.value

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items)), _mark(event)))
        return items

    def _mapping(self, path: Path, *, flow: bool) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        first_lines: dict[str, int] = {}
        unclosed = 0  # round brackets that a comma of the flow mapping has cut in two
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            at = _mark(event)
            key = self._key(event, path, at)
            if unclosed:
                unclosed -= _closing(key)
                self._node(self._next(), (*path, key), at)
                continue
            if key in first_lines:
                message = say('"%(key)s" stands twice here, first in line %(line)s', key=key, line=first_lines[key])
                self.problems.append(self._problem((*path, key), at, "duplicate-key", message))
                self._node(self._next(), (*path, f"{key} (again)"), at)
                continue
            first_lines[key] = at[0]
            value_event = self._next()
            pairs[key] = value = self._node(value_event, (*path, key), at)
            if flow and isinstance(value, str) and not getattr(value_event, "style", None) and _closing(value) < 0:
                unclosed = -_closing(value)
                self.problems.append(
                    self._problem(
                        (*path, key),
                        _mark(value_event),
                        "quote-guard",
                        say(
                            'the comma cuts "%(value)s" off; between { } a value with a comma is quoted: %(key)s: "…"',
                            value=value,
                            key=key,
                        ),
                    )
                )
        return pairs

    def _key(self, event: yaml.Event, path: Path, at: tuple[int, int]) -> str:
        if not isinstance(event, yaml.ScalarEvent) or (not event.value and not event.style):
            raise _UnreadableError(self._problem(path, at, "yaml-syntax", say("a key is a word followed by a colon")))
        if event.value == "<<" and not event.style:
            message = say("merges (<<) are not allowed; write the keys out, or give the whole value an anchor")
            raise _UnreadableError(self._problem((*path, "<<"), at, "merge-key", message))
        return str(event.value)

    def _alias(self, event: yaml.AliasEvent, path: Path) -> Any:
        if event.anchor not in self._anchors:
            message = say(
                'no anchor above is called "%(anchor)s"; a value that begins with * is quoted', anchor=event.anchor
            )
            raise _UnreadableError(self._problem(path, _mark(event), "yaml-syntax", message))
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            message = say("the file has more than %(most)s aliases", most=MAX_ALIASES)
            raise _UnreadableError(self._problem(path, _mark(event), "yaml-syntax", message))
        value, origin = self._anchors[event.anchor]
        below = [(p, q) for p, q in self.positions.items() if p[: len(origin)] == origin and len(p) > len(origin)]
        for inner, position in below:
            self._note((*path, *inner[len(origin) :]), position)
        return value

    def _problem(self, path: Path, at: tuple[int, int], code: str, message: str) -> Problem:
        shown = "/".join(map(str, path))
        return Problem(file=self.file, line=at[0], column=at[1], code=code, message=message, path=shown)


def _mark(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    assert mark is not None
    return (mark.line + 1, mark.column + 1)


def _closing(text: str) -> int:
    """How many more round brackets the text closes than it opens."""
    return text.count(")") - text.count("(")


def _character(error: yaml.reader.ReaderError) -> str:
    given: object = error.character  # a code point from libyaml, a string or bytes from the Python reader
    return repr(chr(given)) if isinstance(given, int) else repr(given)
