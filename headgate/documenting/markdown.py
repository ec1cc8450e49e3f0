"""Pieces of Markdown that the generated pages are put together from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def page(title: str, *blocks: str) -> str:
    """A page of blocks, with a note that it is not edited by hand."""
    note = "<!-- Made by `make docs`; edit what it is made from. -->"
    return "\n\n".join([note, f"# {title}", *(block.strip("\n") for block in blocks)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars inside cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def code(text: str) -> str:
    """The text as code inside a line."""
    return f"`{text}`"


def listed(words: Iterable[str]) -> str:
    """Words as code, with commas."""
    return ", ".join(code(word) for word in words)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
