"""Checks an expression against what a case has, and prepares its tree for evaluation.

Every read such as `data.bill.use` becomes a variable of its own, so that an evaluation converts only what it uses; what may
be unset is read only behind `has()`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from definitions.language import expression_operators as operators
from definitions.language.expression_operators import Found
from definitions.language.expression_reads import Known, Reads, Scope
from definitions.language.expression_tree import Expr, ExpressionError, Tree
from definitions.language.kinds import (
    BOOLEAN,
    DATE,
    DATETIME,
    INTEGER,
    MONEY,
    NUMBER,
    SPAN,
    TEXT,
    UNITS,
    Kind,
    Schema,
    many,
    quantity,
)
from definitions.language.problems import near_miss
from definitions.language.sentences import say, say_many

MAX_NESTING: Final = 2

_METHODS: Final = ("contains", "endsWith", "matches", "startsWith")
_FUNCTIONS: Final = ("usd", *UNITS, "date", "hours", "minutes", "days_between", "size", "has", *_METHODS)
_LIST_FUNCTIONS: Final = ("all", "exists", "exists_one", "filter", "map")
_MICROSECONDS: Final = {"hours": 3_600_000_000, "minutes": 60_000_000}
_OPTIONAL_EQUAL: Final = ("text", "enum", "boolean")


class Checker:
    """Checks one tree and rewrites it in place; `reads` are the variables that it then has."""

    def __init__(self, tree: Tree, roots: Mapping[str, Schema]) -> None:
        self.tree = tree
        self.roots = roots
        self.reads = Reads(tree, roots)
        self._nesting = 0

    def guard(self) -> Kind:
        """Check that the expression is true or false; raises ExpressionError."""
        found = self._visit(self.tree.root, frozenset(), {})
        if found.kind.name != "boolean":
            raise self._error(
                self.tree.root,
                say("a guard is true or false, and this is %(kind)s", kind=str(found.kind)),
                "wrong-kind",
            )
        return found.kind

    def value(self) -> tuple[Kind, tuple[str, ...] | None]:
        """The kind of the expression, and its path where it is a plain read (which may then be unset)."""
        path = self.reads.path(self.tree.root, {})
        if path is not None and not self.tree.root.select_expr.test_only:
            return self.reads.members(self.tree.root, path)[-1].kind, self.reads.real(path)
        return self._visit(self.tree.root, frozenset(), {}).kind, None

    # -- nodes

    def _visit(self, node: Expr, known: Known, scope: Scope) -> Found:
        if node.HasField("const_expr"):
            return self._constant(node)
        if node.HasField("ident_expr") or node.HasField("select_expr"):
            return self._read(node, known, scope)
        if node.HasField("call_expr"):
            return self._call(node, known, scope)
        if node.HasField("list_expr"):
            return self._list(node, known, scope)
        if node.HasField("comprehension_expr"):
            return self._comprehension(node, known, scope)
        raise self._error(node, say("braces { } mean nothing in an expression"))

    def _constant(self, node: Expr) -> Found:
        constant = node.const_expr
        if constant.HasField("bool_value"):
            return Found(node=node, kind=BOOLEAN, literal=bool(constant.bool_value))
        if constant.HasField("int64_value"):
            return Found(node=node, kind=INTEGER, literal=Decimal(constant.int64_value))
        if constant.HasField("double_value"):
            return Found(node=node, kind=NUMBER, literal=Decimal(repr(constant.double_value)))
        if constant.HasField("string_value"):
            return Found(node=node, kind=TEXT, literal=str(constant.string_value))
        if constant.HasField("null_value"):
            raise self._error(node, say("nothing is compared with null; write has(data.…) or !has(data.…)"))
        raise self._error(node, say("this kind of literal means nothing here"))

    def _list(self, node: Expr, known: Known, scope: Scope) -> Found:
        items = [self._visit(element, known, scope) for element in node.list_expr.elements]
        kind = items[0].kind if items else None
        for item in items[1:]:
            kind = operators.join(self.tree, item.node, items[0], item)
        return Found(node=node, kind=many(kind) if kind else Kind(name="list"))

    # -- reads

    def _read(self, node: Expr, known: Known, scope: Scope) -> Found:
        path = self.reads.path(node, scope)
        if node.select_expr.test_only:
            return self._has(node, path, known, scope)
        if path is not None:
            found = self.reads.found(node, path)
            self.reads.demand(node, path, known)
            self.tree.ident(node, self.reads.variable(path, "value"))
            return found
        if node.HasField("ident_expr"):
            return self._ident(node, scope)
        text = self.reads.text(node)
        operand = self._visit(node.select_expr.operand, known, scope)
        name, member = self.reads.member(node, operand.kind, node.select_expr.field, text.rpartition(".")[0])
        if not member.required and text not in known:
            raise self.reads.unset(node, text)
        node.select_expr.field = name
        return Found(node=node, kind=member.kind, path=text)

    def _ident(self, node: Expr, scope: Scope) -> Found:
        name = node.ident_expr.name
        if name in scope:
            return Found(node=node, kind=scope[name], path=name)
        if name in ("today", "now"):
            kind = DATE if name == "today" else DATETIME
            self.tree.ident(node, self.reads.variable((name,), "value", kind))
            return Found(node=node, kind=kind, path=name)
        if name in self.roots:
            raise self._error(node, say("%(name)s by itself is no value; write %(name)s. and a name", name=name))
        raise self._unknown_ident(node, name)

    def _unknown_ident(self, node: Expr, name: str) -> ExpressionError:
        for root, schema in self.roots.items():
            if name in schema.members or name.replace("_", "-") in schema.members:
                return self._error(
                    node, say('"%(name)s" is written %(root)s.%(name)s', name=name, root=root), "unknown-name"
                )
        known = [*self.roots, "today", "now"]
        return self._error(node, say("nothing here is called %(near)s", near=near_miss(name, known)), "unknown-name")

    def _has(self, node: Expr, path: tuple[str, ...] | None, known: Known, scope: Scope) -> Found:
        if path is not None:
            self.reads.members(node, path)
            self.tree.ident(node, self.reads.variable(path, "has"))
            every = frozenset(".".join(path[:n]) for n in range(2, len(path) + 1))
            return Found(node=node, kind=BOOLEAN, if_true=every)
        text = self.reads.text(node)
        operand = self._visit(node.select_expr.operand, known, scope)
        name, _ = self.reads.member(node, operand.kind, node.select_expr.field, text.rpartition(".")[0])
        node.select_expr.field = name
        return Found(node=node, kind=BOOLEAN, if_true=frozenset([text]))

    # -- calls

    def _call(self, node: Expr, known: Known, scope: Scope) -> Found:
        function = node.call_expr.function
        handler = _HANDLERS.get(function)
        if handler is not None:
            return handler(self, node, known, scope)
        if function in UNITS or function in ("usd", "hours", "minutes"):
            return self._amount(node, known, scope)
        if function in _METHODS:
            return self._method(node, known, scope)
        if function in _LIST_FUNCTIONS:
            message = say(
                "%(function)s() is asked of a list with a name and a condition, such as data.meters.%(function)s(x, …)",
                function=function,
            )
            raise self._error(node, message)
        if function == "has":
            raise self._error(node, say("has() asks for one value by its path, such as has(data.read)"))
        raise self._error(
            node, say("no function is called %(near)s", near=near_miss(function, _FUNCTIONS)), "unknown-name"
        )

    def _and(self, node: Expr, known: Known, scope: Scope) -> Found:
        left = self._condition(node.call_expr.args[0], known, scope)
        right = self._condition(node.call_expr.args[1], known | left.if_true, scope)
        return Found(
            node=node, kind=BOOLEAN, if_true=left.if_true | right.if_true, if_false=left.if_false & right.if_false
        )

    def _or(self, node: Expr, known: Known, scope: Scope) -> Found:
        left = self._condition(node.call_expr.args[0], known, scope)
        right = self._condition(node.call_expr.args[1], known | left.if_false, scope)
        return Found(
            node=node, kind=BOOLEAN, if_true=left.if_true & right.if_true, if_false=left.if_false | right.if_false
        )

    def _not(self, node: Expr, known: Known, scope: Scope) -> Found:
        inner = self._condition(node.call_expr.args[0], known, scope)
        return Found(node=node, kind=BOOLEAN, if_true=inner.if_false, if_false=inner.if_true)

    def _condition(self, node: Expr, known: Known, scope: Scope) -> Found:
        found = self._visit(node, known, scope)
        if found.kind.name != "boolean":
            raise self._error(
                node, say("a condition is true or false, and this is %(kind)s", kind=str(found.kind)), "wrong-kind"
            )
        return found

    def _choice(self, node: Expr, known: Known, scope: Scope) -> Found:
        asked = self._condition(node.call_expr.args[0], known, scope)
        yes = self._visit(node.call_expr.args[1], known | asked.if_true, scope)
        no = self._visit(node.call_expr.args[2], known | asked.if_false, scope)
        return Found(node=node, kind=operators.join(self.tree, node, yes, no))

    def _equality(self, node: Expr, known: Known, scope: Scope) -> Found:
        left, right = (self._side(side, known, scope) for side in node.call_expr.args)
        kind = operators.compare(self.tree, node, left, right)
        sure = frozenset(
            one.path for one, other in ((left, right), (right, left)) if one.path and other.literal is not None
        )
        is_equal = node.call_expr.function == "_==_"
        return Found(
            node=node, kind=kind, if_true=sure if is_equal else frozenset(), if_false=frozenset() if is_equal else sure
        )

    def _in(self, node: Expr, known: Known, scope: Scope) -> Found:
        item, container = node.call_expr.args
        words = [element.const_expr.string_value for element in container.list_expr.elements]
        left = self._side(item, known, scope)
        right = self._visit(container, known, scope)
        if right.kind.name != "list":
            raise self._error(
                container, say("in asks a list, and this is %(kind)s", kind=str(right.kind)), "wrong-kind"
            )
        if right.kind.item is not None:
            operators.join(self.tree, node, left, Found(node=container, kind=right.kind.item))
        for element, word in zip(container.list_expr.elements, words, strict=True):
            if word:
                operators.check_word(self.tree, left, Found(node=element, kind=TEXT, literal=word))
        return Found(node=node, kind=BOOLEAN, if_true=frozenset([left.path]) if left.path else frozenset())

    def _side(self, node: Expr, known: Known, scope: Scope) -> Found:
        """One side of an equality, where an unset word is equal to nothing and needs no has()."""
        path = self.reads.path(node, scope)
        if path is None or node.select_expr.test_only:
            return self._visit(node, known, scope)
        found = self.reads.found(node, path)
        if found.kind.name not in _OPTIONAL_EQUAL:
            return self._visit(node, known, scope)
        self.reads.demand(node, path[:-1], known)
        self.tree.ident(node, self.reads.variable(path, "value", nullable=True))
        return found

    def _compare(self, node: Expr, known: Known, scope: Scope) -> Found:
        return Found(node=node, kind=operators.compare(self.tree, node, *self._both(node, known, scope)))

    def _add(self, node: Expr, known: Known, scope: Scope) -> Found:
        return Found(node=node, kind=operators.add(self.tree, node, *self._both(node, known, scope)))

    def _multiply(self, node: Expr, known: Known, scope: Scope) -> Found:
        return Found(node=node, kind=operators.multiply(self.tree, node, *self._both(node, known, scope)))

    def _divide(self, node: Expr, known: Known, scope: Scope) -> Found:
        return Found(node=node, kind=operators.divide(self.tree, node, *self._both(node, known, scope)))

    def _both(self, node: Expr, known: Known, scope: Scope) -> tuple[Found, Found]:
        left, right = node.call_expr.args
        return self._visit(left, known, scope), self._visit(right, known, scope)

    def _negative(self, node: Expr, known: Known, scope: Scope) -> Found:
        return operators.negate(self.tree, node, self._visit(node.call_expr.args[0], known, scope))

    def _index(self, node: Expr, known: Known, scope: Scope) -> Found:
        container, index = self._both(node, known, scope)
        if container.kind.name != "list" or container.kind.item is None or index.kind is not INTEGER:
            raise self._error(node, say("[ ] takes an item of a list by its number, from 0"), "wrong-kind")
        return Found(node=node, kind=container.kind.item)

    def _size(self, node: Expr, known: Known, scope: Scope) -> Found:
        (asked,) = self._arguments(node, 1)
        found = self._visit(asked, known, scope)
        if found.kind.name not in ("list", "text"):
            raise self._error(node, say("%(kind)s has no size", kind=str(found.kind)), "wrong-kind")
        return Found(node=node, kind=INTEGER)

    def _method(self, node: Expr, known: Known, scope: Scope) -> Found:
        for side in self._arguments(node, 2):
            found = self._visit(side, known, scope)
            if found.kind.name not in ("text", "enum"):
                raise self._error(
                    side,
                    say(
                        "%(function)s() is for text, and this is %(kind)s",
                        function=node.call_expr.function,
                        kind=str(found.kind),
                    ),
                    "wrong-kind",
                )
        return Found(node=node, kind=BOOLEAN)

    def _amount(self, node: Expr, known: Known, scope: Scope) -> Found:
        function = node.call_expr.function
        (argument,) = self._arguments(node, 1)
        found = self._visit(argument, known, scope)
        if function in _MICROSECONDS:
            value = operators.written(self.tree, found, function, _MICROSECONDS[function], places=0)
            kind = SPAN
        else:
            value = operators.written(self.tree, found, function, places=2 if function == "usd" else 6)
            kind = MONEY if function == "usd" else quantity(function)
        self.tree.integer(node, value)
        return Found(node=node, kind=kind)

    def _date(self, node: Expr, known: Known, scope: Scope) -> Found:
        (argument,) = self._arguments(node, 1)
        path = self.reads.path(argument, scope)
        if path is not None and self.reads.found(argument, path).kind is DATETIME:
            self.reads.demand(argument, path, known)
            self.tree.ident(node, self.reads.variable(path, "date"))
            return Found(node=node, kind=DATE)
        found = self._visit(argument, known, scope)
        try:
            day = date.fromisoformat(str(found.literal))
        except ValueError:
            message = say('date() takes a date written out, such as date("2026-07-03"), or a date with time')
            raise self._error(node, message, "wrong-kind") from None
        self.tree.integer(node, day.toordinal())
        return Found(node=node, kind=DATE)

    def _days_between(self, node: Expr, known: Known, scope: Scope) -> Found:
        first, second = (self._visit(side, known, scope) for side in self._arguments(node, 2))
        for side in (first, second):
            if side.kind is not DATE:
                raise self._error(
                    side.node,
                    say("days_between() takes two dates, and this is %(kind)s", kind=str(side.kind)),
                    "wrong-kind",
                )
        node.call_expr.function = "_-_"
        later = Tree.copy(second.node)
        self.tree.replace(second.node, first.node)
        self.tree.replace(first.node, later)
        return Found(node=node, kind=INTEGER)

    def _arguments(self, node: Expr, count: int) -> list[Expr]:
        call = node.call_expr
        found = [*([call.target] if call.HasField("target") else []), *call.args]
        if len(found) != count:
            raise self._error(
                node,
                say_many(
                    "%(function)s() takes %(n)s value, and here are %(given)s",
                    "%(function)s() takes %(n)s values, and here are %(given)s",
                    count,
                    function=call.function,
                    given=len(found),
                ),
            )
        return found

    def _not_strictly_false(self, node: Expr, known: Known, scope: Scope) -> Found:
        return self._visit(node.call_expr.args[0], known, scope)

    # -- lists

    def _comprehension(self, node: Expr, known: Known, scope: Scope) -> Found:
        """`all`, `exists`, `exists_one`, `filter` and `map`, which CEL's parser has written out."""
        loop = node.comprehension_expr
        asked = self._visit(loop.iter_range, known, scope)
        if asked.kind.name != "list":
            raise self._error(
                node, say("only a list has items to ask, and this is %(kind)s", kind=str(asked.kind)), "wrong-kind"
            )
        name = loop.iter_var
        if name in self.roots or name in ("today", "now") or loop.iter_var2:
            raise self._error(node, say("an item needs a name of its own, such as x, not %(name)s", name=name))
        if self._nesting == MAX_NESTING:
            raise self._error(node, say("lists are asked inside lists at most %(most)s deep", most=MAX_NESTING))
        outside = frozenset(text for text in known if text.partition(".")[0] != name)
        inner = {**scope, name: asked.kind.item or TEXT}
        result = self._visit(loop.accu_init, outside, scope).kind
        self._nesting += 1
        step = self._visit(loop.loop_step, outside, {**inner, loop.accu_var: result})
        self._nesting -= 1
        found = self._visit(loop.result, outside, {**scope, loop.accu_var: step.kind})
        return replace(found, node=node, path="", literal=None, if_true=frozenset(), if_false=frozenset())

    def _error(self, node: Expr, sentence: str, code: str = "bad-expression") -> ExpressionError:
        return self.tree.error(node, sentence, code)


_HANDLERS: Final[dict[str, Callable[[Checker, Any, Known, Scope], Found]]] = {
    "_&&_": Checker._and,
    "_||_": Checker._or,
    "!_": Checker._not,
    "_?_:_": Checker._choice,
    "_==_": Checker._equality,
    "_!=_": Checker._equality,
    "@in": Checker._in,
    "_<_": Checker._compare,
    "_<=_": Checker._compare,
    "_>_": Checker._compare,
    "_>=_": Checker._compare,
    "_+_": Checker._add,
    "_-_": Checker._add,
    "_*_": Checker._multiply,
    "_/_": Checker._divide,
    "_%_": Checker._divide,
    "-_": Checker._negative,
    "_[_]": Checker._index,
    "size": Checker._size,
    "date": Checker._date,
    "days_between": Checker._days_between,
    "@not_strictly_false": Checker._not_strictly_false,
}
