"""Every way out of a state as the author wrote it: the event that takes it, and where it stands in the text.

The order is that of the machine's chart: decisions, outcomes, timers, lists, children, ends, then messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from definitions.language.document import Path
from definitions.language.model import Action, CaseDefinition, State, Timer, Transition

Leads = Transition | Timer


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way out of a state."""

    source: str  #: the state's path, `""` for the whole case
    event: str  #: the chart's event, `""` for a decision
    place: Path
    leads: Leads


def work_key(state: State) -> str:
    """The key that a state's work stands under."""
    return "task" if state.task is not None else "work-order"


def ways(path: str, state: State, place: Path) -> Iterator[Way]:
    """The ways out of a state."""

    def way(event: str, leads: Leads, *keys: str | int) -> Way:
        return Way(source=path, event=event, place=(*place, *keys), leads=leads)

    for index, branch in enumerate(state.choose):
        yield way("", branch, "choose", index)
    work = state.task or state.work_order
    if work is not None:
        for key, outcome in work.outcomes.items():
            yield way(f"outcome/{path}/{key}", outcome, work_key(state), "outcomes", key)
        if work.mixed is not None:
            yield way(f"mixed/{path}", work.mixed, work_key(state), "mixed")
    for duration, timer in state.after.items():
        yield way(f"timer/{timer.name or f'{path}/after/{duration}'}", timer, "after", str(duration))
    for moment, timer in state.at.items():
        yield way(f"timer/{timer.name or f'{path}/at/{moment}'}", timer, "at", moment)
    for decision, leads in (
        ("released", state.released),
        ("excluded", state.excluded),
        ("dropped", state.dropped),
    ):
        if leads is not None:
            yield way(f"line/{path}/{decision}", leads, decision)
    if state.invoke is not None:
        for key, leads in state.invoke.outcomes.items():
            yield way(f"child/{path}/{key}", leads, "invoke", "outcomes", key)
        if state.invoke.done is not None:
            yield way(f"child/{path}", state.invoke.done, "invoke", "done")
    if state.done is not None:
        yield way(f"done.state.{path}", state.done, "done")
    for event, transitions in state.on.items():
        for index, transition in enumerate(transitions):
            yield way(event, transition, "on", event, index)


def root_ways(definition: CaseDefinition) -> Iterator[Way]:
    """The ways that every state has."""
    for event, transitions in definition.on.items():
        for index, transition in enumerate(transitions):
            yield Way(source="", event=event, place=("on", event, index), leads=transition)


@dataclass(frozen=True, kw_only=True)
class Done:
    """An action where it is written; `event` is None on entry and exit, where there may have been any."""

    action: Action
    place: Path
    source: str
    event: str | None


def actions(path: str, state: State, place: Path) -> Iterator[Done]:
    """The actions of a state and of the ways out of it."""
    for index, action in enumerate(state.entry):
        yield Done(action=action, place=(*place, "entry", index), source=path, event=None)
    for index, action in enumerate(state.exit):
        yield Done(action=action, place=(*place, "exit", index), source=path, event=None)
    for way in ways(path, state, place):
        yield from way_actions(way)
    for index, row in enumerate(state.schedule):
        if isinstance(row.do, Action):
            yield Done(action=row.do, place=(*place, "schedule", index, "do"), source=path, event=None)


def way_actions(way: Way) -> Iterator[Done]:
    """The actions on a way."""
    for index, action in enumerate(way.leads.actions):
        yield Done(action=action, place=(*way.place, "actions", index), source=way.source, event=way.event)
