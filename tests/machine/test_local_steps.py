"""What is known of a step from another place is what walking it here would have found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from definitions.language.checks.context import CaseText
from definitions.language.library import Library, load_library
from tests.machine.random_definitions import written
from workflows.machine.explore import Map, Step, explore
from workflows.machine.interpreter import Outcome
from workflows.machine.local_steps import LocalSteps, Way

SHIPPED = Path(__file__).parents[2] / "definitions"
IN_REGIONS = ("construction-meter", "line-extension", "new-connection-standard")


def moves_of(found: Map) -> dict[str, list[str]]:
    """Every move from every place, in an order of its own."""
    return {
        repr(place): sorted(
            repr(
                (
                    move.step.event,
                    move.to,
                    [each.index for each in move.step.taken],
                    [(path, sorted(happened)) for path, happened in move.step.entered],
                    sorted(move.step.happened),
                    move.step.forgot,
                    move.step.known and [sorted(map(repr, case)) for case in move.step.known],
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

    def counting(steps: LocalSteps[Step], mask: int, event: str) -> list[Way[Step]] | None:
        known = recall(steps, mask, event)
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


def test_a_step_of_several_regions_is_not_walked_for_each_place_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    keep = LocalSteps.keep
    walks: list[str] = []

    def counting(
        steps: LocalSteps[Step], mask: int, event: str, found: Sequence[tuple[Step, Outcome]], heard: frozenset[str]
    ) -> None:
        walks.append(event)
        keep(steps, mask, event, found, heard)

    monkeypatch.setattr(LocalSteps, "keep", counting)
    case = CaseText(load_library(SHIPPED), "bankruptcy")  # what its docket raises is heard by its other regions
    found = explore(case.expanded, case.facts, case.data)
    assert len(walks) < len(found.moves) / 2


@pytest.mark.parametrize("seed", range(60))
def test_the_map_of_a_random_definition_is_the_one_of_walking_every_step(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, walked, _ = maps_of(written(seed), "example", monkeypatch)
    assert_same(found, walked)
