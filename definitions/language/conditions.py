"""What guards say about each other: whether some can hold together, as far as it can be seen without running them.

A guard is taken apart into plain statements about single values (`data.cause` is one of some words, `data.credit` lies in
an interval, `data.read` is set) and statements about two values (`data.read < data.bill.read`). Whatever else it says is
a statement of its own that may hold or not. What is not seen to be impossible counts as possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import product
from typing import Any, Final

from definitions.language.expression_tree import Expr, Tree
from definitions.language.kinds import UNITS
from definitions.language.model import Data

MAX_CASES: Final = 256  #: alternatives after which a guard counts as too complicated to judge

_RELATIONS: Final[Mapping[str, frozenset[str]]] = {
    "_<_": frozenset("<"),
    "_<=_": frozenset("<="),
    "_>_": frozenset(">"),
    "_>=_": frozenset(">="),
    "_==_": frozenset("="),
    "_!=_": frozenset("<>"),
}
_ALL: Final[frozenset[str]] = frozenset("<=>")
_TURNED: Final = {"<": ">", "=": "=", ">": "<"}
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_IDS: Final = re.compile(r"\bid: \d+\n")


@dataclass(frozen=True, slots=True)
class Word:
    """The value is one of these words (or true, false), or none of them."""

    of: str
    words: frozenset[str | bool]
    one: bool = True


@dataclass(frozen=True, slots=True)
class Number:
    """The value stands in one of these relations to a number (or an amount, or a day)."""

    of: str
    relations: frozenset[str]
    to: Decimal


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values stand in one of these relations."""

    of: str
    to: str
    relations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """The value is set, or it is not."""

    of: str
    is_set: bool


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else that holds or does not."""

    of: str
    holds: bool


Statement = Word | Number | Pair | Known | Other
Case = frozenset[Statement]
Cases = tuple[Case, ...] | None  #: alternatives, of each all statements hold; None: too many to judge
ALWAYS: Final[Cases] = (frozenset(),)
NEVER: Final[Cases] = ()


class Conditions:
    """Takes guards apart; knows the words of the fields that are declared, by root (`data`, `facts`)."""

    def __init__(self, fields: Mapping[str, Data] | None = None) -> None:
        self._words: dict[str, frozenset[str | bool]] = {}
        self._numbers: set[str] = set()
        for root, declared in (fields or {}).items():
            for name, field in declared.items():
                if field.type == "boolean":
                    self._words[f"{root}.{_key(name)}"] = frozenset((True, False))
                elif field.enum and not field.many:
                    self._words[f"{root}.{_key(name)}"] = frozenset(field.enum)
                elif field.type in ("integer", "number") and not field.many:
                    self._numbers.add(f"{root}.{_key(name)}")
        self._judged: dict[frozenset[Statement], bool] = {}
        # A search asks the same again and again: each way through a step begins as the one before it did.
        self._joined: dict[tuple[Cases, Cases], Cases] = {}
        self._changed: dict[tuple[Cases, str, Cases], Cases] = {}

    def of(self, text: str, *, holds: bool = True) -> Cases:
        """The cases in which a guard holds (or does not); the guard is one that compiles."""
        return _taken_apart(text, holds)

    def fixed(self, name: str, value: object) -> Cases:
        """What is known of a value that was just set, as it is written: null unsets it, a word or a number is what it is."""
        if value is None:
            return (frozenset((Known(name, False),)),)
        written = str(value).lower() if isinstance(value, bool) else str(value)
        word = {"true": True, "false": False}.get(written, written)
        if word in self._words.get(name, ()):
            return (frozenset((Known(name, True), Word(name, frozenset((word,))))),)
        if name in self._numbers and _NUMBER.fullmatch(written):
            return (frozenset((Known(name, True), Number(name, frozenset("="), Decimal(written)))),)
        return ALWAYS

    def possible(self, cases: Cases) -> bool:
        """Whether one of the cases is free of contradiction."""
        return cases is None or any(self._is_consistent(case) for case in cases)

    def both(self, one: Cases, other: Cases) -> Cases:
        """The cases in which both hold, without those that contradict themselves: NEVER when none is left."""
        if one is None or other is None:
            return other if one is None else one  # what cannot be judged bars nothing
        key = (one, other)
        if key not in self._joined:
            self._joined[key] = self._both(one, other)
        return self._joined[key]

    def _both(self, one: tuple[Case, ...], other: tuple[Case, ...]) -> Cases:
        joined = dict.fromkeys([left | right for left in one for right in other])
        kept = [case for case in joined if self._is_consistent(case)]
        if len(kept) > 1:
            kept = [case for case in kept if not any(map(case.__gt__, kept))]  # what a wider case covers
        return None if len(kept) > MAX_CASES else tuple(kept)

    def changed(self, cases: Cases, name: str, to: Cases) -> Cases:
        """The cases once a value has changed: without what they say of it, with what it is now."""
        key = (cases, name, to)
        if key not in self._changed:
            self._changed[key] = both(without(cases, name), to)
        return self._changed[key]

    def _is_consistent(self, case: frozenset[Statement]) -> bool:
        found = self._judged.get(case)
        if found is None:
            found = self._judged[case] = self._consistent(case)
        return found

    def _consistent(self, case: frozenset[Statement]) -> bool:
        by_subject: dict[tuple[str, str], list[Statement]] = {}
        for statement in case:
            other = statement.to if isinstance(statement, Pair) else ""
            by_subject.setdefault((statement.of, other), []).append(statement)
        said_more = (statements for statements in by_subject.values() if len(statements) > 1)
        return all(_agree(statements) and self._some_word(statements) for statements in said_more)

    def _some_word(self, statements: list[Statement]) -> bool:
        words = [each for each in statements if isinstance(each, Word)]
        if not words:
            return True
        unset = any(isinstance(each, Known) and not each.is_set for each in statements)
        wanted = [each.words for each in words if each.one]
        refused = frozenset[str | bool]().union(*(each.words for each in words if not each.one))
        if unset:
            return not wanted
        domain = self._words.get(words[0].of)
        if wanted:
            return bool(frozenset.intersection(*wanted) - refused)
        is_set = any(isinstance(each, Known) for each in statements)
        return domain is None or not is_set or bool(domain - refused)


def both(one: Cases, other: Cases) -> Cases:
    """The cases in which both hold."""
    if one is None or other is None:
        return other if one is None else one  # what cannot be judged bars nothing
    if len(one) * len(other) > MAX_CASES:
        return None
    return tuple(dict.fromkeys(left | right for left, right in product(one, other)))


def either(one: Cases, other: Cases) -> Cases:
    """The cases in which one of them holds."""
    if one is None or other is None or len(one) + len(other) > MAX_CASES:
        return None
    return tuple(dict.fromkeys((*one, *other)))


def without(cases: Cases, forgotten: str) -> Cases:
    """The cases without what they say of a value, which has changed since."""
    if cases is None:
        return None
    told = {each for each in frozenset[Statement]().union(*cases) if _speaks_of(each, (forgotten,))}
    return tuple(dict.fromkeys([case - told for case in cases])) if told else cases


def speaks_of(cases: Cases, names: Iterable[str]) -> bool:
    """Whether the cases say anything of one of these values; what cannot be judged may."""
    named = tuple(names)
    return bool(named) and (cases is None or any(_speaks_of(each, named) for case in cases for each in case))


def _speaks_of(statement: Statement, names: tuple[str, ...]) -> bool:
    if isinstance(statement, Other):
        return any(f'"{name.partition(".")[2]}"' in statement.of for name in names)
    subjects = (statement.of, statement.to) if isinstance(statement, Pair) else (statement.of,)
    return any(subject == name or subject.startswith(f"{name}.") for subject in subjects for name in names)


# -- taking apart ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=10_000)
def _taken_apart(text: str, holds: bool) -> Cases:
    return _cases(Tree(text).root, holds)


def _cases(node: Expr, holds: bool) -> Cases:
    call = node.call_expr
    if node.HasField("call_expr"):
        if call.function == "!_":
            return _cases(call.args[0], not holds)
        if call.function in ("_&&_", "_||_"):
            join = both if (call.function == "_&&_") == holds else either
            return join(_cases(call.args[0], holds), _cases(call.args[1], holds))
        if call.function == "@in":
            found = _in(node, holds)
            if found is not None:
                return (frozenset((found,)),)
        if call.function in _RELATIONS:
            relations = _RELATIONS[call.function]
            return _compared(node, relations if holds else _ALL - relations, holds)
    if node.HasField("const_expr") and node.const_expr.HasField("bool_value"):
        return ALWAYS if node.const_expr.bool_value == holds else NEVER
    path = _path(node)
    if path is not None:
        asked = node.select_expr.test_only
        return (frozenset((Known(path, holds) if asked else Word(path, frozenset((True,)), holds),)),)
    return (frozenset((Other(_shown(node), holds),)),)


def _in(node: Expr, holds: bool) -> Statement | None:
    item, container = node.call_expr.args
    path = _path(item)
    words = [each.const_expr.string_value for each in container.list_expr.elements if each.HasField("const_expr")]
    if path is None or not words or len(words) < len(container.list_expr.elements) or not all(words):
        return None
    return Word(path, frozenset(words), holds)


def _compared(node: Expr, relations: frozenset[str], holds: bool) -> Cases:
    left, right = node.call_expr.args
    one, other = _side(left), _side(right)
    statement: Statement = Other(_shown(node), holds)
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        sign = "<" if one < other else ">" if one > other else "="
        return ALWAYS if sign in relations else NEVER
    if isinstance(other, str) and not isinstance(one, str):
        one, other = other, one
        relations = frozenset(_TURNED[each] for each in relations)
    if isinstance(one, str):
        if isinstance(other, Decimal):
            statement = Number(one, relations, other)
        elif isinstance(other, frozenset):
            statement = Word(one, other, relations == {"="})
        elif isinstance(other, str):
            statement = (
                Pair(one, other, relations)
                if one <= other
                else Pair(other, one, frozenset(_TURNED[each] for each in relations))
            )
    return (frozenset((statement,)),)


def _side(node: Expr) -> str | Decimal | frozenset[str | bool] | None:
    """A path, a number (an amount, a day), a word, or None for anything else."""
    constant = node.const_expr
    if node.HasField("const_expr"):
        if constant.HasField("string_value"):
            return frozenset((str(constant.string_value),))
        if constant.HasField("bool_value"):
            return frozenset((bool(constant.bool_value),))
        return _number(constant)
    if node.HasField("call_expr"):
        return _amount(node)
    path = _path(node)
    return None if path is None or node.select_expr.test_only else path


def _number(constant: Any) -> Decimal | None:
    if constant.HasField("int64_value"):
        return Decimal(constant.int64_value)
    return Decimal(repr(constant.double_value)) if constant.HasField("double_value") else None


def _amount(node: Expr) -> Decimal | None:
    call = node.call_expr
    if len(call.args) != 1 or not call.args[0].HasField("const_expr"):
        return None
    constant = call.args[0].const_expr
    written = str(constant.string_value) if constant.HasField("string_value") else None
    if call.function == "date" and written is not None:
        return Decimal(date.fromisoformat(written).toordinal())
    if call.function in ("usd", "-_", *UNITS):
        try:
            number = Decimal(written.strip().removeprefix("$")) if written is not None else _number(constant)
        except InvalidOperation:
            return None
        return -number if number is not None and call.function == "-_" else number
    return None


def _path(node: Expr) -> str | None:
    names: list[str] = []
    while node.HasField("select_expr"):
        names.append(_key(node.select_expr.field))
        node = node.select_expr.operand
    root = node.ident_expr.name
    if names and root in ("data", "facts", "event"):
        return ".".join((root, *reversed(names)))
    return root if root in ("today", "now") and not names else None


def _key(name: str) -> str:
    return str(name).replace("-", "_")


def _shown(node: Expr) -> str:
    return _IDS.sub("", str(node))


# -- putting together -----------------------------------------------------------------------------------------------------


def _agree(statements: list[Statement]) -> bool:
    sides = {each.is_set for each in statements if isinstance(each, Known)}
    if len(sides) > 1 or len({each.holds for each in statements if isinstance(each, Other)}) > 1:
        return False
    numbers = [each for each in statements if isinstance(each, Number)]
    if numbers and (sides == {False} or not any(_all_hold(numbers, value) for value in _candidates(numbers))):
        return False
    pairs = [each.relations for each in statements if isinstance(each, Pair)]
    return not pairs or bool(frozenset.intersection(*pairs))


def _candidates(numbers: list[Number]) -> Iterator[Decimal]:
    """One value at each number that is named, and one in each gap between them."""
    points = sorted({each.to for each in numbers})
    yield points[0] - 1
    for index, point in enumerate(points):
        yield point
        following = points[index + 1] if index + 1 < len(points) else point + 2
        yield (point + following) / 2


def _all_hold(numbers: list[Number], value: Decimal) -> bool:
    return all(("<" if value < each.to else ">" if value > each.to else "=") in each.relations for each in numbers)
