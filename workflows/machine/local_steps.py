"""Steps that do not depend on all that is active: found once, and known wherever what they do depend on is the same.

Walking a step shows what it depends on: how the active states react to the events that were handled, and which of them are
inside what is left. Where the states of another place do the same, the step does the same, whatever else is active. So a
definition with seven regions is not walked once for each of their combinations.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Generic, NamedTuple, TypeVar

from workflows.machine.chart import EVENTLESS, Chart
from workflows.machine.interpreter import Outcome
from workflows.machine.states import ChartState, ChartTransition

Found = TypeVar("Found")
History = tuple[tuple[str, tuple[str, ...]], ...]


class Way(NamedTuple, Generic[Found]):
    """One way in which a step may end."""

    found: Found
    left: int  #: the states that are not active any more, whether they were or not
    adds: int  #: the states that are active then
    noted: History  #: what histories remember anew


class LocalSteps(Generic[Found]):
    """Keeps steps by what they depend on. `telling`: states whose leaving does something."""

    def __init__(self, chart: Chart, telling: int) -> None:
        self._chart = chart
        self._telling = telling
        self._footprints: dict[str, dict[object, _Footprint[Found]]] = {}

    def recall(self, mask: int, event: str) -> list[Way[Found]] | None:
        """The ways in which the step ends, or None when it is not known here."""
        for footprint in self._footprints.get(event, {}).values():
            ways = footprint.recall(mask)
            if ways is not None:
                return ways
        return None

    def keep(self, mask: int, event: str, found: Sequence[tuple[Found, Outcome]], heard: frozenset[str]) -> None:
        """Notes all the ways of a step, on which these internal events were handled, for other places.

        One that goes where a history leads is not kept, nor one that takes a transition twice: what else is active decides
        whether it has come round."""
        domains: set[ChartState] = set()
        ways = []
        for each, outcome in found:
            taken = [transition for microstep in outcome.microsteps for transition in microstep.taken]
            if len({*taken}) < len(taken) or any(_hangs_on_history(transition) for transition in taken):
                return
            around = {transition.domain for transition in taken if transition.domain is not None}
            domains |= around
            ways.append(self._way(each, outcome, around))
        key = (heard, frozenset(domains))
        footprints = self._footprints.setdefault(event, {})
        if key not in footprints:
            footprints[key] = _Footprint(self._chart, (event, EVENTLESS, *sorted(heard)), domains, self._telling)
        footprints[key].keep(mask, ways)

    def _way(self, found: Found, outcome: Outcome, domains: set[ChartState]) -> Way[Found]:
        left = _below(domains)
        exited = {path for microstep in outcome.microsteps for path in microstep.exited}
        histories = (each for each in self._chart.histories if each.parent is not None and each.parent.path in exited)
        noted = tuple((each.path, outcome.history[each.path]) for each in histories)
        return Way(found, left, self._chart.mask(outcome.configuration) & left, noted)


class _Footprint(Generic[Found]):
    """What some steps depend on: those that handle the same events and leave what is inside the same states."""

    def __init__(self, chart: Chart, events: tuple[str, ...], domains: set[ChartState], telling: int) -> None:
        self._chart = chart
        self._events = events
        self._domains = tuple(domains)
        left = _below(domains)
        self._exactly = left & telling  #: the states of which it matters which ones are active
        for history in chart.histories:
            if history.parent is not None and history.parent.bit & left:
                self._exactly |= history.parent.bit | history.parent.below
        for state in chart.order:
            # Whether regions are done together hangs on the others' final states.
            around = state.parent
            if around is not None and around.kind == "parallel" and f"done.state.{state.path}" in events:
                self._exactly |= sum(each.bit for each in chart.order if each.final and each.bit & around.below)
        self._concerned = self._exactly
        for event in events:
            self._concerned |= chart.hearing(event)
        self._parts: dict[ChartState, int] = {}
        self._kinds: dict[object, int] = {}
        self._known: dict[tuple[int, ...], list[Way[Found]]] = {}
        self._near: dict[
            int, list[Way[Found]]
        ] = {}  #: the same by the states that are concerned, which is found sooner

    def recall(self, mask: int) -> list[Way[Found]] | None:
        """The ways of the step from here, if they are known."""
        concerned = mask & self._concerned
        ways = self._near.get(concerned)
        if ways is None:
            ways = self._known.get(self._key(mask))
            if ways is not None:
                self._near[concerned] = ways
        return ways

    def keep(self, mask: int, ways: list[Way[Found]]) -> None:
        """Notes the ways of the step from here."""
        self._known[self._key(mask)] = ways

    def _key(self, mask: int) -> tuple[int, ...]:
        parts = dict.fromkeys([self._part(state) for state in self._chart.view(mask).atomic])
        parts.pop(0, None)
        return (mask & self._exactly, *parts)

    def _part(self, state: ChartState) -> int:
        """A number for the part that an active state has in the step; 0 if it has none."""
        part = self._parts.get(state)
        if part is None:
            reactions = tuple([self._chart.reactions(state, event) for event in self._events])
            part = 0
            if any(reactions):
                where = tuple([(state.index > each.index) + (state.bit > each.below) for each in self._domains])
                part = self._kinds.setdefault((reactions, where), len(self._kinds) + 1)
            self._parts[state] = part
        return part


def _below(domains: set[ChartState]) -> int:
    return reduce(or_, (each.below for each in domains), 0)


def _hangs_on_history(transition: ChartTransition) -> bool:
    return transition.entries is None or (bool(transition.targets) and transition.domain is None)
