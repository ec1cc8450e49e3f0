"""What differs between two versions: states and ways, and lines of the text."""

from __future__ import annotations

from definitions.language.comparison import difference, lines
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from definitions.language.pictures import svg

BEFORE = """\
case: lost-key
title: Lost key
initial: looking
states:
  looking:
    task: {title: Look for it, queue: desk, outcomes: {found: done, gone: ordering}}
  ordering:
    after: {5 days: done}
  done: {type: final}
"""
AFTER = BEFORE.replace("gone: ordering", "gone: cutting").replace("  ordering:\n    after: {5 days: done}\n", "") + (
    "  cutting:\n    task: {title: Cut a new one, queue: desk, outcomes: {cut: done}}\n"
)


def _read(text: str) -> CaseDefinition:
    found, problems = load_model(load(text, "x.yaml"), CaseDefinition)
    assert found is not None, problems
    return found


def test_states_that_came_went_and_changed_are_told_apart() -> None:
    told = difference(_read(BEFORE), _read(AFTER))
    assert (told.added, told.removed, told.changed) == ({"cutting"}, {"ordering"}, {"looking"})
    assert {(way.source, way.target) for way in told.ways_added} == {("looking", "cutting"), ("cutting", "done")}
    assert {(way.source, way.target) for way in told.ways_removed} == {("looking", "ordering"), ("ordering", "done")}


def test_a_definition_does_not_differ_from_itself_whatever_its_comments() -> None:
    told = difference(_read(BEFORE), _read(f"# a comment\n{BEFORE}"))
    assert (told.in_states, told.elsewhere) == (False, ())


def test_what_differs_beside_the_states_is_named() -> None:
    told = difference(_read(BEFORE), _read(BEFORE.replace("title: Lost key", "title: A lost key\nlaws: [x]", 1)))
    assert (told.in_states, told.elsewhere) == (False, ("title", "laws"))


def test_a_change_inside_a_state_is_not_one_of_the_state_around_it() -> None:
    nested = (
        "case: x\ntitle: X\ninitial: outer\nstates:\n  outer:\n    initial: inner\n    states:\n"
        "      inner: {after: {%s: done}}\n  done: {type: final}\n"
    )
    assert difference(_read(nested % "5 days"), _read(nested % "6 days")).changed == {"outer/inner"}


def test_changed_lines_have_their_numbers_on_both_sides_and_a_few_lines_around() -> None:
    before = "".join(f"line {number}\n" for number in range(1, 21))
    found = lines(before, before.replace("line 10\n", "line ten\nline ten and a half\n"))
    changed = [(line.kind, line.old, line.new, line.text) for line in found if line.kind in ("added", "removed")]
    assert changed == [
        ("removed", 10, None, "line 10"),
        ("added", None, 10, "line ten"),
        ("added", None, 11, "line ten and a half"),
    ]
    assert [line.text for line in found if line.kind == "same"] == [f"line {n}" for n in (7, 8, 9, 11, 12, 13)]
    assert found[0].kind == "gap"
    assert lines(before, before) == []


def test_marks_in_the_picture_are_signs_and_not_colours_alone() -> None:
    told = difference(_read(BEFORE), _read(AFTER))
    drawn = svg(
        _read(AFTER),
        changes=dict.fromkeys(told.added, "added") | dict.fromkeys(told.changed, "changed"),
        way_changes=dict.fromkeys(told.ways_added, "added"),
    )
    for label in (">+ Cut a new one<", ">~ Look for it<", "> + Gone<", "> + Cut<"):
        assert label in drawn, label
