"""Steps that do not depend on all that is active: found once, and known wherever what they do not depend on is otherwise.

A step that begins, goes on and ends inside one region of a parallel state is the same wherever the other regions stand, as
long as nothing in them listens to what it raises. An event that only the states around all the active ones take leads to
the same place from each of them. So a definition with seven regions is not walked once for each of their combinations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from workflows.machine.chart import EVENTLESS, Chart
from workflows.machine.interpreter import Outcome
from workflows.machine.states import SEPARATOR, ChartState

Found = TypeVar("Found")
History = tuple[tuple[str, tuple[str, ...]], ...]
ALL, NOTHING = -1, 0


class Scope(NamedTuple):
    """Where an event is handled: in a region, or (None) by what is around all that is active."""

    region: ChartState | None
    key: tuple[object, ...]  #: all that the step depends on


class Way(NamedTuple, Generic[Found]):
    """One way in which a step may end."""

    found: Found
    keeps: int  #: the states that stay as they were, active or not
    adds: int  #: the states that are active besides
    history: History


class Known(NamedTuple, Generic[Found]):
    """All the ways of a step, and the internal events that were handled on them."""

    ways: list[Way[Found]]
    heard: frozenset[str]


class LocalSteps(Generic[Found]):
    """Keeps steps by what they depend on. `telling`: states whose leaving does something."""

    def __init__(self, chart: Chart, telling: int) -> None:
        self._chart = chart
        self._telling = telling
        for history in chart.histories:
            if history.parent is not None and history.parent is not chart.root:
                self._telling |= history.parent.bit
        self._known: dict[tuple[object, ...], Known[Found]] = {}

    def recall(self, mask: int, history: History, event: str) -> list[Way[Found]] | None:
        """The ways in which the step ends, or None when it is not known here."""
        for scope in self._scopes(mask, history, event):
            known = self._known.get(scope.key)
            if known is not None and self._is_apart(scope, mask, known):
                return known.ways
        return None

    def keep(
        self,
        mask: int,
        history: History,
        event: str,
        found: Sequence[tuple[Found, Outcome]],
        heard: frozenset[str],
    ) -> None:
        """Notes the ways of a step for other places, if it depends on less than all that is active."""
        for scope in self._scopes(mask, history, event):
            ways = [self._way(scope, mask, each, outcome) for each, outcome in found]
            known = Known([way for way in ways if way is not None], heard)
            if len(known.ways) == len(ways) and self._is_apart(scope, mask, known):
                self._known[scope.key] = known
                return

    def _scopes(self, mask: int, history: History, event: str) -> Iterator[Scope]:
        atomic = self._chart.view(mask).atomic
        reactions = {state: taken for state in atomic if (taken := self._chart.reactions(state, event))}
        if not reactions:
            return
        first, *others = reactions.values()
        if len(reactions) == len(atomic) and all(taken == first for taken in others) and not mask & self._telling:
            yield Scope(None, (event, first, history))
        bits = sum(state.bit for state in reactions)
        inner = next(iter(reactions))
        for region in (inner, *inner.ancestors()):
            if region.parent is not None and region.parent.kind == "parallel" and not bits & ~_all_of(region):
                own = tuple(each for each in history if _is_within(each[0], region))
                yield Scope(region, (event, region, mask & region.below, own))

    def _way(self, scope: Scope, mask: int, found: Found, outcome: Outcome) -> Way[Found] | None:
        """The way as other places can take it, or None if it reaches beyond the scope."""
        moved = [path for step in outcome.microsteps for path in (*step.exited, *step.entered)]
        active = self._chart.mask(outcome.configuration)
        region = scope.region
        if region is None:
            history = tuple(outcome.history.items())
            if not moved:
                return Way(found, ALL, NOTHING, history)
            leaves_all = {*self._chart.view(mask).paths} <= {*outcome.microsteps[0].exited}
            return Way(found, NOTHING, active, history) if leaves_all else None
        taken = (each.state.path for step in outcome.microsteps for each in step.taken)
        if not all(_is_within(path, region) for path in (*moved, *taken)):
            return None
        own = tuple(each for each in outcome.history.items() if _is_within(each[0], region))
        return Way(found, ~region.below, active & region.below, own)

    def _is_apart(self, scope: Scope, mask: int, known: Known[Found]) -> bool:
        """Whether nothing that stays as it was listens to what is raised, goes on by itself, or is done together."""
        region, heard = scope.region, known.heard
        if region is not None and region.parent is not None and f"done.state.{region.path}" in heard:
            others = (child for child in region.parent.children if child is not region)
            if all(self._chart.is_final(other, mask) for other in others):
                return False
        kept = NOTHING
        for way in known.ways:
            kept |= way.keeps
        staying = [state for state in self._chart.view(mask).atomic if state.bit & kept]
        return not any(self._chart.reactions(state, each) for each in (EVENTLESS, *heard) for state in staying)


def _all_of(region: ChartState) -> int:
    return region.bit | region.below


def _is_within(path: str, region: ChartState) -> bool:
    return path.startswith(f"{region.path}{SEPARATOR}")
