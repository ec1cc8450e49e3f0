"""The parts of a statechart, as they are written (`…Spec`) and as they run (`ChartState`, `ChartTransition`).

ChartError
├── BadChart           the specification cannot be run
├── BadConfiguration   these states cannot be active together in this chart
└── EndlessLoop        transitions without events follow one another and never wait
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, cast

from transitions.extensions.nesting import NestedState, NestedTransition

Kind = Literal["atomic", "compound", "parallel", "final", "history"]

SEPARATOR = "/"


class ChartError(Exception):
    """The statechart cannot do this."""

    code = "chart-error"


class BadChart(ChartError):
    """The specification cannot be run; the sentence names the state and what would be right."""

    code = "bad-chart"


class BadConfiguration(ChartError):
    """These states cannot be active together in this chart."""

    code = "bad-configuration"


class EndlessLoop(ChartError):
    """Transitions without events follow one another and never wait."""

    code = "endless-loop"


@dataclass(frozen=True, kw_only=True)
class TransitionSpec:
    """A transition as it is written. Actions and guards are the caller's: the chart only hands them back."""

    key: str  #: how people and records call it
    events: tuple[str, ...] = ()  #: event descriptors: `a` and `a.*` take `a` and `a.b`, `*` takes all; none: eventless
    guard: Any | None = None
    targets: tuple[str, ...] = ()  #: paths of states, in different regions if several; none: nothing is left or entered
    internal: bool = False  #: a compound source stays active when all targets are inside it
    actions: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StateSpec:
    """A state as it is written; the root's name is empty, children stand in document order, paths start at the root."""

    name: str
    kind: Kind = "atomic"
    children: tuple[StateSpec, ...] = ()
    initial: tuple[str, ...] = ()  #: of a compound: paths entered first; none: the first child
    initial_actions: tuple[Any, ...] = ()
    deep: bool = False  #: of a history: remembers the atomic states inside, not only the children
    default: tuple[str, ...] = ()  #: of a history: paths entered when there is nothing to remember
    default_actions: tuple[Any, ...] = ()
    entry: tuple[Any, ...] = ()
    exit: tuple[Any, ...] = ()
    transitions: tuple[TransitionSpec, ...] = ()


class ChartState(NestedState):
    """A state of a chart. `on_enter` and `on_exit` are the specification's actions, in `transitions`' own lists."""

    separator = SEPARATOR

    def __init__(self, spec: StateSpec, parent: ChartState | None, index: int) -> None:
        super().__init__(spec.name, on_enter=list(spec.entry), on_exit=list(spec.exit), final=spec.kind == "final")
        self.spec = spec
        self.kind: Kind = spec.kind
        self.parent = parent
        self.path: str = spec.name if parent is None or parent.parent is None else parent.path + SEPARATOR + spec.name
        self.index = index  #: place in document order
        self.bit = 1 << index
        self.below = 0  #: the proper descendants
        self.children: tuple[ChartState, ...] = ()  #: without histories
        self.histories: tuple[ChartState, ...] = ()
        self.children_bits = 0
        self.final_bits = 0  #: the children that are final
        self.default: ChartTransition | None = None  #: the initial transition of a compound, the default of a history
        self.reactions: dict[str, tuple[ChartTransition, ...]] = {}  #: by event, of an atomic state and its ancestors

    def ancestors(self) -> Iterator[ChartState]:
        """The states around it, from the inside out; the root is the last."""
        state = self.parent
        while state is not None:
            yield state
            state = state.parent

    def __repr__(self) -> str:
        return f"<{self.kind} {self.path or 'root'}>"


class Entry(NamedTuple):
    """A state to enter, and the initial or default transitions whose actions follow its entry."""

    state: ChartState
    defaults: tuple[ChartTransition, ...]


class ChartTransition(NestedTransition):
    """A transition of a chart. `dest` is the first target, which is all that `transitions` knows of."""

    def __init__(self, spec: TransitionSpec, source: ChartState, targets: tuple[ChartState, ...], index: int) -> None:
        # The stubs forget that `transitions` takes None for a transition that enters nothing.
        dest = targets[0].path if targets else None
        super().__init__(source.path, cast(str, dest), before=list(spec.actions))
        self.spec = spec
        self.key = spec.key
        self.guard = spec.guard
        self.actions = spec.actions
        self.state = source
        self.targets = targets
        self.index = index
        self.domain: ChartState | None = None  #: what stays active around it; None: nothing is left, or it is history's
        self.entries: tuple[Entry, ...] | None = None  #: None: it depends on what history remembers

    def __repr__(self) -> str:
        return f"<transition {self.key} of {self.state.path or 'root'}>"
