"""A guard's text as CEL's own syntax tree, with the place of every node.

cel-expr-python hands out what it parsed only as a serialised `cel.expr.ParsedExpr`; the message is declared here, as far
as it is needed, from the public definition of CEL (cel.expr/syntax.proto). Behind this module the tree can be read,
changed and handed back for evaluation.
"""

import re
from functools import lru_cache
from typing import Any, Final

from cel_expr_python import cel
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

from definitions.language.problems import AuthorError, register_codes
from definitions.language.sentences import say

register_codes(
    bad_expression="An expression that cannot be read, or that uses what the language of guards does not have.",
    unknown_name="A name in an expression that neither data nor facts nor the event have.",
    unset_value="An expression reads a value that may be unset, without asking has() first.",
    wrong_kind="An expression puts values together that do not belong together, such as money and a number.",
)

MAX_LENGTH: Final = 2000

_LABELS: Final = {"": 1, "*": 3}
_SCALARS: Final = {"int64": 3, "uint64": 4, "int32": 5, "bool": 8, "string": 9, "bytes": 12, "double": 1}

#: message -> field number, name, type; `*` marks a repeated field. From cel.expr/syntax.proto.
_MESSAGES: Final = {
    "ParsedExpr": "2 expr Expr, 3 source_info SourceInfo",
    "Expr": "2 id int64, 3 const_expr Constant, 4 ident_expr Ident, 5 select_expr Select, 6 call_expr Call, "
    "7 list_expr List, 8 struct_expr Struct, 9 comprehension_expr Comprehension",
    "Ident": "1 name string",
    "Select": "1 operand Expr, 2 field string, 3 test_only bool",
    "Call": "1 target Expr, 2 function string, 3 args *Expr",
    "List": "1 elements *Expr",
    "Struct": "1 message_name string",
    "Comprehension": "1 iter_var string, 2 iter_range Expr, 3 accu_var string, 4 accu_init Expr, "
    "5 loop_condition Expr, 6 loop_step Expr, 7 result Expr, 8 iter_var2 string",
    "Constant": "1 null_value int64, 2 bool_value bool, 3 int64_value int64, 4 uint64_value uint64, "
    "5 double_value double, 6 string_value string, 7 bytes_value bytes",
    "SourceInfo": "3 line_offsets *int32, 4 positions *Position",
    "Position": "1 key int64, 2 value int32",
}
_TYPE_URL: Final = "type.googleapis.com/cel.expr.ParsedExpr"

#: A node of the tree: a protobuf message `Expr` of this module's own descriptors.
Expr = Any


class ExpressionError(AuthorError):
    """An expression that cannot be read, or that means nothing; line and column are within its text, from 1."""

    def __init__(self, line: int, column: int, sentence: str, *, code: str = "bad-expression") -> None:
        super().__init__(sentence, code=code)
        self.line = line
        self.column = column
        self.sentence = sentence


def _declare() -> tuple[Any, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="headgate/cel_syntax.proto", package="headgate.cel", syntax="proto2")
    for message_name, listed in _MESSAGES.items():
        message = file.message_type.add(name=message_name)
        for entry in listed.split(", "):
            number, name, kind = entry.split(" ")
            label = "*" if kind.startswith("*") else ""
            kind = kind.removeprefix("*")
            field = message.field.add(name=name, number=int(number))
            field.label = _LABELS[label]  # type: ignore[assignment]  # the stubs want the enum's own type
            if kind in _SCALARS:
                field.type = _SCALARS[kind]  # type: ignore[assignment]  # as above
            else:
                field.type = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
                field.type_name = f".headgate.cel.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = [pool.FindMessageTypeByName(f"headgate.cel.{name}") for name in ("ParsedExpr", "Expr")]
    parsed, expr = (message_factory.GetMessageClass(descriptor) for descriptor in found)
    return parsed, expr


_PARSED, _EXPR = _declare()
_PARSER: Final = cel.NewEnv()


class Tree:
    """A parsed expression that can be changed in place."""

    def __init__(self, text: str) -> None:
        """Parse the text; raises ExpressionError."""
        self.text = text
        if len(text) > MAX_LENGTH:
            raise ExpressionError(
                1,
                1,
                say(
                    "an expression has at most %(most)s characters, this has %(count)s",
                    most=MAX_LENGTH,
                    count=len(text),
                ),
            )
        self._parsed = _PARSED.FromString(_parsed(text))
        self._positions = {entry.key: entry.value for entry in self._parsed.source_info.positions}
        self._next_id = max(self._positions, default=0) + 1000

    @property
    def root(self) -> Expr:
        return self._parsed.expr

    def compiled(self) -> cel.Expression:
        """The tree as it now is, ready to be evaluated."""
        wrapper = any_pb2.Any(type_url=_TYPE_URL, value=self._parsed.SerializeToString())
        return _PARSER.deserialize(wrapper.SerializeToString())

    def place(self, node: Expr) -> tuple[int, int]:
        """Line and column, from 1, where the node begins (a path at its first word)."""
        offset = min(self._offsets(node), default=0)
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    def error(self, node: Expr, sentence: str, code: str = "bad-expression") -> ExpressionError:
        return ExpressionError(*self.place(node), sentence, code=code)

    def _offsets(self, node: Expr) -> list[int]:
        found = [self._positions[node.id]] if node.id in self._positions else []
        for function in ("has", node.call_expr.function):  # CEL places a call at its bracket
            if found and function and self.text[: found[0]].endswith(function):
                found.append(found[0] - len(function))
        if node.HasField("select_expr"):
            found += self._offsets(node.select_expr.operand)
        elif node.HasField("call_expr"):
            call = node.call_expr
            for inner in [call.target] if call.HasField("target") else call.args:
                found += self._offsets(inner)
        elif node.HasField("comprehension_expr"):
            found += self._offsets(node.comprehension_expr.iter_range)
        return found

    # -- changing nodes in place

    def ident(self, node: Expr, name: str) -> None:
        self._clear(node)
        node.ident_expr.name = name

    def integer(self, node: Expr, value: int) -> None:
        self._clear(node)
        node.const_expr.int64_value = value

    def double(self, node: Expr, value: float) -> None:
        self._clear(node)
        node.const_expr.double_value = value

    def wrap(self, node: Expr, function: str, *more: int) -> None:
        """Turn the node into a call of the function on what it was, with further integer arguments."""
        inner = self.copy(node)
        self._clear(node)
        node.id = self._fresh(node)
        node.call_expr.function = function
        node.call_expr.args.append(inner)
        for value in more:
            constant = node.call_expr.args.add()
            constant.id = self._fresh(node)
            constant.const_expr.int64_value = value

    def replace(self, node: Expr, other: Expr) -> None:
        node.CopyFrom(self.copy(other))

    @staticmethod
    def copy(node: Expr) -> Expr:
        copied = _EXPR()
        copied.CopyFrom(node)
        return copied

    def _clear(self, node: Expr) -> None:
        kept = node.id
        self._positions[kept] = min(self._offsets(node), default=0)
        node.Clear()
        node.id = kept

    def _fresh(self, node: Expr) -> int:
        self._next_id += 1
        if node.id in self._positions:
            self._positions[self._next_id] = self._positions[node.id]
        return self._next_id


@lru_cache(
    maxsize=10_000
)  # the checks of a case and the machine's walk through it read the same guards again and again
def _parsed(text: str) -> bytes:
    """The text as a serialised `ParsedExpr`; raises ExpressionError."""
    try:
        serialized = _PARSER.compile(text, disable_check=True).serialize()
    except RuntimeError as error:
        raise _syntax_error(str(error), text) from None
    return bytes(any_pb2.Any.FromString(serialized).value)


_CEL_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (?:Syntax error: )?(.*)")


def _syntax_error(said: str, text: str) -> ExpressionError:
    found = _CEL_ERROR.search(said)
    if found is None:
        return ExpressionError(1, 1, say("this expression cannot be read"))
    if "recursion depth" in found[3]:
        return ExpressionError(1, 1, say("this is nested too deep; make it shorter, or use a decision table"))
    line, column, message = int(found[1]), int(found[2]), found[3]
    rest = text.split("\n")[line - 1][column - 1 :]
    if "has()" in message:
        sentence = say("has() asks for one value by its path, such as has(data.read)")
    elif "<EOF>" in message and "expecting <EOF>" not in message:
        sentence = say("the expression ends too early; a value or a closing bracket is missing")
    elif rest.startswith("=") and not rest.startswith("=="):
        sentence = say("one = means nothing here; write == to compare")
    elif rest.startswith("&"):
        sentence = say('one & means nothing here; write && for "and"')
    elif rest.startswith("|"):
        sentence = say('one | means nothing here; write || for "or"')
    elif rest[:1] in ("'", '"'):
        sentence = say("a quote is opened here and not closed")
    elif text[: len(text) - len(rest)].rstrip().endswith("not") and line == 1:
        sentence = say('"not" is written ! here')
    elif word := re.match(r"(and|or)\b", rest):
        sign = {"and": "&&", "or": "||"}[word[1]]
        sentence = say('"%(word)s" is written %(sign)s here', word=word[1], sign=sign)
    else:
        sentence = say('"%(word)s" does not belong here', word=rest[:20].split(" ")[0] or rest[:1])
    return ExpressionError(line, column, sentence)
