"""A definition as a diagram: its ways from state to state, and Mermaid for documents, the same every time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from definitions.language.expand import children, expand, title_of, walk
from definitions.language.guard_words import in_words
from definitions.language.model import CaseDefinition, State, Transition
from definitions.language.targets import HISTORY, resolve


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
        when = in_words(str(moment))
        label = f"{timer.title} ({when})" if timer.title else f"at {when}"
        yield label, Transition.model_construct(target=timer.target, guard=timer.guard)
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


def state_title(path: str, state: State) -> str:
    """What a picture calls a state: its own title, its task's, or what its key says."""
    task = state.task or state.work_order
    return state.title or (task.title if task else None) or title_of(path)


def mermaid(definition: CaseDefinition) -> str:
    """The definition as a Mermaid state diagram."""
    definition = expand(definition)
    lines = ["stateDiagram-v2", f"    [*] --> {_name(definition.initial)}"]
    lines += _mermaid_states("", definition.states, 1)
    ways = edges(definition)
    for edge in ways:
        if edge.source:
            lines.append(f"    {_name(edge.source)} --> {_name(edge.target)}: {_plain(edge.says)}")
    finals = [path for path, state in walk(definition) if state.type == "final" and "/" not in path]
    lines += [f"    {_name(path)} --> [*]" for path in finals]
    for edge in ways:
        if not edge.source:
            lines.append(f"    note right of {_name(edge.target)}: from any state on {_plain(edge.says)}")
    return "\n".join(lines) + "\n"


def _mermaid_states(prefix: str, states: Mapping[str, State], depth: int) -> list[str]:
    lines = []
    indent = "    " * depth
    for key, state in states.items():
        path = f"{prefix}/{key}" if prefix else key
        inner = children(state)
        lines.append(f'{indent}state "{_plain(state_title(path, state))}" as {_name(path)}')
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
