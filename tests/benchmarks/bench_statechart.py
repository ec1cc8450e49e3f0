"""One transition in the interpreter and in `transitions`' own trigger, alternating in one run; microseconds, best of rounds.

Run: python tests/benchmarks/bench_statechart.py"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from transitions.extensions.nesting import HierarchicalMachine, NestedState

from workflows.machine.chart import Chart, StateSpec, TransitionSpec
from workflows.machine.interpreter import Bystander, fire, start

ROUNDS = 7
STEPS = 4000


class PathState(NestedState):
    """`transitions`' state with our separator."""

    separator = "/"


class PathMachine(HierarchicalMachine):
    """`transitions`' hierarchical machine with our separator."""

    state_cls = PathState


class Model:
    """What `transitions` keeps the state on."""

    state: Any
    trigger: Callable[[str], bool]


def flat(size: int) -> StateSpec:
    """States in a ring; `go` leads to the next."""
    return StateSpec(
        name="",
        kind="compound",
        children=tuple(
            StateSpec(
                name=f"s{n}", transitions=(TransitionSpec(key="go", events=("go",), targets=(f"s{(n + 1) % size}",)),)
            )
            for n in range(size)
        ),
    )


def nested(depth: int) -> StateSpec:
    """Two branches of `depth` states inside one another; `go`, on the outermost, changes branch."""

    def branch(name: str, other: str) -> StateSpec:
        path = "/".join([other, *(f"n{n}" for n in range(depth - 1))])
        spec = StateSpec(name=f"n{depth - 2}")
        for number in range(depth - 3, -1, -1):
            spec = StateSpec(name=f"n{number}", kind="compound", children=(spec,))
        leads = TransitionSpec(key="go", events=("go",), targets=(path,))
        return StateSpec(name=name, kind="compound", children=(spec,), transitions=(leads,))

    return StateSpec(name="", kind="compound", children=(branch("a", "b"), branch("b", "a")))


def regions(count: int) -> StateSpec:
    """A parallel state whose regions all change on `go`."""

    def region(name: str) -> StateSpec:
        there = TransitionSpec(key="go", events=("go",), targets=(f"p/{name}/y",))
        back = TransitionSpec(key="go", events=("go",), targets=(f"p/{name}/x",))
        inside = (StateSpec(name="x", transitions=(there,)), StateSpec(name="y", transitions=(back,)))
        return StateSpec(name=name, kind="compound", children=inside)

    inside = tuple(region(f"r{n}") for n in range(count))
    return StateSpec(name="", kind="compound", children=(StateSpec(name="p", kind="parallel", children=inside),))


def _theirs(root: StateSpec) -> Callable[[], None]:
    transitions = []

    def config(spec: StateSpec, path: str) -> dict[str, Any]:
        transitions.extend(["go", path, each.targets[0]] for each in spec.transitions)
        inside = [config(child, f"{path}/{child.name}") for child in spec.children]
        result: dict[str, Any] = {"name": spec.name}
        if inside:
            names = [child.name for child in spec.children]
            result |= {"children": inside, "initial": names if spec.kind == "parallel" else names[0]}
        return result

    states = [config(child, child.name) for child in root.children]
    model = Model()
    PathMachine(model, states=states, transitions=transitions, initial=root.children[0].name, auto_transitions=False)

    def steps() -> None:
        for _ in range(STEPS):
            model.trigger("go")

    return steps


def _ours(root: StateSpec) -> Callable[[], None]:
    chart, host = Chart(root), Bystander()
    begun = start(chart, host).configuration

    def steps() -> None:
        configuration = begun
        for _ in range(STEPS):
            configuration = fire(chart, configuration, {}, "go", host).configuration

    return steps


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Prints the table."""
    logging.disable(logging.CRITICAL)
    for title, root in {
        "flat, 12 states": flat(12),
        "flat, 300 states": flat(300),
        "nested, 4 deep": nested(4),
        "parallel, 3 regions": regions(3),
    }.items():
        ours, theirs = _ours(root), _theirs(root)
        times = [(_seconds(ours), _seconds(theirs)) for _ in range(ROUNDS)]
        best = [min(column) / STEPS * 1e6 for column in zip(*times, strict=True)]
        print(f"{title:22} interpreter {best[0]:6.1f}   transitions' trigger {best[1]:6.1f}")
    begun = time.perf_counter()
    Chart(flat(300))
    print(f"building a chart of 300 states: {(time.perf_counter() - begun) * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
