"""What operators do with the kinds of an expression, and how the tree is put so that CEL computes it exactly.

CEL has 64-bit integers and binary floats. So money and quantities are counted in whole millionths of a dollar or of their
unit, dates in days, moments and spans in microseconds; a factor such as `1.5` becomes `* 15 / 10`, and only what an author
calls a number is a float.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from definitions.language.expression_tree import Expr, Tree
from definitions.language.kinds import BOOLEAN, DATE, INTEGER, NUMBER, SPAN, TEXT, Kind, many
from definitions.language.problems import near_miss
from definitions.language.sentences import SEMICOLON, joined, say

MILLIONTHS: Final = 10**6
FACTOR_PLACES: Final = 4
_LIMIT: Final = 2**63

_SIGNS: Final = {
    "_<_": "<",
    "_<=_": "<=",
    "_>_": ">",
    "_>=_": ">=",
    "_==_": "==",
    "_!=_": "!=",
    "_+_": "+",
    "_-_": "-",
    "_*_": "*",
    "_/_": "/",
    "_%_": "%",
}
_ORDERED: Final = {"integer", "number", "date", "datetime", "span", "money", "quantity"}
_EQUAL: Final = _ORDERED | {"text", "enum", "boolean"}
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What the checker knows of a node."""

    node: Expr
    kind: Kind
    literal: Decimal | str | bool | None = None  #: of a literal that is written out
    path: str = ""  #: of a plain read, such as `data.read`
    if_true: frozenset[str] = _NONE  #: paths that are certainly set where the node is true
    if_false: frozenset[str] = _NONE

    @property
    def is_exact(self) -> bool:
        """Counted in millionths."""
        return self.kind.name in ("money", "quantity")

    @property
    def is_plain(self) -> bool:
        return self.kind.name in ("integer", "number")


def compare(tree: Tree, node: Expr, left: Found, right: Found) -> Kind:
    """The kind of a comparison, which is boolean; raises where the two do not compare."""
    sign = _SIGNS[node.call_expr.function]
    left, right = _meet(tree, left, right)
    names = _EQUAL if sign in ("==", "!=") else _ORDERED
    if {left.kind.name, right.kind.name} <= {"text", "enum"} and sign in ("==", "!="):
        check_word(tree, left, right)
    elif not _same(left.kind, right.kind):
        raise tree.error(
            node,
            _advised(
                say("%(kind)s and %(other)s cannot be compared", kind=str(left.kind), other=str(right.kind)),
                left,
                right,
            ),
            "wrong-kind",
        )
    elif left.kind.name not in names:
        what = (
            say("compare one of its values instead") if left.kind.name in ("record", "list") else say("it has no order")
        )
        raise tree.error(
            node,
            say("%(kind)s cannot be compared with %(sign)s; %(what)s", kind=str(left.kind), sign=sign, what=what),
            "wrong-kind",
        )
    return BOOLEAN


def check_word(tree: Tree, left: Found, right: Found) -> None:
    """Refuse a word that an enum does not have."""
    for one, other in ((left, right), (right, left)):
        if one.kind.name == "enum" and isinstance(other.literal, str) and other.literal not in one.kind.words:
            message = say(
                "%(path)s is never %(near)s",
                path=one.path or say("this"),
                near=near_miss(other.literal, one.kind.words),
            )
            raise tree.error(other.node, message, "wrong-kind")


def add(tree: Tree, node: Expr, left: Found, right: Found) -> Kind:
    """The kind of a sum or a difference."""
    minus = node.call_expr.function == "_-_"
    left, right = _meet(tree, left, right)
    kinds = (left.kind.name, right.kind.name)
    if kinds == ("date", "date") and minus:
        return INTEGER
    if kinds == ("datetime", "datetime") and minus:
        return SPAN
    if kinds in (("date", "integer"), ("datetime", "span")):
        return left.kind
    if kinds == ("integer", "date") and not minus:
        return DATE
    if kinds == ("list", "list") and not minus:
        return many(item) if (item := left.kind.item or right.kind.item) else left.kind
    if kinds == ("text", "text") and not minus:
        return TEXT
    if _same(left.kind, right.kind) and left.kind.name in _ORDERED - {"date", "datetime"}:
        return left.kind
    values = {"kind": str(right.kind), "other": str(left.kind)}
    refused = (
        say("%(kind)s cannot be taken from %(other)s", **values)
        if minus
        else say("%(kind)s cannot be added to %(other)s", **values)
    )
    raise tree.error(node, _advised(refused, left, right), "wrong-kind")


def multiply(tree: Tree, node: Expr, left: Found, right: Found) -> Kind:
    """The kind of a product; money and quantities take a whole number, or a factor that is written out."""
    if left.is_plain and right.is_plain:
        return _meet(tree, left, right)[0].kind
    amount, factor = (left, right) if left.is_exact else (right, left)
    if not amount.is_exact or not factor.is_plain:
        raise tree.error(
            node,
            say("%(kind)s cannot be multiplied by %(other)s", kind=str(left.kind), other=str(right.kind)),
            "wrong-kind",
        )
    if factor.kind is NUMBER:
        if not isinstance(factor.literal, Decimal):
            raise tree.error(
                node,
                say(
                    "%(kind)s times a number is exact only where the number is written out, such as 1.5; "
                    "compute it by a decision table",
                    kind=str(amount.kind),
                ),
                "wrong-kind",
            )
        _times_literal(tree, node, amount, factor)
    return amount.kind


def divide(tree: Tree, node: Expr, left: Found, right: Found) -> Kind:
    """The kind of a quotient; the divisor is a number that is written out, so that it is never zero by accident."""
    if not isinstance(right.literal, Decimal) or right.literal == 0:
        if left.is_exact and right.is_exact:
            sentence = say("two amounts are not divided; multiply instead, such as data.bill.use > 1.5 * facts.usual")
        else:
            sentence = say("a divisor is a number written out, and not 0")
        raise tree.error(node, sentence, "wrong-kind")
    if node.call_expr.function == "_%_":
        if left.kind is INTEGER and right.kind is INTEGER:
            return INTEGER
        raise tree.error(node, say("a remainder is of two whole numbers"), "wrong-kind")
    if left.is_plain:
        _to_double(tree, left)
        _to_double(tree, right)
        return NUMBER
    if not left.is_exact:
        raise tree.error(node, say("%(kind)s cannot be divided", kind=str(left.kind)), "wrong-kind")
    numerator, denominator = right.literal.as_integer_ratio()
    if abs(numerator) >= _LIMIT or denominator > 10**FACTOR_PLACES:
        raise tree.error(
            right.node,
            say("a divisor has at most %(most)s decimal places", most=FACTOR_PLACES),
            "wrong-kind",
        )
    tree.replace(node, left.node)
    tree.wrap(node, "_*_", denominator)
    tree.wrap(node, "_/_", numerator)
    return left.kind


def negate(tree: Tree, node: Expr, found: Found) -> Found:
    """The negative of a number, an amount or a span."""
    if found.kind.name not in ("integer", "number", "money", "quantity", "span"):
        raise tree.error(node, say("%(kind)s has no negative", kind=str(found.kind)), "wrong-kind")
    literal = -found.literal if isinstance(found.literal, Decimal) else None
    return Found(node=node, kind=found.kind, literal=literal)


def join(tree: Tree, node: Expr, left: Found, right: Found) -> Kind:
    """The kind of a value that is one or the other, such as `a ? b : c` or the items of a list."""
    left, right = _meet(tree, left, right)
    if {left.kind.name, right.kind.name} == {"text", "enum"}:
        return TEXT
    if left.kind.name == right.kind.name == "list":
        return left.kind if left.kind.item else right.kind
    if not _same(left.kind, right.kind):
        raise tree.error(
            node,
            say("%(kind)s and %(other)s cannot stand for each other", kind=str(left.kind), other=str(right.kind)),
            "wrong-kind",
        )
    return left.kind


def written(tree: Tree, found: Found, function: str, scale: int = MILLIONTHS, places: int = 6) -> int:
    """The whole millionths that a literal such as the 80 of `usd(80)` stands for."""
    value = found.literal
    if isinstance(value, str):
        value = _decimal(value)
    if not isinstance(value, Decimal):
        raise tree.error(
            found.node,
            say('%(function)s() takes a number written out, such as %(function)s("80.00")', function=function),
            "wrong-kind",
        )
    scaled = value * scale
    if value != round(value, places) or abs(scaled) >= _LIMIT:
        raise tree.error(
            found.node,
            say("%(function)s() takes at most %(places)s decimal places", function=function, places=places),
            "wrong-kind",
        )
    return int(scaled)


def _meet(tree: Tree, left: Found, right: Found) -> tuple[Found, Found]:
    """Both operands, with whole numbers made numbers beside a number, and a bare 0 made nothing of an amount."""
    if left.is_plain and right.is_plain and left.kind != right.kind:
        return _as_number(tree, left), _as_number(tree, right)
    if left.is_exact and right.is_plain and right.literal == 0:
        tree.integer(right.node, 0)
        return left, replace(right, kind=left.kind)
    if right.is_exact and left.is_plain and left.literal == 0:
        tree.integer(left.node, 0)
        return replace(left, kind=right.kind), right
    return left, right


def _as_number(tree: Tree, found: Found) -> Found:
    _to_double(tree, found)
    return replace(found, kind=NUMBER)


def _to_double(tree: Tree, found: Found) -> None:
    if found.kind is NUMBER:
        return
    if isinstance(found.literal, Decimal):
        tree.double(found.node, float(found.literal))
    else:
        tree.wrap(found.node, "double")


def _times_literal(tree: Tree, node: Expr, amount: Found, factor: Found) -> None:
    assert isinstance(factor.literal, Decimal)
    numerator, denominator = factor.literal.as_integer_ratio()
    if 10**FACTOR_PLACES % denominator or abs(numerator) >= _LIMIT:
        raise tree.error(
            factor.node,
            say("a factor has at most %(most)s decimal places", most=FACTOR_PLACES),
            "wrong-kind",
        )
    tree.replace(node, amount.node)
    tree.wrap(node, "_*_", numerator)
    tree.wrap(node, "_/_", denominator)


def _same(left: Kind, right: Kind) -> bool:
    return left.name == right.name and left.unit == right.unit


def _advised(sentence: str, left: Found, right: Found) -> str:
    """The sentence with what to write instead, where that can be said."""
    for one, other in ((left, right), (right, left)):
        advice = _ADVICE.get(one.kind.name)
        if advice is not None and (text := advice(one, other)):
            return joined((sentence, text), SEMICOLON)
    return sentence


def _advise_amount(one: Found, other: Found) -> str:
    if other.is_exact:
        return say("count both in one unit")
    if not other.is_plain and not isinstance(other.literal, str):
        return ""
    function = "usd" if one.kind.name == "money" else str(one.kind.unit)
    if isinstance(other.literal, Decimal):
        shown = f'"{other.literal}"' if other.kind is NUMBER else str(other.literal)
        return say(
            "write %(function)s(%(shown)s) instead of %(literal)s",
            function=function,
            shown=shown,
            literal=str(other.literal),
        )
    if isinstance(other.literal, str):
        return say('write %(function)s("%(literal)s")', function=function, literal=other.literal.strip("$"))
    return ""


def _advise_date(one: Found, other: Found) -> str:
    if isinstance(other.literal, str):
        return say('write date("%(day)s")', day=_iso_or_example(other.literal))
    return say("write date(…) around the date with time") if other.kind.name == "datetime" else ""


def _advise_moment(one: Found, other: Found) -> str:
    return say("write a span of time, such as hours(48)") if other.is_plain else ""


_ADVICE: Final[dict[str, Callable[[Found, Found], str]]] = {
    "money": _advise_amount,
    "quantity": _advise_amount,
    "date": _advise_date,
    "datetime": _advise_moment,
    "span": _advise_moment,
}


def _iso_or_example(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return "2026-07-03"


def _decimal(text: str) -> Decimal | None:
    bare = text.strip().removeprefix("$")
    return Decimal(bare) if bare.lstrip("-").replace(".", "", 1).isdecimal() and bare.isascii() else None
