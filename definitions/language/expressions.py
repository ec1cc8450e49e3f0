"""Guards and computed values: CEL, typed by what a case has.

An expression reads `data.…`, `facts.…` and `event.…`, `today` and `now`; it has the operators of CEL, `has()`, `size()`,
`exists`, `all`, `filter` and `map` on lists, `usd("80.00")`, `ccf(25)` (and each other unit), `date("2026-07-03")`,
`days_between(a, b)`, `hours(48)`. It is checked whole before it ever runs, and reads no clock.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from cel_expr_python import cel

from definitions.language.expression_check import Checker
from definitions.language.expression_reads import Leaf
from definitions.language.expression_tree import ExpressionError, Tree
from definitions.language.expression_values import from_cel, into_cel, local_day, microseconds
from definitions.language.kinds import Kind, Schema

__all__ = ["Environment", "Expression", "ExpressionError", "ExpressionFailedError", "Schema"]

Values = Mapping[str, Any]
_NOTHING: Final[Values] = {}
_NO_VALUE = re.compile(r'No value with name "(\w+)"')


class ExpressionFailedError(ValueError):
    """An expression could not be computed from the values that it was given."""


@dataclass(frozen=True)
class Environment:
    """What expressions at one place of a definition may speak of."""

    data: Schema = field(default_factory=Schema)
    facts: Schema = field(default_factory=Schema)
    event: Schema | None = None  #: None where there is no event, as in `choose`
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("America/Los_Angeles"))  #: of `today` and `date(…)`

    def compile(self, text: str, known: Iterable[str] = ()) -> "Expression":
        """The guard, checked; `known` are fields of data that are certainly set here, such as a form's required ones.

        Raises ExpressionError."""
        tree = Tree(text)
        checker = Checker(tree, self._roots(known))
        kind = checker.guard()
        return Expression(text, tree, checker, kind, None, self.zone)

    def compile_value(self, text: str, known: Iterable[str] = ()) -> "Expression":
        """The expression of any kind, checked; a plain path gives the value as it is stored, None when it is unset.

        Raises ExpressionError."""
        tree = Tree(text)
        checker = Checker(tree, self._roots(known))
        kind, path = checker.value()
        return Expression(text, tree, checker, kind, path, self.zone)

    def _roots(self, known: Iterable[str]) -> dict[str, Schema]:
        roots = {"data": self.data.knowing(known), "facts": self.facts}
        return roots if self.event is None else {**roots, "event": self.event}


class Expression:
    """A checked expression; computing it twice from the same values gives the same."""

    def __init__(
        self, text: str, tree: Tree, checker: Checker, kind: Kind, path: tuple[str, ...] | None, zone: ZoneInfo
    ) -> None:
        self.text = text
        self.kind = kind
        #: What it reads: `data.x`, `facts.y`, `event.z`.
        self.names = frozenset(checker.reads.names if path is None else [".".join(path[:2])])
        self._path = path
        self._tree = tree
        self._leaves = dict(checker.reads.leaves)
        self._readers = [_reader(name, leaf, zone) for name, leaf in checker.reads.leaves.items()]
        self._result = from_cel(kind, zone)

    def holds(
        self, data: Values = _NOTHING, facts: Values = _NOTHING, event: Values = _NOTHING, at: datetime | None = None
    ) -> bool:
        """Whether the guard holds; `at` is the moment of the step, for `today` and `now`.

        Raises ExpressionFailedError whenever it is not plainly true or false."""
        answer = self.value(data, facts, event, at) if self._path else self._computed(data, facts, event, at).value()
        if answer is True or answer is False:
            return bool(answer)
        raise self._failed(answer)

    def value(
        self, data: Values = _NOTHING, facts: Values = _NOTHING, event: Values = _NOTHING, at: datetime | None = None
    ) -> Any:
        """The value in the plain JSON that a case keeps; raises ExpressionFailedError."""
        if self._path is not None:
            return _look_up({"data": data, "facts": facts, "event": event}, self._path)
        computed = self._computed(data, facts, event, at)
        if computed.type() == cel.Type.ERROR:
            raise self._failed(computed.value())
        return self._result(computed.plain_value())

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    @cached_property
    def _compiled(self) -> cel.Expression:
        """Only what is computed has to be compiled; a check asks for the kind alone."""
        return self._tree.compiled()

    def _computed(self, data: Values, facts: Values, event: Values, at: datetime | None) -> cel.Value:
        roots = {"data": data, "facts": facts, "event": event, "at": at}
        activation: dict[str, Any] = {}
        for read in self._readers:
            read(roots, activation)
        return self._compiled.eval(data=activation)

    def _failed(self, said: object) -> ExpressionFailedError:
        missing = _NO_VALUE.search(str(said))
        if missing is not None and missing[1] in self._leaves:
            return ExpressionFailedError(
                f"{'.'.join(self._leaves[missing[1]].path)} is not set, and {self.text} needs it"
            )
        reason = str(said).partition(": ")[2] if isinstance(said, str) else "it is neither true nor false"
        return ExpressionFailedError(f"{self.text} cannot be computed: {reason}")


Reader = Callable[[Mapping[str, Any], dict[str, Any]], None]


def _look_up(roots: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = roots
    for name in path:
        value = value.get(name)
        if value is None:
            return None
    return value


def _reader(variable: str, leaf: Leaf, zone: ZoneInfo) -> Reader:
    """The function that puts one value of the case into what CEL is given."""
    path = leaf.path
    if path in (("today",), ("now",)):
        return _clock_reader(variable, local_day(zone) if path == ("today",) else microseconds, path[0])
    if leaf.how == "has":

        def has(roots: Mapping[str, Any], activation: dict[str, Any]) -> None:
            activation[variable] = _look_up(roots, path) is not None

        return has
    convert = local_day(zone) if leaf.how == "date" else into_cel(leaf.kind)
    nullable, required, name = leaf.nullable, leaf.required, ".".join(path)

    def value(roots: Mapping[str, Any], activation: dict[str, Any]) -> None:
        stored = _look_up(roots, path)
        if stored is not None:
            try:
                activation[variable] = convert(stored)
            except (ValueError, TypeError, ArithmeticError, AttributeError):
                raise ExpressionFailedError(f"what is stored as {name} is not {leaf.kind}") from None
        elif required:
            raise ExpressionFailedError(f"{name} is not set")
        elif nullable:
            activation[variable] = None

    return value


def _clock_reader(variable: str, convert: Callable[[Any], int], name: str) -> Reader:
    def clock(roots: Mapping[str, Any], activation: dict[str, Any]) -> None:
        at = roots["at"]
        if at is None or at.tzinfo is None:
            raise ExpressionFailedError(f"{name} needs the moment of the step, with its zone")
        activation[variable] = convert(at)

    return clock
