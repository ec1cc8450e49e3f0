"""As much of ECMAScript as the conditions and assignments of statechart tests use: no functions, no loops.

Text is parsed into closures over a scope; nothing is handed to Python's own evaluator."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Scope = dict[str, Any]
Evaluator = Callable[[Scope], Any]


class ScriptError(Exception):
    """The text cannot be parsed or evaluated."""


class Undefined:
    """ECMAScript's `undefined`."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = Undefined()
TOKEN = re.compile(
    r"\s+|//[^\n]*|/\*.*?\*/|(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(?P<string>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')"
    r"|(?P<name>[A-Za-z_$][\w$]*)|(?P<sign>===|!==|==|!=|<=|>=|&&|\|\||\+\+|--|\+=|-=|\*=|/=|%=|[-+*/%<>!?:.,;=()\[\]{}])",
    re.DOTALL,
)
LEVELS = (("||",), ("&&",), ("===", "!==", "==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))
LITERALS = {"true": True, "false": False, "null": None, "undefined": UNDEFINED}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def evaluate(text: str, scope: Scope) -> Any:
    """The value of an expression; raises ScriptError."""
    return _guarded(_expression(text), scope)


def execute(text: str, scope: Scope) -> None:
    """Runs statements: expressions and assignments, separated by semicolons; raises ScriptError."""
    for statement in _statements(text):
        _guarded(statement, scope)


def assign(location: str, value: Any, scope: Scope) -> None:
    """Sets a declared variable, or a property of one; raises ScriptError."""
    _guarded(lambda inner: _Parser(location).target()(inner, value), scope)


def truth(value: Any) -> bool:
    """Whether ECMAScript takes the value for true: arrays and objects always are."""
    return True if isinstance(value, (list, dict)) else bool(value)


def _guarded(evaluator: Callable[[Scope], Any], scope: Scope) -> Any:
    try:
        return evaluator(scope)
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise ScriptError(str(error)) from error


@lru_cache(maxsize=1000)
def _expression(text: str) -> Evaluator:
    parser = _Parser(text)
    result = parser.assignment()
    parser.end()
    return result


@lru_cache(maxsize=1000)
def _statements(text: str) -> tuple[Evaluator, ...]:
    parser, result = _Parser(text), []
    while parser.peek() is not None:
        if not parser.accept(";"):
            parser.declaring = bool(parser.accept("var"))
            result.append(parser.assignment())
    return tuple(result)


def _tokens(text: str) -> list[tuple[str, str]]:
    result, position = [], 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise ScriptError(f"cannot read {text[position:]!r}")
        if match.lastgroup:
            result.append((match.lastgroup, match.group()))
        position = match.end()
    return result


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.position = 0
        self.declaring = False

    def peek(self) -> str | None:
        return self.tokens[self.position][1] if self.position < len(self.tokens) else None

    def accept(self, *texts: str) -> str | None:
        token = self.peek()
        if token is None or token not in texts or self.tokens[self.position][0] == "string":
            return None
        self.position += 1
        return token

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise ScriptError(f"{text!r} expected in {self.text!r}, not {self.peek()!r}")

    def end(self) -> None:
        if self.peek() is not None:
            raise ScriptError(f"{self.peek()!r} is left over in {self.text!r}")

    def assignment(self) -> Evaluator:
        before = self.position
        left = self.conditional()
        sign = self.accept("=", "+=", "-=", "*=", "/=", "%=")
        if sign is None:
            return left
        after, self.position = self.position, before
        put = self.target()
        self.position = after
        right = self.assignment()

        def run(scope: Scope) -> Any:
            value = right(scope) if sign == "=" else _binary(sign[0], left(scope), right(scope))
            put(scope, value)
            return value

        return run

    def target(self) -> Callable[[Scope, Any], None]:
        """A place that can be assigned: a variable or a property."""
        name, declaring = self._name(), self.declaring
        self.declaring = False
        owner: Evaluator | None = None
        key: Evaluator = lambda scope: name  # noqa: E731
        while self.peek() in (".", "["):
            owner = _variable(name) if owner is None else _member(owner, key)
            key = self._key()

        def put(scope: Scope, value: Any) -> None:
            if owner is not None:
                owner(scope)[key(scope)] = value
            elif name in scope or declaring:
                scope[name] = value
            else:
                raise ScriptError(f"{name} is not declared")

        return put

    def conditional(self) -> Evaluator:
        test = self.binary(0)
        if not self.accept("?"):
            return test
        yes = self.assignment()
        self.expect(":")
        no = self.assignment()
        return lambda scope: yes(scope) if truth(test(scope)) else no(scope)

    def binary(self, level: int) -> Evaluator:
        if level == len(LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while sign := self.accept(*LEVELS[level]):
            left = _operation(sign, left, self.binary(level + 1))
        return left

    def unary(self) -> Evaluator:
        sign = self.accept("!", "-", "+", "typeof", "++", "--")
        if sign in ("++", "--"):
            before = self.position
            value = self.unary()
            self.position = before
            return _step(value, self.target(), sign, prefix=True)
        if sign == "typeof":
            name = self.peek() or ""
            inner = self.unary()
            return lambda scope: _type(UNDEFINED if name.isidentifier() and name not in scope else inner(scope))
        if sign == "!":
            inner = self.unary()
            return lambda scope: not truth(inner(scope))
        if sign in ("-", "+"):
            inner = self.unary()
            return lambda scope: -inner(scope) if sign == "-" else +inner(scope)
        return self.postfix()

    def postfix(self) -> Evaluator:
        before = self.position
        value = self.primary()
        while True:
            if self.peek() in (".", "["):
                value = _member(value, self._key())
            elif self.accept("("):
                value = _call(value, self._list(")"))
            elif sign := self.accept("++", "--"):
                after, self.position = self.position, before
                put = self.target()
                self.position = after
                value = _step(value, put, sign, prefix=False)
            else:
                return value

    def primary(self) -> Evaluator:
        if self.accept("("):
            inner = self.assignment()
            self.expect(")")
            return inner
        if self.accept("["):
            items = self._list("]")
            return lambda scope: [item(scope) for item in items]
        if self.accept("{"):
            return self._object()
        if self.peek() is None:
            raise ScriptError(f"{self.text!r} ends too early")
        kind, text = self.tokens[self.position]
        self.position += 1
        if kind == "number":
            number = float(text) if re.search(r"[.eE]", text) else int(text)
            return lambda scope: number
        if kind == "string":
            string = re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), text[1:-1])
            return lambda scope: string
        if kind == "name" and text in LITERALS:
            return lambda scope: LITERALS[text]
        if kind == "name":
            return _variable(text)
        raise ScriptError(f"{text!r} is not expected in {self.text!r}")

    def _name(self) -> str:
        if self.position < len(self.tokens) and self.tokens[self.position][0] == "name":
            self.position += 1
            return self.tokens[self.position - 1][1]
        raise ScriptError(f"{self.text!r} cannot be assigned")

    def _key(self) -> Evaluator:
        if self.accept("."):
            name = self._name()
            return lambda scope: name
        self.expect("[")
        key = self.assignment()
        self.expect("]")
        return key

    def _list(self, end: str) -> list[Evaluator]:
        items: list[Evaluator] = []
        while not self.accept(end):
            if items:
                self.expect(",")
            items.append(self.assignment())
        return items

    def _object(self) -> Evaluator:
        items: dict[str, Evaluator] = {}
        while not self.accept("}"):
            if items:
                self.expect(",")
            key = self.tokens[self.position][1].strip("'\"")
            self.position += 1
            self.expect(":")
            items[key] = self.assignment()
        return lambda scope: {key: value(scope) for key, value in items.items()}


def _variable(name: str) -> Evaluator:
    def run(scope: Scope) -> Any:
        if name not in scope:
            raise ScriptError(f"{name} is not declared")
        return scope[name]

    return run


def _member(owner: Evaluator, key: Evaluator) -> Evaluator:
    def run(scope: Scope) -> Any:
        value, name = owner(scope), key(scope)
        if value is UNDEFINED or value is None:
            raise ScriptError(f"{value} has no {name}")
        if isinstance(value, dict):
            return value.get(name, UNDEFINED)
        if name == "length":
            return len(value)
        if isinstance(value, list) and name == "push":
            return value.append
        if isinstance(value, list) and name == "concat":
            return lambda more: value + (more if isinstance(more, list) else [more])
        if name == "indexOf":
            return lambda item: value.index(item) if item in value else -1
        if isinstance(name, int):
            return value[name] if 0 <= name < len(value) else UNDEFINED
        return UNDEFINED

    return run


def _call(function: Evaluator, arguments: list[Evaluator]) -> Evaluator:
    return lambda scope: function(scope)(*[argument(scope) for argument in arguments])


def _step(value: Evaluator, put: Callable[[Scope, Any], None], sign: str, *, prefix: bool) -> Evaluator:
    def run(scope: Scope) -> Any:
        old = value(scope)
        new = old + (1 if sign == "++" else -1)
        put(scope, new)
        return new if prefix else old

    return run


def _operation(sign: str, left: Evaluator, right: Evaluator) -> Evaluator:
    def either(scope: Scope) -> Any:
        value = left(scope)
        return value if truth(value) == (sign == "||") else right(scope)

    return either if sign in ("||", "&&") else lambda scope: _binary(sign, left(scope), right(scope))


def _binary(sign: str, left: Any, right: Any) -> Any:
    if sign in ("===", "!=="):
        same = _type(left) == _type(right) and left == right
        return same == (sign == "===")
    if sign in ("==", "!="):
        empty = (None, UNDEFINED)
        same = (
            (left in empty and right in empty) or left == right or (_loose(left) == _loose(right) and left not in empty)
        )
        return same == (sign == "==")
    if sign == "+" and (isinstance(left, str) or isinstance(right, str)):
        return _text(left) + _text(right)
    if sign in "+-*/%":
        return _arithmetic(sign, left, right)
    return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[sign]


def _arithmetic(sign: str, left: Any, right: Any) -> Any:
    if left is UNDEFINED or right is UNDEFINED:
        return float("nan")
    if sign == "/":
        quotient = left / right if right else float("nan")
        return int(quotient) if quotient == quotient // 1 else quotient
    return {"+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right, "%": lambda: left % right}[
        sign
    ]()


def _loose(value: Any) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return {str: "string", Undefined: "undefined"}.get(type(value), "function" if callable(value) else "object")


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return (
        {True: "true", False: "false", None: "null"}[value]
        if value is None or value is True or value is False
        else str(value)
    )
