"""A district's own actions, written in Python: `from headgate import action`.

The signature is read from the type hints. A function that returns a `Reply` is an effect and is carried out after the
step; any other is pure and runs inside it, so it looks at its arguments and the context and at nothing else.

    @action(replies=("board-notified",))
    def notify_board(effect: Effect, amount: Money, reason: str = "") -> Reply: ...

    @action
    def senior_discount(context: Context, amount: Money) -> Money: ...
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar, get_args, get_type_hints, overload

from definitions.catalogue.actions import Arg, ArgType, Context, Signature, register
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.money import Money, MoneyError, money_json, parse_money
from definitions.language.sentences import say, sentence_of

Quantity = Annotated[Decimal, "quantity"]  #: a volume, a pressure, a percentage: a number in its field's own unit

Function = TypeVar("Function", bound=Callable[..., Any])

_MONEY: Final = get_args(Money)[1]
_PLAIN: Final[Mapping[Any, ArgType]] = {
    str: "text",
    bool: "boolean",
    int: "integer",
    Decimal: "number",
    date: "date",
    Any: "any",
}


class BadActionError(TypeError):
    """An action that cannot be offered to definitions: its hints say too little or too much."""

    code = "bad-action"


@dataclass(frozen=True, kw_only=True)
class Own:
    """A district's own effect: what carries it out."""

    function: Callable[..., Reply]
    types: Mapping[str, ArgType]

    def __call__(self, effect: Effect) -> Reply:
        """What the function answers; raises EffectRefused when an argument does not have its type."""
        try:
            values = {name: _typed(self.types[name], each) for name, each in effect.args.items()}
        except (MoneyError, InvalidOperation, ValueError, KeyError) as error:
            raise EffectRefused(
                say("%(action)s: an argument does not fit: %(wrong)s", action=effect.action, wrong=sentence_of(error)),
                code="bad-argument",
            ) from None
        return self.function(effect, **values)


_effects: dict[str, Own] = {}


def own_effects() -> Mapping[str, Own]:
    """The district's own effects by name."""
    return _effects


@overload
def action(function: Function, /) -> Function: ...


@overload
def action(
    *,
    name: str | None = None,
    replies: tuple[str, ...] = (),
    facts: tuple[str, ...] = (),
    irreversible: bool = True,
    says: str = "",
) -> Callable[[Function], Function]: ...


def action(
    function: Any = None,
    /,
    *,
    name: str | None = None,
    replies: tuple[str, ...] = (),
    facts: tuple[str, ...] = (),
    irreversible: bool = True,
    says: str = "",
) -> Any:
    """Offers a function to definitions under its name with hyphens; raises BadActionError with a sentence.

    `replies` are the events that an effect answers by, `facts` those that a pure action reads from its context."""

    def offer(function: Function) -> Function:
        called = name or function.__name__.replace("_", "-")
        hints = get_type_hints(function, include_extras=True)
        given = list(inspect.signature(function).parameters.values())
        is_effect = hints.get("return") is Reply
        _check(called, given, hints, is_effect=is_effect, replies=replies)
        types = {each.name: _type(called, each.name, hints.get(each.name)) for each in given[1:]}
        args = {each.name: Arg(type=types[each.name], required=each.default is each.empty) for each in given[1:]}
        if is_effect:
            register(
                Signature(name=called, kind="effect", args=args, replies=replies, irreversible=irreversible, says=says)
            )
            _effects[called] = Own(function=function, types=types)
        else:
            result = _type(called, "return", hints.get("return"))
            compute = _computing(function, types, result)
            register(
                Signature(name=called, kind="pure", args=args, result=result, facts=facts, says=says, compute=compute)
            )
        return function

    return offer if function is None else offer(function)


def load_own(folder: Path) -> list[str]:
    """Imports every Python file of a district's `actions` folder, in order of names; the names of what was imported."""
    loaded = []
    for path in sorted(folder.glob("*.py")):
        module = f"headgate_own_{path.stem}"
        if module not in sys.modules:
            spec = importlib.util.spec_from_file_location(module, path)
            assert spec is not None, path
            assert spec.loader is not None, path
            sys.modules[module] = made = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(made)
        loaded.append(path.stem)
    return loaded


def _check(
    called: str, given: list[inspect.Parameter], hints: Mapping[str, Any], *, is_effect: bool, replies: tuple[str, ...]
) -> None:
    first = hints.get(given[0].name) if given else None
    wanted = Effect if is_effect else Context
    if first is not wanted:
        kind = "an effect (it returns Reply)" if is_effect else "a pure action (it returns a value)"
        raise BadActionError(f'"{called}" is {kind}, so its first parameter is hinted {wanted.__name__}')
    if replies and not is_effect:
        raise BadActionError(f'"{called}" is a pure action: it sets a field and has no replies')
    if any(each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD) for each in given):
        raise BadActionError(f'"{called}" names each of its parameters: definitions are checked against them')


def _type(called: str, parameter: str, hint: Any) -> ArgType:
    if hint is None:
        what = "what it returns" if parameter == "return" else f"its parameter {parameter}"
        raise BadActionError(f'"{called}" says no type for {what}')
    options = [each for each in get_args(hint) if each is not type(None)]
    if typing.get_origin(hint) is not Annotated and type(None) in get_args(hint) and len(options) == 1:
        hint = options[0]
    if typing.get_origin(hint) is Annotated:
        marks = get_args(hint)[1:]
        if "quantity" in marks:
            return "quantity"
        if _MONEY in marks:
            return "money"
    if hint not in _PLAIN:
        raise BadActionError(f'"{called}": {parameter} is str, bool, int, Decimal, date, Money, Quantity or Any')
    return _PLAIN[hint]


def _computing(function: Callable[..., Any], types: Mapping[str, ArgType], result: ArgType) -> Callable[..., Any]:
    def compute(context: Context, **arguments: Any) -> Any:
        return _plain(
            result, function(context, **{name: _typed(types[name], each) for name, each in arguments.items()})
        )

    return compute


def _typed(type_: ArgType, value: Any) -> Any:
    if value is None:
        return None
    match type_:
        case "money":
            return parse_money(value)
        case "number" | "quantity":
            return Decimal(str(value))
        case "integer":
            return int(value)
        case "date":
            return date.fromisoformat(str(value))
        case _:
            return value


def _plain(type_: ArgType, value: Any) -> Any:
    if value is None:
        return None
    match type_:
        case "money":
            return money_json(value)
        case "number" | "quantity":
            return f"{value:f}"
        case "date":
            return value.isoformat()
        case _:
            return value
