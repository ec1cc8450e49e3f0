"""Pictures of state machines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import pytest

from definitions.language.diagrams import edges, mermaid
from definitions.language.expand import walk
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from definitions.language.pictures import dot, places, svg, svg_with_notes

SVG = "{http://www.w3.org/2000/svg}"
TEXT = """
case: small
title: A small case & its picture
initial: review
on: {withdrawn: gone}
states:
  review: {task: {title: Review, queue: desk, outcomes: {fine: deciding, "no": {target: work, title: Not fine}}}}
  deciding: {choose: [{guard: today == today, target: done}, gone]}
  work:
    parallel:
      field: {initial: waiting, states: {waiting: {after: {3 days: over}}, over: {type: final}}}
      office: {initial: writing, states: {writing: {on: {written: over}}, over: {type: final}}}
    done: done
  done: {type: final}
  gone: {type: final}
"""


def small(text: str = TEXT) -> CaseDefinition:
    definition, problems = load_model(load(text, "small.yaml"), CaseDefinition)
    assert definition is not None, problems
    return definition


def test_the_picture_names_every_state_and_every_way() -> None:
    picture = svg(small())
    words = " ".join(ET.fromstring(picture).itertext())
    for word in ("Review", "Not fine", "after 3 days", "Written", "Withdrawn", "Waiting", "Gone"):
        assert word in words
    assert "<title>A small case &amp; its picture</title>" in picture


def test_a_way_says_its_title_and_its_guard_in_words() -> None:
    assert "[today is today]" in " ".join(ET.fromstring(svg(small())).itertext())


def test_a_timer_of_a_day_says_what_it_means_and_the_day_in_words() -> None:
    named = TEXT.replace(
        "{after: {3 days: over}}", "{at: {data.sign_by + 1 day: {target: over, title: It was not signed}}}"
    )
    assert [each.label for each in edges(small(named)) if each.source == "work/field/waiting"] == [
        "It was not signed (sign by + 1 day)"
    ]
    plain = TEXT.replace("{after: {3 days: over}}", "{at: {data.sign_by + 1 day: over}}")
    assert [each.label for each in edges(small(plain)) if each.source == "work/field/waiting"] == ["at sign by + 1 day"]


def test_the_same_definition_is_drawn_the_same() -> None:
    assert svg(small()) == svg(small())
    assert mermaid(small()) == mermaid(small())


def test_regions_are_dashed() -> None:
    assert 'subgraph "cluster_work" { label="Work"; style="dashed"' in dot(small())


def element(picture: str, title: str) -> list[dict[str, str]]:
    """The attributes of the lines of a state or a way, by the title that Graphviz gives it."""
    inside = (each for each in ET.fromstring(picture).iter(f"{SVG}g") if each.findtext(f"{SVG}title") == title)
    return [line.attrib for line in next(inside) if line.tag in (f"{SVG}path", f"{SVG}polygon")]


def test_the_present_state_is_filled_and_where_the_case_has_been_has_a_bold_line() -> None:
    picture = svg(small(), active=("work/field/waiting",), taken=("review", "work/field/waiting"))
    assert [(line["fill"], line["stroke-width"]) for line in element(picture, "work/field/waiting")] == [
        ("#fde68a", "2")
    ]
    assert [(line["fill"], line["stroke-width"]) for line in element(picture, "review")] == [("white", "2")]
    assert all("stroke-width" not in line for line in element(picture, "work/office/writing"))


def test_a_way_that_was_walked_is_bold_and_so_is_its_arrow() -> None:
    picture = svg(small(), walked=frozenset({("review", "deciding")}))
    line, arrow = element(picture, "review->deciding")
    assert line["stroke-width"] == arrow["stroke-width"] == "2.5"
    assert line["stroke"] == arrow["fill"] == "#0b5c7a"
    assert all("stroke-width" not in each for each in element(picture, "review->work/field/waiting"))


def test_marks_leave_the_picture_as_it_was_laid_out() -> None:
    plain, marked = svg(small()), svg(small(), active=("review",), walked=frozenset({("review", "deciding")}))
    places = [[line.attrib.get("d") for line in ET.fromstring(each).iter()] for each in (plain, marked)]
    assert places[0] == places[1]


def test_a_state_has_its_note_below_its_title_and_the_picture_stays_as_it_was_laid_out() -> None:
    picture = svg_with_notes(small(), {"review": "12 · 3 days", "work/field/waiting": "<1 day"})
    words = list(ET.fromstring(picture).itertext())
    assert "12 · 3 days" in words
    assert "<1 day" in words
    assert "room" not in picture
    other = svg_with_notes(small(), {"review": "13 · 3 days"})
    assert len(other.splitlines()) == len(picture.splitlines())


@pytest.mark.parametrize("with_notes", [False, True])
def test_each_state_stands_in_its_picture_where_its_place_says(with_notes: bool) -> None:
    found = places(small(), with_notes=with_notes)
    outer = {"work", "work/field", "work/office"}
    assert set(found) == {path for path, _state in walk(small())} - outer
    assert all(0 < share < 1 for place in found.values() for share in place)
    assert found["review"][1] < found["deciding"][1] < found["done"][1]


def test_mermaid_shows_regions_beside_each_other() -> None:
    assert "    state work {\n" in mermaid(small())
    assert "\n        --\n" in mermaid(small())


def test_many_pictures_are_drawn_at_the_same_moment() -> None:
    definitions = [small().model_copy(update={"title": f"Case {number}"}) for number in range(12)]
    states = ("review", "done", "gone")
    wanted = [(each, (states[number % 3],)) for number, each in enumerate(definitions)]
    with ThreadPoolExecutor(max_workers=6) as threads:
        drawn = list(threads.map(lambda each: svg(each[0], active=each[1]), wanted))
    assert [f"<title>Case {number}</title>" in picture for number, picture in enumerate(drawn)] == [True] * 12
