"""The algorithm of W3C SCXML (appendix D) on a chart: one event in, the next configuration out, nothing kept.

A configuration is the tuple of the active atomic states' paths in document order. The caller is the host: it answers
guards, runs the actions of what is left, taken and entered, in that order, and keeps the queue of internal events.
Source of the semantics: https://www.w3.org/TR/scxml/#AlgorithmforSCXMLInterpretation.
"""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple, Protocol

from workflows.machine.chart import EVENTLESS, BadConfiguration, Chart, ChartState, ChartTransition, EndlessLoop
from workflows.machine.entering import History, domain, entries, starting
from workflows.machine.states import Entry

LIMIT = 1000  #: microsteps after which a step that has not come to rest is taken for a loop


class Active:
    """The states that are active at this moment of a step: what `In(state)` asks."""

    __slots__ = ("chart", "mask")

    def __init__(self, chart: Chart, mask: int) -> None:
        self.chart = chart
        self.mask = mask

    def __contains__(self, path: object) -> bool:
        state = self.chart.by_path.get(path) if isinstance(path, str) else None
        return state is not None and bool(state.bit & self.mask)

    def states(self) -> tuple[ChartState, ...]:
        """All of them, the root and the compound ones too, in document order."""
        return self.chart.members(self.mask)


class Host(Protocol):
    """What the interpreter asks of its caller, and tells it, in the order of SCXML."""

    def observe(self, active: Active) -> None:
        """The step begins; `active` stays true until it ends."""

    def holds(self, guard: Any) -> bool:
        """Whether a guard holds at this moment; it may be asked more than once and must not change anything."""

    def leave(self, state: ChartState) -> None:
        """A state is being left; it is still active."""

    def take(self, transition: ChartTransition) -> None:
        """A transition is taken; also an initial or default one, if it has actions."""

    def enter(self, state: ChartState) -> None:
        """A state has been entered; it is active."""

    def raise_event(self, event: str) -> None:
        """An internal event (`done.state.<path>`) joins the end of the host's queue, behind what actions raised."""

    def raised(self) -> str | None:
        """Takes the next internal event from the host's queue, or None."""


class Bystander:
    """A host that lets everything happen and does nothing; one with less to ignore derives from it."""

    def __init__(self) -> None:
        self.queue: deque[str] = deque()

    def observe(self, active: Active) -> None:
        """Does not look."""

    def holds(self, guard: Any) -> bool:
        """True: every guard holds."""
        return True

    def leave(self, state: ChartState) -> None:
        """Does nothing."""

    def take(self, transition: ChartTransition) -> None:
        """Does nothing."""

    def enter(self, state: ChartState) -> None:
        """Does nothing."""

    def raise_event(self, event: str) -> None:
        """Puts an internal event at the end of the queue."""
        self.queue.append(event)

    def raised(self) -> str | None:
        """The next internal event, or None."""
        return self.queue.popleft() if self.queue else None


# Named tuples, not dataclasses: made at every step of a rehearsal, where a frozen dataclass costs three times as much.


class Microstep(NamedTuple):
    """Transitions taken together, the paths left in exit order, the paths entered in entry order."""

    event: str  #: "" for transitions without event, and for the start
    taken: tuple[ChartTransition, ...]
    exited: tuple[str, ...]
    entered: tuple[str, ...]


class Outcome(NamedTuple):
    """What became of an event."""

    configuration: tuple[str, ...]
    history: History
    microsteps: tuple[Microstep, ...]
    finished: bool  #: the root has come to a final state; nothing more is taken
    consumed: bool  #: a transition took the event itself


def start(chart: Chart, host: Host) -> Outcome:
    """The configuration in which a new case comes to rest; raises EndlessLoop."""
    run = _Run(chart, host, chart.root.bit, {})
    host.observe(run)
    if chart.root.default is not None and chart.root.default.actions:
        host.take(chart.root.default)
    run.enter(EVENTLESS, (), (), starting(chart))
    run.settle()
    return run.outcome(consumed=True)


def fire(chart: Chart, configuration: tuple[str, ...], history: History, event: str, host: Host) -> Outcome:
    """The configuration in which the case comes to rest after the event; raises BadConfiguration and EndlessLoop.

    As in SCXML, transitions without event are tried after an event that nothing took as well."""
    mask = chart.mask(configuration)
    if chart.view(mask).finished:
        return Outcome(configuration, history, (), True, False)
    run = _Run(chart, host, mask, history)
    host.observe(run)
    taken = _selected(chart, mask, history, event, host) if event else ()
    if taken:
        run.microstep(event, taken)
    run.settle()
    return run.outcome(consumed=bool(taken))


def reenter(chart: Chart, history: History, event: str, host: Host) -> Outcome:
    """The configuration of a case that has finished and comes back by a transition of the root; SCXML has no such thing."""
    run = _Run(chart, host, chart.root.bit, history)
    host.observe(run)
    taken = chart.reactions(chart.root, event)[:1]
    if taken:
        run.microstep(event, taken)
        run.settle()
    return run.outcome(consumed=bool(taken))


def enabled(
    chart: Chart, configuration: tuple[str, ...], event: str, host: Host, history: History | None = None
) -> tuple[ChartTransition, ...]:
    """The transitions that the event would take now, none if nothing would react; only guards are asked of the host."""
    mask = chart.mask(configuration)
    if chart.view(mask).finished or not event:
        return ()
    host.observe(Active(chart, mask))
    return _selected(chart, mask, history or {}, event, host)


def events(chart: Chart, configuration: tuple[str, ...]) -> tuple[str, ...]:
    """The event descriptors that some transition waits for now, inner states first, whatever their guards say."""
    view = chart.view(chart.mask(configuration))
    found: dict[str, None] = {}
    for atomic in () if view.finished else view.atomic:
        for state in (atomic, *atomic.ancestors()):
            for written in state.spec.transitions:
                found.update(dict.fromkeys(written.events))
    return tuple(found)


def _selected(chart: Chart, mask: int, history: History, event: str, host: Host) -> tuple[ChartTransition, ...]:
    """The transitions that react, without those that another one preempts (selectTransitions)."""
    chosen: list[ChartTransition] = []
    verdicts: dict[int, bool] = {}  # an ancestor's guard is asked once, not once for each region
    for state in chart.view(mask).atomic:
        candidates = state.reactions.get(event)
        if candidates is None:
            candidates = chart.reactions(state, event)
        for transition in candidates:
            if transition.guard is not None:
                holds = verdicts.get(transition.index)
                if holds is None:
                    holds = verdicts[transition.index] = host.holds(transition.guard)
                if not holds:
                    continue
            if transition not in chosen:
                chosen.append(transition)
            break
    if len(chosen) < 2:
        return tuple(chosen)
    return _without_conflicts(chart, mask, history, chosen)


def _without_conflicts(
    chart: Chart, mask: int, history: History, chosen: list[ChartTransition]
) -> tuple[ChartTransition, ...]:
    kept: list[tuple[ChartTransition, int]] = []
    for transition in chosen:
        leaves = mask & _below(chart, transition, history)
        rivals = [other for other, others in kept if leaves & others]
        if all(transition.state.bit & rival.state.below for rival in rivals):
            kept = [pair for pair in kept if pair[0] not in rivals]
            kept.append((transition, leaves))
    return tuple(transition for transition, _ in kept)


def _below(chart: Chart, transition: ChartTransition, history: History) -> int:
    """All that is left if it is active when the transition is taken; 0 without a target."""
    if not transition.targets:
        return 0
    return (transition.domain or domain(chart, transition, history)).below


class _Run(Active):
    """A step in progress."""

    __slots__ = ("finished", "history", "host", "microsteps")

    def __init__(self, chart: Chart, host: Host, mask: int, history: History) -> None:
        self.chart = chart
        self.mask = mask
        self.host = host
        self.history = history
        self.microsteps: list[Microstep] = []
        self.finished = False

    def outcome(self, *, consumed: bool) -> Outcome:
        view = self.chart.view(self.mask)
        return Outcome(view.paths, self.history, tuple(self.microsteps), self.finished, consumed)

    def settle(self) -> None:
        """Takes transitions without event, then internal events, until nothing is left to take."""
        chart, host = self.chart, self.host
        while not self.finished:
            event = EVENTLESS
            taken = _selected(chart, self.mask, self.history, event, host)
            if not taken:
                raised = host.raised()
                if raised is None:
                    return
                event = raised
                taken = _selected(chart, self.mask, self.history, event, host)
                if not taken:
                    continue
            if len(self.microsteps) >= LIMIT:
                keys = ", ".join(dict.fromkeys(each.key for step in self.microsteps[-9:] for each in step.taken))
                raise EndlessLoop(
                    f"{LIMIT} microsteps without coming to rest: {keys}; one of them must wait for an event"
                )
            self.microstep(event, taken)

    def microstep(self, event: str, taken: tuple[ChartTransition, ...]) -> None:
        """Leaves, takes and enters, each in its order."""
        chart, host = self.chart, self.host
        domains = [each.domain or (domain(chart, each, self.history) if each.targets else None) for each in taken]
        leaving = 0
        for within in domains:
            if within is not None:
                leaving |= self.mask & within.below
        exited: tuple[str, ...] = ()
        if leaving:
            exited = self.leave(leaving)
        for transition in taken:
            host.take(transition)
        entering: tuple[Entry, ...] = ()
        for transition, within in zip(taken, domains, strict=True):
            found = transition.entries
            if found is None:
                found = entries(chart, transition, within or chart.root, self.history)
            entering = entering + found if entering else found
        if len(taken) > 1:
            entering = tuple(sorted(entering, key=_place))
        self.enter(event, taken, exited, entering)

    def leave(self, leaving: int) -> tuple[str, ...]:
        states = self.chart.members(leaving)[::-1]
        if self.chart.histories:
            self.remember(leaving)
        for state in states:
            self.host.leave(state)
            self.mask ^= state.bit
        return tuple([state.path for state in states])

    def remember(self, leaving: int) -> None:
        """Notes for each history of a state that is being left what was active inside."""
        noted: dict[str, tuple[str, ...]] = {}
        for history in self.chart.histories:
            parent = history.parent
            if parent is not None and parent.bit & leaving:
                inside = self.mask & (parent.below if history.spec.deep else parent.children_bits)
                states = self.chart.members(inside)
                if history.spec.deep:
                    states = self.chart.view(inside).atomic
                noted[history.path] = tuple([state.path for state in states])
        if noted:
            known = {**self.history, **noted}
            self.history = {each.path: known[each.path] for each in self.chart.histories if each.path in known}

    def enter(
        self, event: str, taken: tuple[ChartTransition, ...], exited: tuple[str, ...], entering: tuple[Entry, ...]
    ) -> None:
        host = self.host
        for state, defaults in entering:
            if state.bit & self.mask:
                raise BadConfiguration(f"“{state.path}” would be entered twice")
            self.mask |= state.bit
            host.enter(state)
            for transition in defaults:
                host.take(transition)
            if state.final:
                self.complete(state)
        self.microsteps.append(Microstep(event, taken, exited, tuple([entry[0].path for entry in entering])))

    def complete(self, final: ChartState) -> None:
        """Tells that the state around a final one is done, and each parallel state that is done with it."""
        state = final.parent
        while state is not None and self.chart.is_final(state, self.mask):
            if state.parent is None:
                self.finished = True
            else:
                self.host.raise_event(f"done.state.{state.path}")
            state = state.parent
            if state is None or state.kind != "parallel":
                return


def _place(entry: Entry) -> int:
    return entry.state.index
