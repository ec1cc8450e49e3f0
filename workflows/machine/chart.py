"""A statechart made ready to run: what is inside what, in which order, and which transitions an event may take.

`transitions`' hierarchical machine holds the states, the events and the transitions; what it lacks (document order,
history, several targets, event descriptors) is added here. One chart serves all the cases of a definition: it has no
model and keeps no state. Sets of states are whole numbers, one bit a state in document order, so that two exit sets
meet if `a & b`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeVar, cast

from transitions.extensions.nesting import HierarchicalMachine, NestedEvent, NestedState

from definitions.language.sentences import joined, quoted, say
from workflows.machine.entering import prepare
from workflows.machine.states import (
    SEPARATOR,
    BadChart,
    BadConfiguration,
    ChartError,
    ChartState,
    ChartTransition,
    EndlessLoop,
    StateSpec,
    TransitionSpec,
)

__all__ = [
    "SEPARATOR",
    "BadChart",
    "BadConfiguration",
    "Chart",
    "ChartError",
    "ChartState",
    "ChartTransition",
    "EndlessLoop",
    "StateSpec",
    "TransitionSpec",
    "matches",
]

Key = TypeVar("Key")
Value = TypeVar("Value")

EVENTLESS = ""  #: the event of transitions that wait for none
CACHED = 20_000  #: entries a cache may have before it starts anew, so that odd event names cannot fill the memory


class View(NamedTuple):
    """What is often asked of a configuration."""

    atomic: tuple[ChartState, ...]  #: active states without children, in document order
    paths: tuple[str, ...]
    finished: bool


class Chart(HierarchicalMachine):
    """The compiled chart of a specification; raises BadChart when it cannot be run."""

    state_cls = ChartState
    transition_cls = ChartTransition

    def __init__(self, root: StateSpec) -> None:
        super().__init__(model=None, states=None, initial=None, auto_transitions=False)
        self.order: list[ChartState] = []  #: all states in document order, the root first
        self.taken: list[ChartTransition] = []  #: all transitions in document order
        self.root = self._grow(root, None)
        self.by_path: Mapping[str, ChartState] = {state.path: state for state in self.order}
        self.add_states(list(self.root.states.values()))
        self.histories = tuple(state for state in self.order if state.kind == "history")
        self._atomic = tuple(state for state in self.order if state.kind in ("atomic", "final"))
        self._takers: dict[str, list[NestedEvent]] = {}
        self._masks: dict[tuple[str, ...], int] = {}
        self._views: dict[int, View] = {}
        self._members: dict[int, tuple[ChartState, ...]] = {}
        for state in self.order:
            self._connect(state)
        prepare(self)

    # -- building -----------------------------------------------------------------------------------------------------

    def _grow(self, spec: StateSpec, parent: ChartState | None) -> ChartState:
        state = ChartState(spec, parent, len(self.order))
        _check_shape(state)
        self.order.append(state)
        grown = [self._grow(child, state) for child in spec.children]
        state.add_substates(cast("list[NestedState]", grown))
        if len(state.states) < len(grown):
            raise BadChart(
                say("%(state)s has two states of one name; names of neighbours must differ", state=_named(state))
            )
        state.below = sum(child.bit | child.below for child in grown)
        state.children = tuple(child for child in grown if child.kind != "history")
        state.histories = tuple(child for child in grown if child.kind == "history")
        state.children_bits = sum(child.bit for child in state.children)
        state.final_bits = sum(child.bit for child in state.children if child.kind == "final")
        if spec.kind in ("compound", "parallel") and not state.children:
            raise BadChart(
                say(
                    "%(state)s is %(kind)s and has no state inside; make it atomic or add one",
                    state=_named(state),
                    kind=spec.kind,
                )
            )
        return state

    def _connect(self, state: ChartState) -> None:
        spec = state.spec
        for written in spec.transitions:
            transition = self._transition(written, state)
            for descriptor in dict.fromkeys(written.events or (EVENTLESS,)):
                if descriptor not in self.events:
                    self.events[descriptor] = self._create_event(descriptor, self)
                self.events[descriptor].add_transition(transition)
        if state.kind == "compound":
            initial = spec.initial or (state.children[0].path,)
            state.default = self._default(state, "initial", initial, spec.initial_actions)
            if any(not target.bit & state.below for target in state.default.targets):
                raise BadChart(
                    say(
                        "the initial state of %(state)s must be inside it, not %(initial)s",
                        state=_named(state),
                        initial=", ".join(initial),
                    )
                )
            # `transitions` wants a child's name; deeper and several targets are ours alone.
            state.initial = initial[0].removeprefix(f"{state.path}{SEPARATOR}").split(SEPARATOR)[0]
        elif state.kind == "parallel":
            state.initial = cast(Any, [child.name for child in state.children])
        elif state.kind == "history" and state.parent is not None:
            default = spec.default or (self._first(state.parent).path,)
            state.default = self._default(state, "default", default, spec.default_actions)
            if any(not target.bit & state.parent.below for target in state.default.targets):
                raise BadChart(
                    say(
                        "the default of %(state)s must be inside %(around)s",
                        state=_named(state),
                        around=_named(state.parent),
                    )
                )

    def _first(self, parent: ChartState) -> ChartState:
        """What a history without a default stands for: the parent as if entered for the first time."""
        if parent.kind == "compound" and parent.spec.initial:
            found = self.by_path.get(parent.spec.initial[0])
            if found is not None and found.kind != "history":
                return found
        return parent.children[0]

    def _default(
        self, state: ChartState, key: str, targets: tuple[str, ...], actions: tuple[Any, ...]
    ) -> ChartTransition:
        name = f"{state.path}{SEPARATOR}{key}" if state.path else key
        return self._transition(TransitionSpec(key=name, targets=targets, actions=actions), state)

    def _transition(self, spec: TransitionSpec, source: ChartState) -> ChartTransition:
        targets = []
        for path in spec.targets:
            target = self.by_path.get(path)
            if target is None or target is self.root:
                raise BadChart(
                    say(
                        "transition “%(key)s” of %(state)s leads to “%(path)s”; no state has that path",
                        key=spec.key,
                        state=_named(source),
                        path=path,
                    )
                )
            targets.append(target)
        transition = ChartTransition(spec, source, tuple(targets), len(self.taken))
        self.taken.append(transition)
        return transition

    # -- asking -------------------------------------------------------------------------------------------------------

    def reactions(self, state: ChartState, event: str) -> tuple[ChartTransition, ...]:
        """The transitions of a state and its ancestors that take the event, the first to be tried first."""
        found = state.reactions.get(event)
        if found is None:
            found = ()
            for around in (state, *state.ancestors()):
                own = {each for known in self._registered(event) for each in known.transitions.get(around.path, ())}
                found += tuple(sorted(cast("set[ChartTransition]", own), key=lambda each: each.index))
            _remember(state.reactions, event, found)
        return found

    def hearing(self, event: str) -> int:
        """The set of the states in which something takes the event, themselves or what is around them."""
        found = 0
        for path in {path for known in self._registered(event) for path in known.transitions}:
            found |= self.by_path[path].bit | self.by_path[path].below
        return found

    def _registered(self, event: str) -> list[NestedEvent]:
        found = self._takers.get(event)
        if found is None:
            found = [self.events[descriptor] for descriptor in descriptors(event) if descriptor in self.events]
            _remember(self._takers, event, found)
        return found

    def members(self, mask: int) -> tuple[ChartState, ...]:
        """The states of a set, in document order."""
        found = self._members.get(mask)
        if found is None:
            found = tuple([state for state in self.order if state.bit & mask])
            _remember(self._members, mask, found)
        return found

    def view(self, mask: int) -> View:
        """What is often asked of a configuration, given as the set of all its active states."""
        found = self._views.get(mask)
        if found is None:
            atomic = tuple([state for state in self._atomic if state.bit & mask])
            found = View(atomic, tuple([state.path for state in atomic]), self.is_final(self.root, mask))
            _remember(self._views, mask, found)
        return found

    def mask(self, configuration: Iterable[str]) -> int:
        """The set of all active states, from the paths of the atomic ones; raises BadConfiguration."""
        paths = tuple(configuration)
        mask = self._masks.get(paths)
        if mask is None:
            mask = self.root.bit
            for path in paths:
                state = self.by_path.get(path)
                if state is None or state.kind not in ("atomic", "final"):
                    raise BadConfiguration(say("“%(path)s” is not an atomic state of this chart", path=path))
                mask |= state.bit | sum(around.bit for around in state.ancestors())
            wrong = self.illegal(self.members(mask), mask)
            if wrong is not None:
                raise BadConfiguration(
                    say("%(states)s: %(wrong)s", states=joined(paths) or say("no state at all"), wrong=wrong)
                )
            _remember(self._masks, paths, mask)
        return mask

    def illegal(self, states: Iterable[ChartState], mask: int) -> str | None:
        """Why the set is impossible at one of these states, or None: a compound needs one child, a parallel all."""
        for state in states:
            active = state.children_bits & mask
            if state.kind == "compound" and active.bit_count() != 1:
                inside = joined(child.path for child in self.members(active)) or say("none")
                return say(
                    "exactly one state inside %(state)s must be active, not %(inside)s",
                    state=_named(state),
                    inside=inside,
                )
            if state.kind == "parallel" and active != state.children_bits:
                missing = self.members(state.children_bits & ~mask)
                return say(
                    "all regions of %(state)s must be active; %(missing)s is not",
                    state=_named(state),
                    missing=missing[0].path,
                )
        return None

    def is_final(self, state: ChartState, mask: int) -> bool:
        """Whether an active state has come to its end: in a final child, or all regions have."""
        if state.kind == "parallel":
            return all(self.is_final(child, mask) for child in state.children)
        return bool(state.final_bits & mask)


def matches(descriptor: str, event: str) -> bool:
    """Whether an event descriptor takes the event (W3C SCXML 3.12.1): token by token, `*` takes every event."""
    if descriptor == event:
        return True
    if EVENTLESS in (descriptor, event):
        return False
    stem = descriptor.removesuffix("*").removesuffix(".")
    return not stem or event == stem or event.startswith(f"{stem}.")


def descriptors(event: str) -> list[str]:
    """Every descriptor that `matches` the event: looked up, they spare a walk over all events of a large chart."""
    if event == EVENTLESS:
        return [EVENTLESS]
    tokens = event.split(".")
    stems = ["", *(".".join(tokens[:count]) for count in range(1, len(tokens) + 1))]
    return [found for stem in stems for found in (stem, f"{stem}.", f"{stem}*", f"{stem}.*") if found != EVENTLESS]


def _check_shape(state: ChartState) -> None:
    spec = state.spec
    if SEPARATOR in spec.name or bool(spec.name) != (state.parent is not None):
        raise BadChart(
            say(
                "“%(name)s” cannot be a state's name; it needs one, without “%(separator)s”; the root's is empty",
                name=spec.name,
                separator=SEPARATOR,
            )
        )
    if state.parent is None and spec.kind not in ("compound", "parallel"):
        raise BadChart(say("the root must be compound or parallel, not %(kind)s", kind=spec.kind))
    if spec.children and spec.kind in ("atomic", "final", "history"):
        raise BadChart(say("%(state)s is %(kind)s and cannot have states inside", state=_named(state), kind=spec.kind))
    if spec.transitions and spec.kind in ("final", "history"):
        raise BadChart(say("%(state)s is %(kind)s and cannot have transitions", state=_named(state), kind=spec.kind))
    if spec.kind == "final" and state.parent is not None and state.parent.kind == "parallel":
        raise BadChart(say("%(state)s is final and cannot be a region; put it inside one", state=_named(state)))


def _named(state: ChartState) -> str:
    return quoted(state.path) if state.path else say("the root")


def _remember(cache: dict[Key, Value], key: Key, value: Value) -> None:
    if len(cache) >= CACHED:
        cache.clear()
    cache[key] = value
