"""What an expression reads: paths below `data`, `facts` and `event`, and the variables that stand for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from definitions.language.expression_operators import Found
from definitions.language.expression_tree import Expr, ExpressionError, Tree
from definitions.language.kinds import Kind, Member, Schema
from definitions.language.problems import near_miss
from definitions.language.sentences import say

Known = frozenset[str]  # paths that are certainly set
Scope = Mapping[str, Kind]  # names of items of lists
How = Literal["value", "has", "date"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """A variable of the prepared tree: where its value comes from."""

    path: tuple[str, ...]  #: `("data", "bill", "use")`, or `("today",)`
    kind: Kind
    how: How
    nullable: bool = False  #: an unset value is equal to nothing, rather than an error
    required: bool = False  #: always set, so that its absence is an error whatever else the expression says


class Reads:
    """The reads of one tree, by the variables that take their place."""

    def __init__(self, tree: Tree, roots: Mapping[str, Schema]) -> None:
        self.tree = tree
        self.roots = roots
        self.leaves: dict[str, Leaf] = {}
        self.names: set[str] = set()  #: `data.x`, `facts.y`
        self._records = {root: Kind(name="record", title=root, members=of.members) for root, of in roots.items()}
        self._variables: dict[tuple[tuple[str, ...], How], str] = {}

    def path(self, node: Expr, scope: Scope) -> tuple[str, ...] | None:
        """The path from a root that the node reads, as written, or None."""
        names: list[str] = []
        while node.HasField("select_expr"):
            names.append(node.select_expr.field)
            node = node.select_expr.operand
        root = node.ident_expr.name
        return (root, *reversed(names)) if names and root in self.roots and root not in scope else None

    def text(self, node: Expr) -> str:
        """The path as it is written, also of an item of a list: what `has()` and a later read have in common."""
        if node.HasField("select_expr"):
            return f"{self.text(node.select_expr.operand)}.{node.select_expr.field}"
        if node.HasField("call_expr") and node.call_expr.function == "_[_]":
            of, index = node.call_expr.args
            number = index.const_expr.int64_value if index.HasField("const_expr") else f"#{index.id}"
            return f"{self.text(of)}[{number}]"
        return str(node.ident_expr.name) or "this"

    def members(self, node: Expr, path: tuple[str, ...]) -> list[Member]:
        """What stands at each step of the path below its root."""
        kind = self._records[path[0]]
        found: list[Member] = []
        for index, name in enumerate(path[1:], start=1):
            _, member = self.member(node, kind, name, ".".join(path[:index]))
            found.append(member)
            kind = member.kind
        return found

    def real(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The path with each name as the case has it: a hyphen there is written as an underscore in an expression."""
        kind = self._records[path[0]]
        real = [path[0]]
        for name in path[1:]:
            key = name if name in kind.members else name.replace("_", "-")
            real.append(key)
            kind = kind.members[key].kind
        return tuple(real)

    def member(self, node: Expr, kind: Kind, name: str, text: str) -> tuple[str, Member]:
        """The key and the member that the name stands for in a record of the kind, which is written as the text."""
        if kind.name == "list":
            raise self.tree.error(
                node, say("%(text)s is a list; ask its items, such as %(text)s.exists(x, …)", text=text), "wrong-kind"
            )
        if kind.name != "record":
            raise self.tree.error(
                node, say("%(text)s is %(kind)s, which has no parts", text=text, kind=str(kind)), "wrong-kind"
            )
        for key in (name, name.replace("_", "-")):
            if key in kind.members:
                return key, kind.members[key]
        hyphened = [key for key in kind.members if key.startswith(f"{name}-")]
        if hyphened:
            message = say(
                '"%(name)s" is written %(text)s.%(written)s in an expression',
                name=hyphened[0],
                text=text,
                written=hyphened[0].replace("-", "_"),
            )
        else:
            shown = {key.replace("-", "_") for key in kind.members}
            message = say("%(text)s has nothing called %(near)s", text=text, near=near_miss(name, shown))
        raise self.tree.error(node, message, "unknown-name")

    def found(self, node: Expr, path: tuple[str, ...]) -> Found:
        """What the checker knows of the value at the path."""
        return Found(node=node, kind=self.members(node, path)[-1].kind, path=".".join(path))

    def demand(self, node: Expr, path: tuple[str, ...], known: Known) -> None:
        """Refuse a read of what may be unset."""
        for index, member in enumerate(self.members(node, path), start=2):
            text = ".".join(path[:index])
            if not member.required and text not in known:
                raise self.unset(node, text)

    def unset(self, node: Expr, text: str) -> ExpressionError:
        """The refusal of a read of what may be unset."""
        return self.tree.error(
            node, say("%(text)s may be unset; write has(%(text)s) && … before it is read", text=text), "unset-value"
        )

    def variable(self, path: tuple[str, ...], how: How, kind: Kind | None = None, *, nullable: bool = False) -> str:
        """The variable that stands for the read; a kind is given for what no schema declares, such as `today`."""
        variable = self._variables.setdefault((path, how), f"v{len(self._variables)}")
        known = self.leaves.get(variable)
        required = False
        if kind is None:
            members = self.members(self.tree.root, path)
            kind, required = members[-1].kind, all(member.required for member in members)
            path = self.real(path)
            self.names.add(".".join(path[:2]))
        nullable = nullable or (known is not None and known.nullable)
        self.leaves[variable] = Leaf(path=path, kind=kind, how=how, nullable=nullable, required=required)
        return variable
