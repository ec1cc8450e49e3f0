"""The conformance tests of jbeard4/scxml-test-framework (licence beside them); more of its files may be added."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scxml import Event, Session, read

FOLDER = Path(__file__).parent / "statecharts"
FILES = sorted(FOLDER.rglob("*.scxml"))


def test_the_given_conformance_tests_are_all_there() -> None:
    assert len(FILES) >= 24
    assert all(file.with_suffix(".json").exists() for file in FILES)
    assert (FOLDER / "LICENSE.txt").exists()


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(FOLDER).with_suffix("")) for file in FILES])
def test_a_statechart_behaves_as_scxml_says(file: Path) -> None:
    script = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    session = Session(read(file))
    assert session.start() == set(script["initialConfiguration"]), "at the start"
    for number, step in enumerate(script["events"], 1):
        session.wait(step.get("after", 0))
        event = Event(step["event"]["name"], **({"data": step["event"]["data"]} if "data" in step["event"] else {}))
        active = session.fire(event)
        assert active == set(step["nextConfiguration"]), f"after event {number}, {event.name}: {session.trace}"
