"""What PyYAML's syntax errors mean to an author."""

import re
from typing import Final

import yaml

from definitions.language.problems import Problem
from definitions.language.sentences import say

_LAST_VALUE = re.compile(r"([\w-]+):\s+([^,{}]*)$")
_EXCLAIMED = re.compile(r"(?::|-)\s+(![^\s].*)$")
_SENTENCES: Final = {
    "mapping values are not allowed": say(
        'a second colon stands in this line; quote a value that holds ": ", or look at the indentation'
    ),
    "did not find expected key": say(
        "the indentation does not match the lines above, or a quote or bracket is not closed"
    ),
    "did not find expected '-' indicator": say("the indentation does not match the list above"),
    "found unexpected end of stream": say("a quote is opened here and not closed"),
    "could not find expected ':'": say("a key is a word followed by a colon and a space"),
    "did not find expected ',' or ']'": say("a list that begins with [ is not closed, or a comma is missing"),
    "did not find expected ',' or '}'": say("a mapping that begins with { is not closed, or a comma is missing"),
    "did not find expected alphabetic": say(
        "a value that begins with & or * is quoted (YAML takes it for an anchor or an alias)"
    ),
    "did not find expected whitespace or line break": say("a value that begins with ! is quoted"),
}


def explain_syntax(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    """The problem that the parser's error stands for, at its place."""
    lines = text.splitlines() or [""]
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if line > len(lines):
        line, column = len(lines), len(lines[-1]) + 1
    here = lines[line - 1]
    exclaimed = _EXCLAIMED.search(here)
    cut = _unquoted_value(error, lines, line, column)
    message: str
    if cut is not None:
        line, column, key = cut
        code, message = (
            "quote-guard",
            say('between { } a value with a comma, bracket, quote or ? is quoted: %(key)s: "…"', key=key),
        )
    elif exclaimed is not None:
        column = exclaimed.start(1) + 1
        code, message = "quote-guard", say('a value that begins with ! is quoted: "%(written)s"', written=exclaimed[1])
    elif "\t" in here[: len(here) - len(here.lstrip())] or here[column - 1 : column] == "\t":
        code, message = "tab", say("a tab stands here; YAML is indented by spaces")
    else:
        code, message = "yaml-syntax", _sentence(error, here[column - 1 : column])
    return Problem(file=file, line=line, column=column, code=code, message=message)


def _sentence(error: yaml.MarkedYAMLError, character: str) -> str:
    said = error.problem or error.context or say("the text cannot be read")
    if "cannot start any token" in said:
        return say("a value that begins with %(character)s is quoted", character=character)
    return next(
        (ours for theirs, ours in _SENTENCES.items() if theirs in said), say("this is not YAML: %(said)s", said=said)
    )


def _unquoted_value(
    error: yaml.MarkedYAMLError, lines: list[str], line: int, column: int
) -> tuple[int, int, str] | None:
    """Place and key of an unquoted value in a flow mapping that the parser stumbled over, if that is what happened."""
    if error.context_mark is None or "flow mapping" not in (error.context or ""):
        return None
    first_line, first_column = error.context_mark.line, error.context_mark.column
    shown = [*lines[first_line : line - 1], lines[line - 1][: column - 1]]
    before = "\n".join(shown)[first_column:]
    found = _LAST_VALUE.search(before)
    if found is None or not set("[]?{\"'") & set(found[2] + lines[line - 1][column - 1 : column]):
        return None
    upto = before[: found.start(2)]
    row = upto.count("\n")
    return (first_line + row + 1, len(upto.rpartition("\n")[2]) + (0 if row else first_column) + 1, found[1])
