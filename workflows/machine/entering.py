"""Which states a transition leaves and enters (W3C SCXML, appendix D: getTransitionDomain, computeEntrySet).

What does not depend on history is computed once, when the chart is built, and kept on the transition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from definitions.language.sentences import say
from workflows.machine.states import BadChart, ChartState, ChartTransition, Entry

if TYPE_CHECKING:
    from workflows.machine.chart import Chart

History = Mapping[str, tuple[str, ...]]  #: what a history state (by path) remembers, as paths in document order


def prepare(chart: Chart) -> None:
    """Computes what each transition leaves and enters as far as history leaves it open; raises BadChart."""
    for state in chart.histories:
        _check_default(state, (state,))
    for transition in chart.taken:
        if not transition.targets:
            transition.entries = ()
            continue
        if transition.state.default is transition:
            _entry_set(chart, transition, transition.state, {})
            continue
        within = domain(chart, transition, {})
        entering = _entry_set(chart, transition, within, {})
        if not any(target.kind == "history" for target in transition.targets):
            transition.domain = within
        if not entering.by_history:
            transition.entries = entering.entries()


def domain(chart: Chart, transition: ChartTransition, history: History) -> ChartState:
    """The innermost compound state that stays active while the transition is taken; the root if there is no other."""
    aims = 0
    for state in _effective(chart, transition.targets, history):
        aims |= state.bit
    source = transition.state
    if transition.spec.internal and source.kind == "compound" and not aims & ~source.below:
        return source
    for around in source.ancestors():
        if around.kind == "compound" and not aims & ~around.below:
            return around
    return chart.root


def entries(chart: Chart, transition: ChartTransition, within: ChartState, history: History) -> tuple[Entry, ...]:
    """The states that the transition enters inside its domain, in order, with what history remembers."""
    return _entry_set(chart, transition, within, history).entries()


def starting(chart: Chart) -> tuple[Entry, ...]:
    """The states that a new case enters, in order, without the root."""
    entering = _Entering(chart, {})
    if chart.root.default is None:
        entering.regions(chart.root)
    else:
        entering.targets(chart.root.default.targets, chart.root)
    return entering.entries()


def _entry_set(chart: Chart, transition: ChartTransition, within: ChartState, history: History) -> _Entering:
    entering = _Entering(chart, history)
    if within.kind == "history" and within.parent is not None:  # the default of a history: what it leads to must fit
        within = within.parent
        entering.targets(transition.targets, within)
        checked = chart.members(entering.mask)
    else:
        entering.targets(transition.targets, within)
        checked = (within, *chart.members(entering.mask))
    wrong = chart.illegal(checked, entering.mask)
    if wrong is not None:
        raise BadChart(
            say(
                "transition “%(key)s” of “%(state)s” cannot be taken: %(wrong)s",
                key=transition.key,
                state=transition.state.path,
                wrong=wrong,
            )
        )
    return entering


def _effective(chart: Chart, targets: Iterable[ChartState], history: History) -> list[ChartState]:
    result: list[ChartState] = []
    for target in targets:
        if target.kind != "history":
            result.append(target)
        else:
            remembered = _remembered(chart, target, history)
            result += remembered or _effective(chart, _defaults(target), history)
    return result


def _remembered(chart: Chart, state: ChartState, history: History) -> list[ChartState]:
    # A path that a later version of the definition no longer has there is forgotten rather than an error.
    known = (chart.by_path.get(path) for path in history.get(state.path, ()))
    inside = state.parent.below if state.parent is not None else 0
    return [found for found in known if found is not None and found.bit & inside]


def _defaults(state: ChartState) -> tuple[ChartState, ...]:
    return state.default.targets if state.default is not None else ()


def _check_default(state: ChartState, trail: tuple[ChartState, ...]) -> None:
    for target in _defaults(state):
        if target in trail:
            raise BadChart(say("the default of the history “%(state)s” leads back to itself", state=state.path))
        if target.kind == "history":
            _check_default(target, (*trail, target))


class _Entering:
    """The states to enter as they are found, and the default content that goes with them."""

    def __init__(self, chart: Chart, history: History) -> None:
        self.chart = chart
        self.history = history
        self.mask = 0
        self.defaults: dict[int, list[ChartTransition]] = {}
        self.by_history = False

    def targets(self, targets: Iterable[ChartState], within: ChartState) -> None:
        targets = tuple(targets)
        for target in targets:
            self.descend(target)
        for target in _effective(self.chart, targets, self.history):
            self.ascend(target, within)
        if within.kind == "parallel" and within is self.chart.root:
            self.regions(within)
        # A history climbs to its parent, past a domain inside it; what is out there has not been left and is not entered.
        self.mask &= within.below

    def descend(self, state: ChartState) -> None:
        if state.kind == "history":
            self.restore(state)
            return
        self.mask |= state.bit
        if state.kind == "compound" and state.default is not None:
            self._follow(state, state.default)
            for target in state.default.targets:
                self.descend(target)
            for target in state.default.targets:
                self.ascend(target, state)
        elif state.kind == "parallel":
            self.regions(state)

    def restore(self, state: ChartState) -> None:
        self.by_history = True
        parent = state.parent or self.chart.root
        found = _remembered(self.chart, state, self.history)
        if not found and state.default is not None:
            found = list(state.default.targets)
            self._follow(parent, state.default)
        for target in found:
            self.descend(target)
        for target in found:
            self.ascend(target, parent)

    def ascend(self, state: ChartState, within: ChartState) -> None:
        for around in state.ancestors():
            if around is within:
                return
            self.mask |= around.bit
            if around.kind == "parallel":
                self.regions(around)

    def regions(self, state: ChartState) -> None:
        for child in state.children:
            if not self.mask & child.below:
                self.descend(child)

    def _follow(self, state: ChartState, transition: ChartTransition) -> None:
        if transition.actions:
            followed = self.defaults.setdefault(state.index, [])
            if transition not in followed:
                followed.append(transition)

    def entries(self) -> tuple[Entry, ...]:
        for index in [index for index in self.defaults if not self.mask >> index & 1]:
            # A history's default content follows its parent's entry; where the parent stayed active, its child's.
            transitions = self.defaults.pop(index)
            inside = self.chart.members(self.mask & self.chart.order[index].below)
            if inside:
                self.defaults.setdefault(inside[0].index, []).extend(transitions)
        return tuple(Entry(state, tuple(self.defaults.get(state.index, ()))) for state in self.chart.members(self.mask))
