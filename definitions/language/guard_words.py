"""Guards and moments in words, for who reads a picture of a state machine: `has(data.read) && data.read < 5` → `read < 5`."""

from __future__ import annotations

import re
from typing import Final

#: What is written otherwise, in this order. `has(x) &&` is left out where x is asked for its value in the same guard.
_WORDS: Final = (
    (re.compile(r"(?<!!)has\(([\w.]+)\) && (?=.*(?<!has\()\b\1\b)"), ""),
    (re.compile(r"!has\(([\w.]+)\)"), r"no \1"),
    (re.compile(r"has\(([\w.]+)\)"), r"\1 is known"),
    (re.compile(r"earliest-lawful\(([\w-]+)\)"), r"the first lawful day of \1"),
    (re.compile(r"\.exists\((\w+), (.*?)\)"), lambda found: " with " + found[2].replace(f"{found[1]} == ", "")),
    (re.compile(r"\b(?:data|facts|event)\."), ""),
    (re.compile(r"&&"), "and"),
    (re.compile(r"\|\|"), "or"),
    (re.compile(r"=="), "is"),
    (re.compile(r"!="), "is not"),
    (re.compile(r"!(?=\w)"), "not "),
    (re.compile(r"_"), " "),
    (re.compile(r"[\"']"), ""),
    (re.compile(r"\s+"), " "),
)


def in_words(guard: str) -> str:
    """The guard or moment as it is said; what has no words of its own stands as it is written."""
    for pattern, words in _WORDS:
        guard = pattern.sub(words, guard)
    return guard.strip()
