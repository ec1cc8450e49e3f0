"""A definition made ready to run: its statechart, and for each state what entering it means.

Events of the chart are the author's messages by name, and the machine's own: `outcome/<state>/<outcome>`, `timer/<name>`,
`line/<state>/<decision>`, `child/<state>[/<outcome>]`, `mixed/<state>`, `reopen` and `move/<state>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from definitions.language.durations import Duration
from definitions.language.expand import children, title_of, walk
from definitions.language.model import (
    Action,
    CaseDefinition,
    Escalation,
    Invoke,
    OnRestart,
    State,
    Task,
    Timer,
    Transition,
    WorkOrder,
)
from definitions.language.sentences import say
from definitions.language.targets import HISTORY, resolve
from workflows.machine.chart import StateSpec, TransitionSpec

REMEMBERED = "~history"


@dataclass(frozen=True, kw_only=True)
class TimerPlan:
    """A timer of a state."""

    name: str
    title: str
    after: Duration | None = None
    at: str | None = None
    on_restart: OnRestart = "restart"


@dataclass(frozen=True, kw_only=True)
class TaskPlan:
    """A task of a state."""

    name: str
    kind: str
    spec: Task
    escalations: tuple[tuple[str, Escalation], ...] = ()


@dataclass(frozen=True, kw_only=True)
class StatePlan:
    """What entering and leaving a state means."""

    path: str
    title: str
    tags: tuple[str, ...] = ()
    entry: tuple[Action, ...] = ()
    exit: tuple[Action, ...] = ()
    task: TaskPlan | None = None
    timers: tuple[TimerPlan, ...] = ()
    list: str | None = None
    invoke: Invoke | None = None
    final: bool = False


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """A transition's guard and where it was written, so that its expression is compiled against the right event."""

    text: str
    event: str  #: the chart's event, "" for none


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The chart's root and the plans of its states."""

    root: StateSpec
    states: Mapping[str, StatePlan] = field(default_factory=dict)
    resting: frozenset[str] = frozenset()  #: states that return to where the case was (`target: history`)


def plan(definition: CaseDefinition) -> Plan:
    """The expanded definition as a plan; raises KeyError for a target that does not exist (the checker says so first)."""
    return _Planner(definition).plan()


class _Planner:
    def __init__(self, definition: CaseDefinition) -> None:
        self.definition = definition
        self.states: dict[str, State] = dict(walk(definition))
        self.remembering: set[str] = set()  # containers that need a history for `target: history`
        self.resting: set[str] = set()

    def plan(self) -> Plan:
        for path, state in self.states.items():
            if any(transition.target == HISTORY for _, transition in _written(state)):
                self.resting.add(path)
                self.remembering.add(path.rpartition("/")[0])
        plans = {path: self._state_plan(path, state) for path, state in self.states.items()}
        # The root's own transitions do not hold in final states: the case is closed there.
        root = StateSpec(
            name="",
            kind="compound",
            children=self._children("", self.definition.states, self.definition.initial),
            initial=(self._target("", self.definition.initial),),
            transitions=(*self._on("", self.definition.on), *self._moves()),
        )
        return Plan(root=root, states=plans, resting=frozenset(self.resting))

    # -- the chart ----------------------------------------------------------------------------------------------------

    def _children(self, path: str, states: dict[str, State], initial: str | None) -> tuple[StateSpec, ...]:
        specs = [self._spec(f"{path}/{key}" if path else key, state) for key, state in states.items()]
        if path in self.remembering:
            start = initial or next(iter(states))
            specs.append(StateSpec(name=REMEMBERED, kind="history", deep=True, default=(self._inside(path, start),)))
        return tuple(specs)

    def _spec(self, path: str, state: State) -> StateSpec:
        name = path.rpartition("/")[2]
        if state.type == "final":
            return StateSpec(name=name, kind="final")
        if state.type == "history":
            default = (self._target(path, state.default),) if state.default else ()
            return StateSpec(name=name, kind="history", deep=state.history == "deep", default=default)
        inner = children(state)
        specs = self._children(path, inner, state.initial)
        if state.parallel:
            return StateSpec(
                name=name, kind="parallel", children=specs, transitions=tuple(self._transitions(path, state))
            )
        if inner:
            initial = (self._inside(path, state.initial or next(iter(inner))),)
            return StateSpec(
                name=name,
                kind="compound",
                children=specs,
                initial=initial,
                transitions=tuple(self._transitions(path, state)),
            )
        return StateSpec(name=name, kind="atomic", transitions=tuple(self._transitions(path, state)))

    def _transitions(self, path: str, state: State) -> Iterator[TransitionSpec]:
        for event, transition in events_of(path, state):
            yield self._transition(path, event, transition)
        yield from self._on(path, state.on)

    def _on(self, path: str, on: Mapping[str, tuple[Transition, ...]]) -> Iterator[TransitionSpec]:
        for event, transitions in on.items():
            for transition in transitions:
                yield self._transition(path, event, transition)

    def _moves(self) -> Iterator[TransitionSpec]:
        """The ways that only operators take: reopening a closed case, moving a case, doing a task again."""
        if self.definition.reopen is not None:
            yield TransitionSpec(
                key="reopen", events=("reopen",), targets=(self._target("", self.definition.reopen.target),)
            )
        for path, state in self.states.items():
            if state.type != "history":
                yield TransitionSpec(key=f"move/{path}", events=(f"move/{path}",), targets=(path,))

    def _transition(self, path: str, event: str, transition: Transition) -> TransitionSpec:
        target = None if transition.target is None else self._target(path, transition.target)
        return TransitionSpec(
            events=(event,) if event else (),
            guard=Guarded(text=transition.guard, event=event) if transition.guard else None,
            targets=() if target is None else (target,),
            internal=target is not None and target.startswith(f"{path}/"),
            actions=transition.actions,
            key=transition.title or event,
        )

    def _target(self, path: str, target: str) -> str:
        if target == HISTORY:
            parent = path.rpartition("/")[0]
            return f"{parent}/{REMEMBERED}" if parent else REMEMBERED
        found = resolve(target, source=path, states=self.states)
        if found is None:
            raise KeyError(f"{path or 'the case'}: no state is called {target!r}")
        return found

    def _inside(self, path: str, target: str) -> str:
        inner = f"{path}/{target}" if path else target
        return inner if inner in self.states else self._target(path, target)

    # -- what states mean ---------------------------------------------------------------------------------------------

    def _state_plan(self, path: str, state: State) -> StatePlan:
        return StatePlan(
            path=path,
            title=state.title or (state.task or state.work_order or state).title or title_of(path),
            tags=state.tags,
            entry=state.entry,
            exit=state.exit,
            task=_task_plan(path, state),
            timers=tuple(_timer_plans(path, state)),
            list=state.list,
            invoke=state.invoke,
            final=state.type == "final",
        )


def resting_history(
    resting: frozenset[str], entered: Iterable[str], before: tuple[str, ...], history: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The history with where the case was `before` it entered a state that returns by `target: history`."""
    result = dict(history)
    for path in entered:
        if path in resting:
            parent = path.rpartition("/")[0]
            inside = tuple(
                state for state in before if (not parent or state.startswith(f"{parent}/")) and not _within(state, path)
            )
            if inside:
                result[f"{parent}/{REMEMBERED}" if parent else REMEMBERED] = inside
    return result


def _within(state: str, path: str) -> bool:
    return state == path or state.startswith(f"{path}/")


def task_name(path: str, state: State) -> str:
    """The stable name of a state's task: what it says, or the state's key."""
    task = state.task or state.work_order
    return (task.name if task else None) or path.rpartition("/")[2]


def _task_plan(path: str, state: State) -> TaskPlan | None:
    task = state.task or state.work_order
    if task is None:
        return None
    kind = "work-order" if isinstance(task, WorkOrder) else "task"
    named = tuple((each.name or f"escalation-{number}", each) for number, each in enumerate(state.escalations, 1))
    return TaskPlan(name=task_name(path, state), kind=kind, spec=task, escalations=named)


def _timer_plans(path: str, state: State) -> Iterator[TimerPlan]:
    for duration, timer in state.after.items():
        yield TimerPlan(
            name=timer.name or f"{path}/after/{duration}",
            title=_timer_title(timer) or say("After %(duration)s", duration=duration.told()),
            after=duration,
            on_restart=timer.on_restart,
        )
    for moment, timer in state.at.items():
        yield TimerPlan(
            name=timer.name or f"{path}/at/{moment}",
            title=_timer_title(timer) or say("On %(moment)s", moment=moment),
            at=moment,
            on_restart=timer.on_restart,
        )


def _timer_title(timer: Timer) -> str | None:
    return timer.title or (title_of(timer.name) if timer.name else None)


def events_of(path: str, state: State) -> Iterator[tuple[str, Transition]]:
    """The machine's own events of a state and where they lead, as (event, transition)."""
    for branch in state.choose:
        yield "", branch
    task = state.task or state.work_order
    if task is not None:
        for key, outcome in task.outcomes.items():
            yield f"outcome/{path}/{key}", outcome
        if task.mixed is not None:
            yield f"mixed/{path}", task.mixed
    for duration, timer in state.after.items():
        yield f"timer/{timer.name or f'{path}/after/{duration}'}", _as_transition(timer)
    for moment, timer in state.at.items():
        yield f"timer/{timer.name or f'{path}/at/{moment}'}", _as_transition(timer)
    for decision, leads in (
        ("released", state.released),
        ("excluded", state.excluded),
        ("dropped", state.dropped),
    ):
        if leads is not None:
            yield f"line/{path}/{decision}", leads
    if state.invoke is not None:
        for key, leads in state.invoke.outcomes.items():
            yield f"child/{path}/{key}", leads
        if state.invoke.done is not None:
            yield f"child/{path}", state.invoke.done
    if state.done is not None:
        yield f"done.state.{path}", state.done


def _as_transition(timer: object) -> Transition:
    fields = {key: getattr(timer, key) for key in ("target", "guard", "actions", "title")}
    return Transition.model_construct(**fields)


def _written(state: State) -> Iterator[tuple[str, Transition]]:
    yield from events_of("", state)
    for event, transitions in state.on.items():
        for transition in transitions:
            yield event, transition
