"""What differs between two versions of a definition: states and ways that came, went or changed, and lines of the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from definitions.language.diagrams import Edge, edges
from definitions.language.expand import expand, walk
from definitions.language.model import CaseDefinition, State

AROUND = 3  #: unchanged lines that are shown around a change


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How the states of the second definition differ from those of the first; states by their path."""

    added: frozenset[str]
    removed: frozenset[str]
    changed: frozenset[str]  #: the same path, but it does something else; what lies inside it counts on its own
    ways_added: frozenset[Edge]
    ways_removed: frozenset[Edge]
    elsewhere: tuple[str, ...]  #: keys beside `states` whose values differ, such as `sla` or `data`

    @property
    def in_states(self) -> bool:
        """Whether a picture of the two would differ, or what one of their states does."""
        return bool(self.added or self.removed or self.changed or self.ways_added or self.ways_removed)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a text beside the other one; `gap` stands for lines that are the same and left out."""

    kind: Literal["same", "added", "removed", "gap"]
    old: int | None = None  #: its number in the first text, from 1
    new: int | None = None  #: its number in the second
    text: str = ""


def difference(old: CaseDefinition, new: CaseDefinition) -> Difference:
    """What differs between the two."""
    elsewhere = tuple(
        name.rstrip("_").replace("_", "-")
        for name in CaseDefinition.model_fields
        if name != "states" and getattr(old, name) != getattr(new, name)
    )
    old, new = expand(old), expand(new)
    before, after = dict(walk(old)), dict(walk(new))
    ways_before, ways_after = frozenset(edges(old)), frozenset(edges(new))
    return Difference(
        added=frozenset(after.keys() - before.keys()),
        removed=frozenset(before.keys() - after.keys()),
        changed=frozenset(path for path in before.keys() & after.keys() if _alone(before[path]) != _alone(after[path])),
        ways_added=ways_after - ways_before,
        ways_removed=ways_before - ways_after,
        elsewhere=elsewhere,
    )


def lines(old: str, new: str) -> list[Line]:
    """The second text beside the first, changed lines with some around them; empty when they are the same."""
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return []
    found: list[Line] = []
    groups = SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(AROUND)
    for number, group in enumerate(groups):
        if number or group[0][1] > 0:
            found.append(Line(kind="gap"))
        for tag, old_from, old_to, new_from, new_to in group:
            found += _part(tag, before, after, (old_from, old_to), (new_from, new_to))
    return found


def _part(tag: str, before: list[str], after: list[str], old: tuple[int, int], new: tuple[int, int]) -> Iterator[Line]:
    if tag == "equal":
        for shift in range(old[1] - old[0]):
            at = old[0] + shift
            yield Line(kind="same", old=at + 1, new=new[0] + shift + 1, text=before[at])
        return
    for at in range(*old):
        yield Line(kind="removed", old=at + 1, text=before[at])
    for at in range(*new):
        yield Line(kind="added", new=at + 1, text=after[at])


def _alone(state: State) -> State:
    return state.model_copy(update={"states": {}, "parallel": dict.fromkeys(state.parallel)})
