"""What counts for a law on the untimed order of states: a letter of an earlier step, not of the same one."""

from __future__ import annotations

import pytest

from tests.language.folders import said

HEAD = """case: example
title: Example
laws: [shut-off]
initial: noticing
states:
  locked: {title: Locked off, tags: [locked-off], on: {paid: done}}
  done: {type: final}
"""
LAW = "law: shut-off\ntitle: Law\nbefore: locked-off\nrules:\n  - {{id: R-1, source: Policy 1, require: {}}}\n"
REACHED = "6:37 “Locked off” (locked-off) can be reached"
SAME_STEP = f"{REACHED} in the same step as letter final-notice, too soon for the law (R-1, Policy 1) [law-broken]"


def test_a_letter_that_is_written_on_the_way_in_cannot_have_been_mailed() -> None:
    assert said(f"{HEAD}  noticing: {{entry: [letter: {{template: final-notice}}], choose: [locked]}}\n") == [
        SAME_STEP,
        "  the case is opened → “Locked off”",
    ]


def test_a_letter_on_the_transition_itself_comes_too_late() -> None:
    way = "go: {target: locked, actions: [letter: {template: final-notice}]}"
    assert said(f"{HEAD}  noticing: {{on: {{{way}, paid: done}}}}\n") == [
        SAME_STEP,
        "  the case is opened → “Noticing”",
        "  go → “Locked off”",
    ]


def test_a_letter_of_an_earlier_step_keeps_the_law() -> None:
    assert said(f"{HEAD}  noticing: {{entry: [letter: {{template: final-notice}}], on: {{go: locked}}}}\n") == []


@pytest.mark.parametrize(
    ("require", "entry", "sentence"),
    [
        ("call made", "record: {what: call made}", None),
        ("3 days since call made", "record: {what: call made}", "in the same step as call made, too soon for the law"),
        ("call made", "letter: {template: answer}", "without call made, which the law asks for"),
        (
            "3 days since (call made or letter answer mailed)",
            "letter: {template: final-notice}",
            "without call made or l",
        ),
    ],
)
def test_what_is_recorded_counts_at_once_unless_days_must_pass(require: str, entry: str, sentence: str | None) -> None:
    found = said(f"{HEAD}  noticing: {{entry: [{entry}], choose: [locked]}}\n", laws__shut_off=LAW.format(require))
    assert found == [] if sentence is None else found[0].startswith(f"{REACHED} {sentence}")
