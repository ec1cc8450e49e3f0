"""What is known of a step from another place is what walking it here would have found."""

from __future__ import annotations

from pathlib import Path

import pytest

from definitions.language.checks.context import CaseText
from definitions.language.library import Library, load_library
from tests.machine.random_definitions import written
from workflows.machine.explore import Map, Move, explore
from workflows.machine.local_steps import History, LocalSteps, Way

SHIPPED = Path(__file__).parents[2] / "definitions"
IN_REGIONS = ("construction-meter", "line-extension", "new-connection-standard")


def moves_of(found: Map) -> dict[object, list[str]]:
    """Every move from every place, in an order of its own."""
    return {
        place: sorted(
            repr(
                (
                    move.event,
                    move.to,
                    [each.index for each in move.taken],
                    [(path, sorted(happened)) for path, happened in move.entered],
                    sorted(move.happened),
                    move.forgot,
                    move.known and [sorted(map(repr, case)) for case in move.known],
                )
            )
            for move in moves
        )
        for place, moves in found.moves.items()
    }


def loops_of(found: Map) -> set[tuple[int, ...]]:
    """The loops, by the transitions that follow each other."""
    return {tuple(each.index for each in loop) for loop in found.loops}


def maps_of(library: Library, name: str, patch: pytest.MonkeyPatch) -> tuple[Map, Map, int]:
    """The map as it is found, the map when nothing is known from elsewhere, and how many steps were known."""
    case = CaseText(library, name)
    recall = LocalSteps.recall
    recalled: list[object] = []

    def counting(steps: LocalSteps[Move], mask: int, history: History, event: str) -> list[Way[Move]] | None:
        known = recall(steps, mask, history, event)
        recalled.extend([known] if known is not None else [])
        return known

    patch.setattr(LocalSteps, "recall", counting)
    found = explore(case.expanded, case.facts, case.data)
    patch.setattr(LocalSteps, "recall", lambda *_: None)
    return found, explore(case.expanded, case.facts, case.data), len(recalled)


def assert_same(found: Map, walked: Map) -> None:
    """Asserts that two maps say the same."""
    assert moves_of(found) == moves_of(walked)
    assert (found.entered, found.used, loops_of(found)) == (walked.entered, walked.used, loops_of(walked))


@pytest.mark.parametrize("name", IN_REGIONS)
def test_the_map_of_a_shipped_definition_is_the_one_of_walking_every_step(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, walked, recalled = maps_of(load_library(SHIPPED), name, monkeypatch)
    assert recalled
    assert_same(found, walked)


@pytest.mark.parametrize("seed", range(60))
def test_the_map_of_a_random_definition_is_the_one_of_walking_every_step(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, walked, _ = maps_of(written(seed), "example", monkeypatch)
    assert_same(found, walked)
