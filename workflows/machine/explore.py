"""Everything that can become of a case of one definition, without time: where it can rest, and what leads from there.

The real interpreter is asked, so that nesting, regions and history mean here what they mean to a case. Guards may hold or
not, as long as the answers do not contradict each other; timers may fire at any moment; data are not known. So whatever a
case can do is found, and perhaps a little that it cannot.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any, Final, NamedTuple

from definitions.language.conditions import ALWAYS, NEVER, Cases, Conditions, speaks_of
from definitions.language.model import Action, CaseDefinition, Data
from workflows.machine import interpreter
from workflows.machine.chart import Chart
from workflows.machine.interpreter import Active, Bystander, Outcome
from workflows.machine.local_steps import History, LocalSteps, Way
from workflows.machine.plan import REMEMBERED, Guarded, Plan, plan, resting_history
from workflows.machine.states import ChartState, ChartTransition

MAX_PLACES: Final = 5_000  #: resting places after which the search ends and says so
OPENED, REOPENED = "opened", "reopen"


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a case rests: its active atomic states, and what it would come back to. A map has each place once."""

    states: tuple[str, ...]
    history: History
    finished: bool
    mask: int  #: the chart's set of all that is active


@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """What an event does: one step of a case, the same wherever what it depends on is the same."""

    event: str
    taken: tuple[ChartTransition, ...]
    entered: tuple[tuple[str, frozenset[str]], ...]  #: states in order, each with what had happened in the step by then
    happened: frozenset[str]  #: what the step makes happen, as laws name it
    forgot: bool  #: what had happened before the step counts no longer
    known: Cases  #: the guards that held or did not


class Move(NamedTuple):
    """A step from one place, and where it led to."""

    step: Step
    to: Place


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

    @cached_property
    def steps(self) -> frozenset[Step]:
        """Every step that leads from one place to another; asked for once all are found."""
        return frozenset(move.step for moves in self.moves.values() for move in moves)


def explore(definition: CaseDefinition, facts: Data, fields: Data) -> Map:
    """The map of an expanded definition; `fields` are those of data with what forms declare.

    Raises BadChart and KeyError for a definition that cannot run: the text checks say so first."""
    planned = plan(definition)
    shown = tuple(each for each in planned.root.transitions if not each.key.startswith("move/"))
    planned = replace(planned, root=replace(planned.root, transitions=shown))
    found = Map(plan=planned, chart=Chart(planned.root), conditions=Conditions({"data": fields, "facts": facts}))
    explorer = _Explorer(found)
    found.moves[None] = explorer.opening()
    waiting = deque(dict.fromkeys(move.to for move in found.moves[None]))
    seen = set(waiting)
    while waiting:
        if len(found.moves) > MAX_PLACES:
            found.is_whole = False
            break
        place = waiting.popleft()
        moves = found.moves[place] = explorer.moves(place)
        for _, to in moves:
            if to not in seen:
                seen.add(to)
                waiting.append(to)
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
        self._steps: LocalSteps[Step] = LocalSteps(found.chart, sum(exiting))
        self._places: dict[tuple[int, History], Place] = {}
        self._same: dict[tuple[tuple[str, ...], History], Place] = {}
        self._events: dict[str, tuple[str, ...]] = {}

    def _leaving_tells(self, state: ChartState) -> bool:
        planned = self.map.plan.states.get(state.path)
        return planned is not None and bool(planned.exit)

    def opening(self) -> list[Move]:
        """The moves that open a case."""
        return self._walk(OPENED, None)

    def moves(self, place: Place) -> list[Move]:
        """All the moves from a place."""
        if place.finished:
            is_reopened = any(each.key == REOPENED for each in self.map.plan.root.transitions)
            return self._walk(REOPENED, place) if is_reopened else []
        moves: list[Move] = []
        for event in dict.fromkeys(chain.from_iterable(map(self._awaited, place.states))):
            known = self._steps.recall(place.mask, event)
            if known is None:
                moves += self._walk(event, place)
            else:
                moves += [Move(way.found, self._elsewhere(place, way)) for way in known]
        return moves

    def _awaited(self, path: str) -> tuple[str, ...]:
        """The events from outside that an active atomic state waits for, itself or around it."""
        found = self._events.get(path)
        if found is None:
            state = self.map.chart.by_path[path]
            events = (
                each
                for around in (state, *state.ancestors())
                for written in around.spec.transitions
                for each in written.events
            )
            found = self._events[path] = tuple(
                event for event in events if not event.startswith("done.state.") and event != REOPENED
            )
        return found

    def _walk(self, event: str, place: Place | None) -> list[Move]:
        """One move for each way in which the guards of the step can be answered."""
        scripts: list[tuple[bool, ...]] = [()]
        moves: list[Move] = []
        found: list[tuple[Step, Outcome]] = []
        heard: set[str] = set()
        is_local = place is not None and not place.finished
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
            entered = {path for path, _ in host.entered}
            heard |= host.heard
            is_local = is_local and outcome is not None and not entered & self.map.plan.resting
            self.map.entered |= entered
            self.map.used |= {each.index for each in host.taken}
            answers = host.answers
            scripts += [(*answers[:index], False) for index in range(len(script), len(answers)) if host.open[index]]
            if outcome is not None and (outcome.microsteps or event == OPENED):
                step = host.step(event, outcome)
                found.append((step, outcome))
                moves.append(Move(step, self._walked_to(place, outcome, step)))
        if is_local and place is not None:
            self._steps.keep(place.mask, event, found, frozenset(heard))
        return moves

    def _fired(self, event: str, place: Place | None, host: _Host) -> Outcome:
        chart = self.map.chart
        if place is None:
            return interpreter.start(chart, host)
        if place.finished:
            return interpreter.reenter(chart, dict(place.history), event, host)
        return interpreter.fire(chart, place.states, dict(place.history), event, host)

    def _walked_to(self, place: Place | None, outcome: Outcome, step: Step) -> Place:
        before = place.states if place is not None else ()
        entered = [path for path, _ in step.entered]
        history = resting_history(self.map.plan.resting, entered, before, outcome.history)
        return self._place(self.map.chart.mask(outcome.configuration), tuple(history.items()))

    def _elsewhere(self, place: Place, way: Way[Step]) -> Place:
        """Where a step that is known from another place leads to."""
        history = place.history
        if way.noted:
            history = tuple(dict((*history, *way.noted)).items())
        return self._place(place.mask & ~way.left | way.adds, history)

    def _place(self, mask: int, history: History) -> Place:
        found = self._places.get((mask, history))
        if found is None:
            states = self.map.chart.view(mask)
            kept = self._kept(states.paths, history) if history else ()
            place = Place(states.paths, kept, states.finished, mask)
            found = self._places[mask, history] = self._same.setdefault((states.paths, kept), place)
        return found

    def _kept(self, configuration: tuple[str, ...], history: History) -> History:
        """What is remembered without what will be remembered anew before anybody asks for it."""
        active = {path[: index or None] for path in configuration for index in (0, *_slashes(path))}
        kept = []
        for path, remembered in sorted(history):
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

    def step(self, event: str, outcome: Outcome) -> Step:
        """What has been noted, when the step has come to its end."""
        return Step(
            event=event,
            taken=tuple(each for microstep in outcome.microsteps for each in microstep.taken),
            entered=tuple(self.entered),
            happened=frozenset(self.happened),
            forgot=self.forgot,
            known=self.known,
        )

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
        self.known = self.map.conditions.changed(self.known, name, to)
        self._changed.append((len(self.taken), name, to != ALWAYS))


def happens(action: Action) -> frozenset[str]:
    """What an action makes happen, in the words of laws: a letter that is written is taken to be mailed."""
    if action.action == "letter":
        name = action.with_.get("template")
        return frozenset(f"letter {name} {how}" for how in ("mailed", "returned"))
    if action.action == "record":
        return frozenset((str(action.with_.get("what")),))
    return frozenset()
