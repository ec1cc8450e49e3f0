"""What is wrong with a definition, where, and what would be right.

A `Problem` is a value: the checker, the command, the editor and the API all show the same one. Its code is stable and
has its line in `CODES` and its place in the reference.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Literal

from definitions.language.sentences import listed, say

Severity = Literal["error", "warning"]

_codes: dict[str, str] = {}

#: Every registered code with its one-sentence explanation.
CODES: Mapping[str, str] = MappingProxyType(_codes)


def register_codes(**explanations: str) -> None:
    """Add codes to `CODES`; underscores in a name stand for hyphens. A code registered twice must keep its sentence."""
    for name, sentence in explanations.items():
        code = name.replace("_", "-")
        if _codes.setdefault(code, sentence) != sentence:
            raise ValueError(f"the code {code} is already registered with another sentence")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that an author must mend (an error) or should look at (a warning)."""

    file: str  #: as the author named it
    line: int  #: from 1
    column: int  #: from 1, in characters
    code: str  #: one of `CODES`
    message: str  #: a sentence without a full stop: what is wrong, and what would be right
    path: str = ""  #: keys from the root of the file, such as `states/review/task/queue`
    severity: Severity = "error"
    story: tuple[str, ...] = ()  #: the shortest run of the case that shows it, one step a line

    def __str__(self) -> str:
        """The problem as one line: `file:line:column  message  [code]`, and its story indented below."""
        warning = "warning: " if self.severity == "warning" else ""
        head = f"{self.file}:{self.line}:{self.column}  {warning}{self.message}  [{self.code}]"
        return "\n".join([head, *(f"    {step}" for step in self.story)])

    def to_json(self) -> dict[str, Any]:
        """The problem as a JSON object with all its fields."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "message": self.message,
            "path": self.path,
            "severity": self.severity,
            "story": list(self.story),
        }


def in_reading_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems by file, line and column, each once."""
    return sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line, p.column, p.code, p.message))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that the author most likely meant, or None."""
    by_fold = {name.lower().replace("_", "-"): name for name in sorted(known, reverse=True)}
    found = get_close_matches(word.lower().replace("_", "-"), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def near_miss(word: str, known: Iterable[str]) -> str:
    """The tail of a sentence about an unknown word: the word in quotes and what it may have meant.

    `"costumer-service"; "customer-service" is near`, or else the known words when they are few."""
    names = sorted(set(known))
    near = nearest(word, names)
    if near is not None:
        return say('"%(word)s"; "%(near)s" is near', word=word, near=near)
    if not names or len(names) > 8:
        return f'"{word}"'
    known = listed(f'"{name}"' for name in names)
    return say('"%(word)s"; known are %(names)s', word=word, names=known)


class AuthorError(ValueError):
    """A validator's refusal that knows its code and the place, below the value that it checked, where it belongs."""

    def __init__(self, sentence: str, *, code: str = "wrong-value", at: tuple[str | int, ...] = ()) -> None:
        super().__init__(sentence)
        self.code = code
        self.at = at


register_codes(
    yaml_syntax="The text is not YAML, so nothing else of it could be checked.",
    tab="A tab indents a line; YAML is indented by spaces.",
    quote_guard="A guard with a comma, a bracket, a question mark or a leading exclamation mark is put in quotes.",
    duplicate_key="A key stands twice in one mapping, so one of the two would be lost.",
    merge_key="A merge (<<) hides where a key comes from; write the keys out, or give the whole value an anchor.",
    unknown_key="A key that is not part of the language at this place.",
    missing_key="A key that is needed at this place is not there.",
    wrong_type="Another kind of value belongs at this place.",
    wrong_value="The value is of the right kind, but means nothing at this place.",
)
