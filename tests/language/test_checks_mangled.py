"""Whatever a slip makes of a definition, the checker answers with problems at places in the text, and never breaks."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from definitions.language.library import load_library
from definitions.language.loader import load
from workflows.machine.checking import check_text

LIBRARY = load_library(Path(__file__).parents[2] / "definitions")
SHIPPED = LIBRARY.source("high-consumption")
LINES = SHIPPED.splitlines()
SIGNS = "{}[]:,-\"'#|>&*!?% =.aZ0"
Node = tuple[str | int, ...]


def slipped(chance: random.Random) -> str:
    """The shipped definition after one or two slips of the hand: lines lost, doubled, moved in, signs typed or left out."""
    lines = list(LINES)
    for _ in range(chance.choice((1, 2))):
        at = chance.randrange(len(lines))
        line, column = lines[at], chance.randrange(len(lines[at]) + 1)
        lines[at : at + 1] = chance.choice(
            (
                [],
                [line, chance.choice(LINES)],
                [line[:column] + line[column + 1 :]],
                [line[:column] + chance.choice(SIGNS) + line[column:]],
                [line[2:]],
                [f"  {line}"],
                [f"{line.partition(':')[0]}: {chance.choice(('', '[]', '{}', '5', 'history', '=data.read', '!x'))}"],
            )
        )
    return "\n".join(lines)


def exchanged(chance: random.Random) -> str:
    """The shipped definition with parts taken out, or put where they do not belong, as JSON, which is YAML too."""
    value = load(SHIPPED, "shipped.yaml").value
    parts = list(nodes(value))
    for _ in range(chance.choice((1, 2, 3))):
        place = chance.choice([path for path, _ in nodes(value) if path])
        around: Any = value
        for key in place[:-1]:
            around = around[key]
        of_the_same_key = [part for path, part in parts if path[-1:] == place[-1:]]
        part = chance.choice(of_the_same_key or [part for _, part in parts])
        if chance.random() < 0.3:
            del around[place[-1]]
        else:
            around[place[-1]] = deepcopy(part if chance.random() < 0.6 else chance.choice(parts)[1])
    return json.dumps(value, indent=1)


def nodes(value: Any, path: Node = ()) -> Iterator[tuple[Node, Any]]:
    """Every part of a value with the keys that lead to it."""
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from nodes(inner, (*path, key))


@pytest.mark.parametrize("mangle", [slipped, exchanged])
@pytest.mark.parametrize("seed", range(40))
def test_a_mangled_definition_has_problems_at_places_in_its_text(mangle: Any, seed: int) -> None:
    text = mangle(random.Random(seed))
    lines = [*text.splitlines(), ""]
    for problem in check_text(LIBRARY, text, "mangled.yaml"):
        assert problem.file == "mangled.yaml"
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.message


def test_a_schedule_row_that_does_nothing_is_said() -> None:
    row = "  a: {schedule: [{id: 1, do: {}}], done: b}"
    text = f"case: example\ntitle: Example\ninitial: a\nstates:\n{row}\n  b: {{type: final}}\n"
    [problem] = check_text(LIBRARY, text, "example.yaml")
    assert str(problem) == (
        "example.yaml:5:30  an action is a name, or a name with its arguments: {letter: {template: answer}}  [wrong-value]"
    )


@pytest.mark.parametrize("field", ["{type: money, long: true}", "{type: text, many: true, long: true}"])
def test_only_a_single_text_is_long(field: str) -> None:
    text = f"case: example\ntitle: Example\ndata:\n  a: {field}\ninitial: a\nstates:\n  a: {{type: final}}\n"
    [problem] = check_text(LIBRARY, text, "example.yaml")
    assert str(problem) == "example.yaml:4:6  only a single text is long: {type: text, long: true}  [wrong-value]"
