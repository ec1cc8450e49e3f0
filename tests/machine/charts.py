"""Random statecharts and a short way to write them, for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from workflows.machine.chart import ChartState, ChartTransition, StateSpec, TransitionSpec
from workflows.machine.interpreter import Active, Bystander

EVENTS = ("a", "b", "c.d", "e")
DESCRIPTORS = ("a", "b", "c", "c.*", "c.d", "e", "*")


def to(event: str, *targets: str, **rest: Any) -> TransitionSpec:
    """A transition on the event; `event` also names it."""
    return TransitionSpec(key=event or "eventless", events=tuple(event.split()), targets=targets, **rest)


def state(name: str, *inside: StateSpec | TransitionSpec, **rest: Any) -> StateSpec:
    """A state with its children and transitions; its kind follows from the children unless said."""
    children = tuple(each for each in inside if isinstance(each, StateSpec))
    transitions = tuple(each for each in inside if isinstance(each, TransitionSpec))
    rest.setdefault("kind", "compound" if children else "atomic")
    return StateSpec(name=name, children=children, transitions=transitions, **rest)


class Recorder(Bystander):
    """A host that writes down what it is told; an action `raise x` raises x, a guard is a path that must be active."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.active: Active | None = None

    def observe(self, active: Active) -> None:
        self.active = active

    def holds(self, guard: str) -> bool:
        assert self.active is not None
        return guard.removeprefix("!") in self.active if not guard.startswith("!") else guard[1:] not in self.active

    def leave(self, state: ChartState) -> None:
        self._act(f"leave {state.path}", state.spec.exit)

    def take(self, transition: ChartTransition) -> None:
        self._act(f"take {transition.key}", transition.actions)

    def enter(self, state: ChartState) -> None:
        self._act(f"enter {state.path}", state.spec.entry)

    def _act(self, what: str, actions: tuple[str, ...]) -> None:
        self.told.append(what)
        for action in actions:
            if action.startswith("raise "):
                self.raise_event(action.removeprefix("raise "))
            else:
                self.told.append(action)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3, name: str = "m", kind: str | None = None) -> StateSpec:
    """A random state with what is inside, still without transitions."""
    kind = kind or draw(st.sampled_from(["atomic", "compound", "parallel"] if depth else ["atomic"]))
    if kind == "atomic":
        return StateSpec(name=name)
    names = [f"{letter}" for letter in "xyz"[: draw(st.integers(1 if kind == "compound" else 2, 3))]]
    children = [draw(trees(depth=depth - 1, name=each)) for each in names]
    if kind == "compound" and draw(st.booleans()):
        children.append(StateSpec(name="f", kind="final"))
    if draw(st.booleans()):
        children.insert(0, StateSpec(name="h", kind="history", deep=draw(st.booleans())))
    return StateSpec(name=name, kind=kind, children=tuple(children))


def paths(spec: StateSpec, path: str = "") -> list[tuple[str, StateSpec]]:
    """All states by path, in document order."""
    result = [(path, spec)]
    for child in spec.children:
        result += paths(child, f"{path}/{child.name}" if path else child.name)
    return result


@st.composite
def charts(draw: st.DrawFn) -> StateSpec:
    """A random chart with transitions, histories and initial states; `away` is left by `back` and `back-children`."""
    main = draw(trees(kind=draw(st.sampled_from(["compound", "parallel"]))))
    plain = tuple(child for child in main.children if child.kind != "history")
    histories = (
        StateSpec(name="deep", kind="history", deep=True, default=(f"m/{plain[0].name}",)),
        StateSpec(name="shallow", kind="history", default=(f"m/{plain[0].name}",)),
    )
    main = replace(main, children=(*main.children, *histories))
    root = StateSpec(name="", kind="compound", children=(main,))
    everything = [path for path, _ in paths(root) if path]
    main = _furnish(draw, main, "m", everything)
    away = state("away", to("back", "m/deep"), to("back-children", "m/shallow"))
    end = (StateSpec(name="end", kind="final"),) if draw(st.booleans()) else ()
    leaving = (to("go-away", "away"), *((to("finish", "end"),) if end else ()))
    return StateSpec(name="", kind="compound", children=(main, away, *end), transitions=leaving)


def _furnish(draw: st.DrawFn, spec: StateSpec, path: str, everything: list[str]) -> StateSpec:
    inside = [each for each in everything if each.startswith(f"{path}/")]
    if spec.kind == "history":
        parent = path.rpartition("/")[0]
        beside = [
            e for e in everything if e.startswith(f"{parent}/") and e.rpartition("/")[2] not in ("h", "deep", "shallow")
        ]
        return replace(spec, default=(draw(st.sampled_from(beside)),))
    if spec.kind == "final":
        return spec
    children = tuple(_furnish(draw, child, f"{path}/{child.name}", everything) for child in spec.children)
    initial = (draw(st.sampled_from(inside)),) if spec.kind == "compound" and draw(st.booleans()) else ()
    transitions = [
        TransitionSpec(
            key=f"{path}:{number}",
            events=tuple(draw(st.lists(st.sampled_from(DESCRIPTORS), min_size=1, max_size=2, unique=True))),
            targets=tuple(draw(st.lists(st.sampled_from(everything), max_size=2, unique=True))),
            internal=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 2)))
    ]
    if spec.kind in ("compound", "parallel") and draw(st.booleans()):
        done = TransitionSpec(
            key=f"{path}:done", events=(f"done.state.{path}",), targets=(draw(st.sampled_from(everything)),)
        )
        transitions.append(done)
    return replace(spec, children=children, initial=initial, transitions=tuple(transitions))
