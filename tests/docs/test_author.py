"""The worked example of the author's guide, taken from the page itself: checked, and played through."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from definitions.language.library import load_library
from workflows.machine.case import Case
from workflows.machine.checking import check_case, check_texts
from workflows.machine.events import Message, Outcome
from workflows.machine.machine import Machine

ROOT = Path(__file__).parents[2]
PACIFIC = ZoneInfo("America/Los_Angeles")
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=PACIFIC)
ACCOUNT = {"id": "a-1", "class": "residential", "confidential": False}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("author") / "definitions"
    shutil.copytree(ROOT / "definitions", folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    page = (ROOT / "docs" / "author.md").read_text(encoding="utf-8")
    found = re.search(r"```yaml\n# cases/returned-mail.yaml\n(.*?)```", page, re.DOTALL)
    assert found is not None
    (folder / "cases" / "returned-mail.yaml").write_text(found[1], encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def machine(folder: Path) -> Machine:
    return Machine(load_library(folder).compile("returned-mail"))


@pytest.fixture
def case(machine: Machine) -> Case:
    return machine.start(case_id="c-1", data={"account": ACCOUNT}, at=MONDAY, by="rep")[0]


def test_the_example_has_no_problems(folder: Path) -> None:
    library = load_library(folder)
    found = [*check_texts(library), *check_case(library, "returned-mail")]
    assert [str(problem) for problem in found] == []


def test_an_address_that_is_found_is_entered_and_ends_the_case(machine: Machine, case: Case) -> None:
    case, _ = machine.fire(case, Outcome(run=1, outcome="found", by="rep", form={"address": "2 Elm"}), {}, MONDAY)
    assert case.state == ("entering",)
    case, _ = machine.fire(case, Outcome(run=2, outcome="done", by="rep", form={"address": "2 Elm"}), {}, MONDAY)
    assert case.outcome == "updated"


def test_after_a_door_tag_the_case_ends_by_a_call_or_ten_business_days_later(machine: Machine, case: Case) -> None:
    case, _ = machine.fire(case, Outcome(run=1, outcome="not-found", by="rep"), {}, MONDAY)
    case, _ = machine.fire(case, Outcome(run=2, outcome="left", by="crew"), {}, MONDAY)
    called, _ = machine.fire(case, Message(name="customer-called", by="rep"), {}, MONDAY)
    assert called.state == ("entering",)
    due = machine.next_due(case)
    assert due is not None
    assert due.astimezone(PACIFIC).date().isoformat() == "2026-03-23"
    (timer,) = machine.due_events(case, due)
    assert machine.fire(case, timer, {}, due)[0].outcome == "unanswered"
