"""Case definitions by chance: nested states, regions, history, decisions, tasks, timers, raised events, a law."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from definitions.language.checks.check import check_case_text
from definitions.language.library import Library, load_library
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from tests.language.folders import BASE

LIBRARY = load_library(BASE)
EVENTS = ("seen", "paid", "called")
WORDS = ("leak", "usage", "misread")
GUARDS = (
    'has(data.cause) && data.cause == "leak"',
    'has(data.cause) && data.cause != "usage"',
    "!has(data.cause)",
    "has(data.visits) && data.visits > 2",
    "!(has(data.visits) && data.visits > 2)",
    "data.sure",
)


def definition(chance: random.Random) -> dict[str, Any]:
    """A definition as the mapping that its YAML would be."""
    return _Author(chance).definition()


class _Author:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.shape = self._shape("s", 0)
        self.paths = list(_paths(self.shape, ""))

    def definition(self) -> dict[str, Any]:
        chance = self.chance
        found: dict[str, Any] = {
            "case": "example",
            "title": "Example",
            "laws": ["shut-off"],
            "data": {
                "account": {"type": "account", "required": True},
                "sure": {"type": "boolean", "required": True},
                "cause": {"enum": list(WORDS)},
                "visits": "integer",
            },
            "holds": {"bankruptcy": chance.choice(("freeze", "extend", "none"))},
            "initial": chance.choice(list(self.shape)),
            "on": {event: self._way(list(self.shape), in_root=True) for event in EVENTS if chance.random() < 0.3},
            "states": {**self._states(self.shape), "end": {"type": "final"}},
        }
        if chance.random() < 0.3:
            found["reopen"] = {"target": chance.choice(list(self.shape)), "roles": ["rep"]}
        return found

    # -- which states there are -------------------------------------------------------------------------------------------

    def _shape(self, prefix: str, depth: int) -> dict[str, Any]:
        """Names of states with their kind: a word, states inside, or regions under the key `/`."""
        kinds = ["task", "task", "wait", "wait", "decision"]
        kinds += ["inner", "inner"] if depth < 2 else []
        kinds += ["regions"] if depth < 1 else []
        shape: dict[str, Any] = {}
        for number in range(self.chance.randint(2, 4)):
            name = f"{prefix}{number}"
            kind = self.chance.choice(kinds)
            if kind == "inner":
                shape[name] = self._shape(f"{name}x", depth + 1)
            elif kind == "regions":
                shape[name] = {"/": {f"{name}r{each}": self._shape(f"{name}r{each}x", depth + 1) for each in (1, 2)}}
            else:
                shape[name] = kind
        return shape

    # -- what they do -----------------------------------------------------------------------------------------------------

    def _states(self, shape: dict[str, Any]) -> dict[str, Any]:
        return {name: self._state(kind, list(shape)) for name, kind in shape.items()}

    def _state(self, kind: Any, beside: list[str]) -> dict[str, Any]:
        chance = self.chance
        state: dict[str, Any] = {"entry": self._actions()}
        if chance.random() < 0.15:
            state["tags"] = ["locked-off"]
        if chance.random() < 0.2:
            state["exit"] = self._actions()
        if kind == "decision":
            branches = [self._way(beside) | {"guard": chance.choice(GUARDS)} for _ in range(chance.randint(0, 2))]
            return state | {"choose": [*branches, {"target": chance.choice(beside), "actions": self._actions()}]}
        names = (*EVENTS, "held", "released")
        state["on"] = {event: [self._way(beside)] for event in names if chance.random() < 0.15}
        if kind == "task":
            outcomes = {f"o{each}": self._way(beside) for each in range(chance.randint(1, 3))}
            form = {"cause": "optional"}
            state["task"] = {"title": "Task", "queue": "customer-service", "form": form, "outcomes": outcomes}
            if chance.random() < 0.2:
                state["task"]["take-back"] = "1 day"
        elif kind == "wait":
            state["on"][chance.choice(names)] = [self._way(beside)]
            state["after"] = {f"{chance.randint(1, 9)} days": self._way(beside) for _ in range(chance.randint(0, 2))}
        elif "/" in kind:
            state["parallel"] = {name: self._region(inner, None) for name, inner in kind["/"].items()}
            state["done"] = self._way(beside, guarded=False)
        else:
            state |= self._region(kind, chance.choice((None, "shallow", "deep")))
            state["done"] = self._way(beside, guarded=False)
        return state

    def _region(self, shape: dict[str, Any], history: str | None) -> dict[str, Any]:
        states = self._states(shape) | {"fin": {"type": "final"}}
        first = self.chance.choice(list(shape))
        if history is not None:
            states["back"] = {"type": "history", "history": history, "default": first}
        return {"initial": first, "states": states}

    def _way(self, beside: list[str], *, guarded: bool = True, in_root: bool = False) -> dict[str, Any]:
        chance = self.chance
        anywhere = ["end", chance.choice(self.paths), chance.choice(beside), *([] if in_root else ["history", "fin"])]
        target = chance.choice(beside) if chance.random() < 0.5 else chance.choice(anywhere)
        way: dict[str, Any] = {"target": "end" if target == "fin" and not beside[0][1:].count("x") else target}
        if guarded and chance.random() < 0.5:
            way["guard"] = chance.choice(GUARDS)
        return way | {"actions": self._actions()}

    def _actions(self) -> list[dict[str, Any]]:
        chance = self.chance
        if chance.random() > 0.25:
            return []
        return [
            chance.choice(
                (
                    {"letter": {"template": "final-notice"}},
                    {"letter": {"template": "answer"}},
                    {"assign": {"cause": chance.choice(WORDS)}},
                    {"assign": {"cause": None}},
                    {"assign": {"visits": chance.randint(0, 5)}},
                    {"raise": {"event": chance.choice(EVENTS)}},
                )
            )
        ]


def _paths(shape: dict[str, Any], prefix: str) -> Iterator[str]:
    for name, kind in shape.items():
        yield f"{prefix}{name}"
        if isinstance(kind, dict) and "/" in kind:
            for region, inner in kind["/"].items():
                yield from _paths(inner, f"{prefix}{name}/{region}/")
        elif isinstance(kind, dict):
            yield from _paths(kind, f"{prefix}{name}/")


def written(seed: int) -> Library:
    """The base folder with a random definition whose text has no error."""
    chance = random.Random(seed)
    while True:
        text = json.dumps(definition(chance), indent=1)
        document = load(text, "example.yaml")
        model, problems = load_model(document, CaseDefinition)
        assert model is not None, problems
        library = replace(
            LIBRARY,
            cases={"example": model},
            documents={**LIBRARY.documents, ("cases", "example"): document},
            sources={**LIBRARY.sources, ("cases", "example"): text},
        )
        wrong = {each.code for each in check_case_text(library, "example") if each.severity == "error"}
        assert wrong <= {"unknown-event"}, wrong  # an event is raised that nothing reacts to: written anew
        if not wrong:
            return library
