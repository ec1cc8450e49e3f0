"""Everything that can become of a case of one definition, without time: where it can rest, and what leads from there.

The real interpreter is asked, so that nesting, regions and history mean here what they mean to a case. Guards may hold or
not, as long as the answers do not contradict each other; timers may fire at any moment; data are not known. So whatever a
case can do is found, and perhaps a little that it cannot.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from definitions.language.conditions import ALWAYS, NEVER, Cases, Conditions, both, speaks_of, without
from definitions.language.model import Action, CaseDefinition, Data
from workflows.machine import interpreter
from workflows.machine.chart import Chart
from workflows.machine.interpreter import Active, Bystander, Outcome
from workflows.machine.local_steps import LocalSteps, Way
from workflows.machine.plan import REMEMBERED, Guarded, Plan, plan, resting_history
from workflows.machine.states import ChartState, ChartTransition

MAX_PLACES: Final = 5_000  #: resting places after which the search ends and says so
OPENED, REOPENED = "opened", "reopen"


@dataclass(frozen=True)
class Place:
    """Where a case rests: its active atomic states, and what it would come back to."""

    states: tuple[str, ...]
    history: tuple[tuple[str, tuple[str, ...]], ...] = ()
    finished: bool = False


@dataclass(frozen=True, kw_only=True)
class Move:
    """One step of a case: the event, what it led to, and what had to be so."""

    event: str
    to: Place
    taken: tuple[ChartTransition, ...]
    entered: tuple[tuple[str, frozenset[str]], ...]  #: states in order, each with what had happened in the step by then
    happened: frozenset[str]  #: what the step makes happen, as laws name it
    forgot: bool  #: what had happened before the step counts no longer
    known: Cases  #: the guards that held or did not


@dataclass(kw_only=True)
class Map:
    """All places that a case can reach, and the moves between them; the first is where it opens."""

    plan: Plan
    chart: Chart
    conditions: Conditions
    moves: dict[Place | None, list[Move]] = field(default_factory=dict)  #: None: before the case is opened
    loops: list[tuple[ChartTransition, ...]] = field(
        default_factory=list
    )  #: transitions that follow each other for ever
    entered: set[str] = field(default_factory=set)  #: the states that some case enters
    used: set[int] = field(default_factory=set)  #: the transitions that some case takes, by their index
    is_whole: bool = True  #: False when the search was ended at MAX_PLACES


def explore(definition: CaseDefinition, facts: Data, fields: Data) -> Map:
    """The map of an expanded definition; `fields` are those of data with what forms declare.

    Raises BadChart and KeyError for a definition that cannot run: the text checks say so first."""
    planned = plan(definition)
    shown = tuple(each for each in planned.root.transitions if not each.key.startswith("move/"))
    planned = replace(planned, root=replace(planned.root, transitions=shown))
    found = Map(plan=planned, chart=Chart(planned.root), conditions=Conditions({"data": fields, "facts": facts}))
    waiting: deque[Place] = deque()

    def note(origin: Place | None, moves: Iterable[Move]) -> None:
        found.moves[origin] = list(moves)
        for move in found.moves[origin]:
            if move.to not in found.moves and move.to not in waiting_set:
                waiting_set.add(move.to)
                waiting.append(move.to)

    waiting_set: set[Place] = set()
    explorer = _Explorer(found)
    note(None, explorer.opening())
    while waiting:
        if len(found.moves) > MAX_PLACES:
            found.is_whole = False
            break
        place = waiting.popleft()
        note(place, explorer.moves(place))
    return found


class LoopFoundError(Exception):
    """The interpreter came by the same place twice in one step."""

    def __init__(self, transitions: tuple[ChartTransition, ...]) -> None:
        super().__init__("the step does not end")
        self.transitions = transitions


class CircledError(Exception):
    """The interpreter came by the same place twice, but data have changed, so that a guard may answer otherwise."""


class _Explorer:
    def __init__(self, found: Map) -> None:
        self.map = found
        exiting = (state.bit for state in found.chart.order if self._leaving_tells(state))
        self._steps: LocalSteps[Move] = LocalSteps(found.chart, sum(exiting))
        self._walked = _Walked()

    def _leaving_tells(self, state: ChartState) -> bool:
        planned = self.map.plan.states.get(state.path)
        return planned is not None and bool(planned.exit)

    def opening(self) -> Iterator[Move]:
        yield from self._branches(OPENED, None)

    def moves(self, place: Place) -> Iterator[Move]:
        if place.finished:
            if any(each.key == REOPENED for each in self.map.plan.root.transitions):
                yield from self._branches(REOPENED, place)
            return
        for event in interpreter.events(self.map.chart, place.states):
            if not event or event.startswith("done.state.") or event == REOPENED:
                continue
            yield from self._known_or_walked(event, place)

    def _known_or_walked(self, event: str, place: Place) -> Iterator[Move]:
        mask = self.map.chart.mask(place.states)
        known = self._steps.recall(mask, place.history, event)
        if known is not None:
            yield from (self._elsewhere(place, mask, way) for way in known)
            return
        self._walked = _Walked()
        moves = list(self._branches(event, place))
        if not self._walked.went_round and not self._walked.entered & self.map.plan.resting:
            found = list(zip(moves, self._walked.outcomes, strict=True))
            self._steps.keep(mask, place.history, event, found, frozenset(self._walked.heard))
        yield from moves

    def _elsewhere(self, place: Place, mask: int, way: Way[Move]) -> Move:
        """A move that is known from another place."""
        move = way.found
        states = self.map.chart.view(mask & way.keeps | way.adds).paths
        history = dict((*place.history, *way.history))
        return Move(
            event=move.event,
            to=Place(states, self._kept(states, history) if history else (), move.to.finished),
            taken=move.taken,
            entered=move.entered,
            happened=move.happened,
            forgot=move.forgot,
            known=move.known,
        )

    def _branches(self, event: str, place: Place | None) -> Iterator[Move]:
        """One move for each way in which the guards of the step can be answered."""
        scripts: list[tuple[bool, ...]] = [()]
        while scripts:
            script = scripts.pop()
            host = _Host(self.map, script)
            try:
                outcome = self._fired(event, place, host)
            except LoopFoundError as loop:
                if loop.transitions not in self.map.loops:
                    self.map.loops.append(loop.transitions)
                outcome = None
            except CircledError:
                outcome = None
            self._walked.went_round |= outcome is None
            self._walked.heard |= host.heard
            self._walked.entered |= {path for path, _ in host.entered}
            self.map.entered |= {path for path, _ in host.entered}
            self.map.used |= {each.index for each in host.taken}
            answers = host.answers
            scripts += [(*answers[:index], False) for index in range(len(script), len(answers)) if host.open[index]]
            if outcome is not None and (outcome.microsteps or event == OPENED):
                self._walked.outcomes.append(outcome)
                yield self._move(event, place, outcome, host)

    def _fired(self, event: str, place: Place | None, host: _Host) -> Outcome:
        chart = self.map.chart
        if place is None:
            return interpreter.start(chart, host)
        if place.finished:
            return interpreter.reenter(chart, dict(place.history), event, host)
        return interpreter.fire(chart, place.states, dict(place.history), event, host)

    def _move(self, event: str, place: Place | None, outcome: Outcome, host: _Host) -> Move:
        before = place.states if place is not None else ()
        entered = [path for path, _ in host.entered]
        history = resting_history(self.map.plan.resting, entered, before, outcome.history)
        return Move(
            event=event,
            to=Place(
                outcome.configuration, self._kept(outcome.configuration, history) if history else (), outcome.finished
            ),
            taken=tuple(each for step in outcome.microsteps for each in step.taken),
            entered=tuple(host.entered),
            happened=frozenset(host.happened),
            forgot=host.forgot,
            known=host.known,
        )

    def _kept(
        self, configuration: tuple[str, ...], history: Mapping[str, tuple[str, ...]]
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What is remembered without what will be remembered anew before anybody asks for it."""
        active = {path[: index or None] for path in configuration for index in (0, *_slashes(path))}
        kept = []
        for path, remembered in sorted(history.items()):
            parent, _, name = path.rpartition("/")
            if name == REMEMBERED:
                rests = any(each in active and each.rpartition("/")[0] == parent for each in self.map.plan.resting)
                if not rests and (parent == "" or parent in active):
                    continue
            elif parent == "" or parent in active:
                continue
            kept.append((path, remembered))
        return tuple(kept)


def _slashes(path: str) -> list[int]:
    return [index for index, character in enumerate(path) if character == "/"]


@dataclass
class _Walked:
    """What the branches of one event came by."""

    heard: set[str] = field(default_factory=set)  #: internal events that were handled
    entered: set[str] = field(default_factory=set)
    outcomes: list[Outcome] = field(default_factory=list)  #: of the moves, in their order
    went_round: bool = False  #: whether a branch came by the same place twice


class _Passed(NamedTuple):
    """How far a step was when a transition was taken."""

    taken: int  #: transitions taken before
    asked: int  #: guards answered before
    waiting: int  #: events that were still to be taken
    known: Cases  #: what was known of data


class _Host(Bystander):
    """Answers guards by a script, and with yes where the script ends; notes what happens."""

    def __init__(self, found: Map, script: tuple[bool, ...]) -> None:
        super().__init__()
        self.map = found
        self.script = script
        self.answers: tuple[bool, ...] = ()
        self.open: list[bool] = []  #: whether the other answer would not contradict what is known
        self.known: Cases = ALWAYS
        self.entered: list[tuple[str, frozenset[str]]] = []
        self.happened: set[str] = set()
        self.forgot = False
        self._active: Active | None = None
        self._asked: list[Cases] = []  #: what each guard says, in the order of the answers
        self._changed: list[
            tuple[int, str, bool]
        ] = []  #: after how many transitions, which field, whether its value is known
        self._seen: dict[tuple[int, int], _Passed] = {}
        self.taken: list[ChartTransition] = []
        self.heard: set[str] = set()  #: internal events that were handled

    def raised(self) -> str | None:
        """The next internal event, or None."""
        event = super().raised()
        if event is not None:
            self.heard.add(event)
        return event

    def observe(self, active: Active) -> None:
        """Looks at what is active, to see a loop."""
        self._active = active

    def holds(self, guard: Any) -> bool:
        """The script's answer, or the first one that does not contradict what is known."""
        assert isinstance(guard, Guarded)
        conditions = self.map.conditions
        yes, no = (conditions.both(self.known, conditions.of(guard.text, holds=each)) for each in (True, False))
        can_hold, can_fail = yes != NEVER, no != NEVER
        index = len(self.answers)
        answer = self.script[index] if index < len(self.script) else can_hold
        self.answers = (*self.answers, answer)
        self.open.append(can_hold and can_fail)
        self._asked.append(self.map.conditions.of(guard.text))
        self.known = yes if answer else no
        return answer

    def take(self, transition: ChartTransition) -> None:
        """Notes the actions; ends the branch where the same transition is taken in the same place for the second time.

        Where no guard was asked about what has changed in between, the step would never end."""
        assert self._active is not None
        if transition.state.default is not transition:
            mark = (transition.index, self._active.mask)
            passed = self._seen.get(mark)
            # Fewer events wait than before: the way is taken once for each of them, and that ends.
            if passed is not None and len(self.queue) >= passed.waiting:
                if self._repeats(passed):
                    raise LoopFoundError(tuple(self.taken[passed.taken :]))
                if passed.known == self.known or self._hangs_on_data(passed):
                    raise CircledError
            self._seen[mark] = _Passed(len(self.taken), len(self.answers), len(self.queue), self.known)
            self.taken.append(transition)
        self._perform(transition.actions)

    def _repeats(self, passed: _Passed) -> bool:
        """Whether every guard will be answered as it was since then, for ever."""
        changed = {name for taken, name, _ in self._changed if taken > passed.taken}
        told = [index for index in range(passed.asked, len(self.answers)) if speaks_of(self._asked[index], changed)]
        return not told or (passed.known == self.known and not any(self.open[index] for index in told))

    def _hangs_on_data(self, passed: _Passed) -> bool:
        """Whether something that is not known has been set since then: another round would tell nothing more."""
        return any(taken > passed.taken and not is_fixed for taken, _, is_fixed in self._changed)

    def enter(self, state: ChartState) -> None:
        """Notes the state, then its actions: laws are asked before what is done on entry."""
        planned = self.map.plan.states.get(state.path)
        if planned is not None:
            self.entered.append((state.path, frozenset(self.happened)))
            self._perform(planned.entry)

    def leave(self, state: ChartState) -> None:
        """Notes what is done on leaving."""
        planned = self.map.plan.states.get(state.path)
        if planned is not None:
            self._perform(planned.exit)

    def _perform(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            self.happened |= happens(action)
            if action.action == "forget":
                self.happened.clear()
                self.forgot = True
            elif action.action == "raise":
                self.queue.append(str(action.with_.get("event")))
            elif action.action == "assign":
                for name, value in action.with_.items():
                    self._change(name, self.map.conditions.fixed(f"data.{name.replace('-', '_')}", value))
            if action.set is not None:
                self._change(action.set, ALWAYS)

    def _change(self, field: str, to: Cases) -> None:
        """Forgets what was known of a field of data, and notes what it is now."""
        name = f"data.{field.replace('-', '_')}"
        self.known = both(without(self.known, (name,)), to)
        self._changed.append((len(self.taken), name, to != ALWAYS))


def happens(action: Action) -> frozenset[str]:
    """What an action makes happen, in the words of laws: a letter that is written is taken to be mailed."""
    if action.action == "letter":
        name = action.with_.get("template")
        return frozenset(f"letter {name} {how}" for how in ("mailed", "returned"))
    if action.action == "record":
        return frozenset((str(action.with_.get("what")),))
    return frozenset()
