"""Steps that never end are told, whatever else changes on the way round; steps that end are not."""

from __future__ import annotations

import pytest

from tests.language.folders import said

HEAD = """case: example
title: Example
data: {sure: {type: boolean, required: true}, visits: integer, cause: {enum: [leak, usage]}}
initial: one
states:
  done: {type: final}
  two: {on: {seen: done}}
"""
ROUND = "this goes round and never waits: “One” → “One”; one of them must wait for a task, a timer or an event"


def circles(one: str) -> list[str]:
    """What is said of circles in a definition that opens in the state `one`."""
    return [line for line in said(f"{HEAD}  one: {{{one}}}\n") if "[endless-loop]" in line]


@pytest.mark.parametrize(
    ("one", "place"),
    [
        ("choose: [one]", "8:18"),
        ("entry: [assign: {cause: leak}], choose: [{guard: data.sure, target: two}, one]", "8:83"),
        ("entry: [assign: {sure: false}], choose: [{guard: data.sure, target: two}, one]", "8:83"),
        ("choose: [{guard: data.sure, target: two}, {target: one, actions: [assign: {sure: false}]}]", "8:51"),
        (
            "choose: [{guard: 'has(data.visits) && data.visits > 3', target: two}, "
            "{target: one, actions: [assign: {visits: 3}]}]",
            "8:79",
        ),
        ("on: {go: {actions: [raise: {event: go}]}, seen: done}", "8:18"),
        ("on: {go: {actions: [raise: {event: go}, raise: {event: go}]}, seen: done}", "8:18"),
        ("on: {go: {guard: data.sure, actions: [raise: {event: go}]}, seen: done}", "8:18"),
    ],
)
def test_a_circle_that_nothing_can_end_is_told(one: str, place: str) -> None:
    assert circles(one) == [f"{place} {ROUND} [endless-loop]"]


@pytest.mark.parametrize(
    "one",
    [
        "choose: [{guard: data.sure, target: two}, {target: one, actions: [assign: {sure: true}]}]",
        "choose: [{guard: data.sure, target: two}, {target: one, actions: [assign: {sure: =!data.sure}]}]",
        "choose: [{guard: '!has(data.cause)', target: two}, {target: one, actions: [assign: {cause: null}]}]",
        "choose: [{guard: 'has(data.visits) && data.visits > 3', target: two}, "
        "{target: one, actions: [assign: {visits: 4}]}]",
        "entry: [raise: {event: go}, raise: {event: go}], on: {go: {actions: [letter: {template: answer}]}, seen: two}",
        "entry: [raise: {event: go}], on: {go: two}",
    ],
)
def test_a_circle_that_ends_is_not_told(one: str) -> None:
    assert circles(one) == []
