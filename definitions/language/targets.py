"""Which state a target means: a neighbour first, then a state inside, then further out; a path with `/` works from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HISTORY: Final = "history"


def resolve(target: str, *, source: str, states: Mapping[str, object]) -> str | None:
    """The path that `target` means when it is written in the state `source` (`""` for the root), or None.

    `states` has every path of the definition. Looked up in this order: beside the source, inside it, then beside each state
    around it, last from the root.
    """
    scopes = [source.rpartition("/")[0], source]
    outer = scopes[0]
    while outer:
        outer = outer.rpartition("/")[0]
        scopes.append(outer)
    scopes.append("")
    for scope in scopes:
        path = f"{scope}/{target}" if scope else target
        if path in states:
            return path
    return None
