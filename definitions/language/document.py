"""A YAML text as plain values, with the line and the column of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from definitions.language.problems import Problem, Severity

Path = tuple[str | int, ...]


class Position(NamedTuple):  # one for each value of a text: a dataclass takes three times as long to make
    """Where a key and its value begin, from 1; an item of a list has the position of its value for both."""

    key: tuple[int, int]
    value: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Document:
    """One file of a definition as it was read.

    Words are words: every scalar is a string as written, but for plain `true`, `false` and `null` (or nothing); the
    field that a value fills says what it means."""

    file: str
    value: Any  #: nested dict, list, str, bool and None; None when the text could not be read
    problems: tuple[Problem, ...] = ()
    positions: Mapping[Path, Position] = field(default_factory=dict, repr=False)

    def position(self, path: Path, key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of the value at the path or of its key; of what is above it where it is not."""
        while path and path not in self.positions:
            path, key = path[:-1], True
        found = self.positions.get(path)
        if found is None:
            return (1, 1)
        return found.key if key else found.value

    def problem(
        self,
        path: Path,
        code: str,
        message: str,
        *,
        key: bool = False,
        severity: Severity = "error",
        story: tuple[str, ...] = (),
    ) -> Problem:
        """A problem at the path's place in this file."""
        line, column = self.position(path, key)
        return Problem(
            file=self.file,
            line=line,
            column=column,
            code=code,
            message=message,
            path="/".join(map(str, path)),
            severity=severity,
            story=story,
        )
