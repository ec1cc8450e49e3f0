"""The algorithm of W3C SCXML, appendix D, written down word for word on plain paths: slow, and the measure of the interpreter.

Only what decides configurations is here: no guards, no content. As in the interpreter, a transition's domain is found
once, before anything is left, and nothing outside it is entered (to the letter, a history would enter states that were
never left)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from workflows.machine.chart import StateSpec, TransitionSpec, matches


@dataclass
class Reference:
    """One run of the algorithm."""

    root: StateSpec
    active: set[str] = field(default_factory=set)
    history: dict[str, list[str]] = field(default_factory=dict)
    steps: list[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)
    running: bool = True

    def __post_init__(self) -> None:
        self.specs: dict[str, StateSpec] = dict(self._walk(self.root, ""))
        self.order = list(self.specs)
        self.queue: list[str] = []
        self.to_enter: set[str] = set()

    def _walk(self, spec: StateSpec, path: str) -> Iterator[tuple[str, StateSpec]]:
        yield path, spec
        for child in spec.children:
            yield from self._walk(child, f"{path}/{child.name}" if path else child.name)

    # -- the tree ---------------------------------------------------------------------------------------------------------

    def parent(self, path: str) -> str:
        return path.rpartition("/")[0]

    def ancestors(self, path: str) -> list[str]:
        result = []
        while path:
            path = self.parent(path)
            result.append(path)
        return result

    def is_inside(self, path: str, around: str) -> bool:
        return around in self.ancestors(path)

    def children(self, path: str) -> list[str]:
        return [each for each in self.order if each and self.parent(each) == path and self.kind(each) != "history"]

    def kind(self, path: str) -> str:
        return self.specs[path].kind

    def initial(self, path: str) -> list[str]:
        return list(self.specs[path].initial) or self.children(path)[:1]

    def atomic(self) -> list[str]:
        return [path for path in self.order if path in self.active and self.kind(path) in ("atomic", "final")]

    # -- running ----------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.active = {""}
        self.enter([("", tuple(self.initial("")), "")])
        self.macrostep()

    def fire(self, event: str) -> None:
        if not self.running:
            return
        self.microstep(self.select(event))
        self.macrostep()

    def macrostep(self) -> None:
        while self.running:
            enabled = self.select("")
            if not enabled:
                if not self.queue:
                    return
                enabled = self.select(self.queue.pop(0))
            self.microstep(enabled)
            assert len(self.steps) < 5000

    def select(self, event: str) -> list[tuple[str, TransitionSpec]]:
        enabled: list[tuple[str, TransitionSpec]] = []
        for state in self.atomic():
            found = self.first(state, event)
            if found is not None and found not in enabled:
                enabled.append(found)
        kept: list[tuple[str, TransitionSpec]] = []
        for one in enabled:
            preempted, removed = False, []
            for other in kept:
                if set(self.exit_set(one)) & set(self.exit_set(other)):
                    if self.is_inside(one[0], other[0]):
                        removed.append(other)
                    else:
                        preempted = True
                        break
            if not preempted:
                kept = [each for each in kept if each not in removed] + [one]
        return kept

    def first(self, state: str, event: str) -> tuple[str, TransitionSpec] | None:
        for around in [state, *self.ancestors(state)]:
            for transition in self.specs[around].transitions:
                if any(matches(each, event) for each in transition.events) or not (event or transition.events):
                    return around, transition
        return None

    def exit_set(self, one: tuple[str, TransitionSpec]) -> list[str]:
        if not one[1].targets:
            return []
        domain = self.domain(one)
        return [path for path in self.order if path in self.active and self.is_inside(path, domain)]

    def domain(self, one: tuple[str, TransitionSpec]) -> str:
        source, transition = one
        aims = self.effective(transition.targets)
        inside = all(self.is_inside(aim, source) for aim in aims)
        if transition.internal and self.kind(source) == "compound" and inside:
            return source
        for around in self.ancestors(source):
            if self.kind(around) == "compound" and all(self.is_inside(aim, around) for aim in aims):
                return around
        return ""

    def effective(self, targets: tuple[str, ...]) -> list[str]:
        result = []
        for target in targets:
            if self.kind(target) != "history":
                result.append(target)
            else:
                result += self.history.get(target) or self.effective(self.specs[target].default)
        return result

    def microstep(self, enabled: list[tuple[str, TransitionSpec]]) -> None:
        if not enabled:
            return
        leaving = {path for one in enabled for path in self.exit_set(one)}
        domains = [self.domain(one) if one[1].targets else "" for one in enabled]
        for path in self.order:
            if self.kind(path) == "history" and self.parent(path) in leaving:
                parent = self.parent(path)
                deep = [each for each in self.atomic() if self.is_inside(each, parent)]
                shallow = [each for each in self.children(parent) if each in self.active]
                self.history[path] = deep if self.specs[path].deep else shallow
        exited = tuple(path for path in reversed(self.order) if path in leaving)
        self.active -= leaving
        self.enter(
            [(source, one.targets, around) for (source, one), around in zip(enabled, domains, strict=True)], exited
        )

    def enter(self, taken: list[tuple[str, tuple[str, ...], str]], exited: tuple[str, ...] = ()) -> None:
        entering: set[str] = set()
        for _, targets, domain in taken:
            self.to_enter = set()
            for target in targets:
                self.descend(target)
            for target in self.effective(targets):
                self.ascend(target, domain)
            entering |= {path for path in self.to_enter if self.is_inside(path, domain)}
        entered = tuple(path for path in self.order if path in entering)
        for path in entered:
            self.active.add(path)
            if self.kind(path) == "final":
                self.completed(self.parent(path))
        self.steps.append((exited, entered))

    def completed(self, path: str) -> None:
        while self.in_final(path):
            if not path:
                self.running = False
                return
            self.queue.append(f"done.state.{path}")
            path = self.parent(path)
            if self.kind(path) != "parallel":
                return

    def in_final(self, path: str) -> bool:
        if self.kind(path) == "parallel":
            return all(self.in_final(child) for child in self.children(path))
        return any(self.kind(child) == "final" and child in self.active for child in self.children(path))

    def descend(self, path: str) -> None:
        if self.kind(path) == "history":
            found = self.history.get(path) or list(self.specs[path].default)
            for each in found:
                self.descend(each)
            for each in found:
                self.ascend(each, self.parent(path))
            return
        self.to_enter.add(path)
        if self.kind(path) == "compound":
            for each in self.initial(path):
                self.descend(each)
            for each in self.initial(path):
                self.ascend(each, path)
        elif self.kind(path) == "parallel":
            self.fill(path)

    def ascend(self, path: str, domain: str) -> None:
        for around in self.ancestors(path):
            if around == domain:
                return
            self.to_enter.add(around)
            if self.kind(around) == "parallel":
                self.fill(around)

    def fill(self, path: str) -> None:
        for child in self.children(path):
            if not any(self.is_inside(each, child) for each in self.to_enter):
                self.descend(child)
