"""`headgate migrate`: first what would become of each case, then done by a worker."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from desk import Desk
from test_migrating_cases import publish_renamed
from typer.testing import CliRunner

from headgate.cli import command_line
from store import people
from worker.keeping import Keeping, rounds

RUNNER = CliRunner()


@pytest.fixture
def ops(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk, with the command working on its database, and a user who may."""
    monkeypatch.setenv("DATABASE_URL", str(desk.world.store.engine.url))
    with desk.world.store.writing() as session:
        people.add_user(session, "ops", "Operator", roles=frozenset({"author"}), by="test", at=desk.now())
    return desk


async def migrate(*words: Any) -> Result:
    asked = ["migrate", "complaint", "--from", "1", "--to", "2", *map(str, words)]
    return await asyncio.to_thread(RUNNER.invoke, command_line(["migrate"]), asked)


async def test_without_run_it_says_what_would_become_of_each_case_and_changes_nothing(ops: Desk) -> None:
    case = (await ops.open("complaint")).case
    publish_renamed(ops)
    told = await migrate("--json")
    assert told.exit_code == 0, told.output
    (row,) = json.loads(told.stdout)
    assert (row["case"], row["state"], row["to_state"], row["refused"]) == (case, ["review"], ["checking"], None)
    assert "1 open cases would come over, 0 would be refused. Nothing has changed." in (await migrate()).output
    assert ops.steps(case) == ["opened"]


async def test_a_mapping_of_ones_own_is_taken_from_a_file_and_what_is_refused_ends_with_code_3(
    ops: Desk, tmp_path: Path
) -> None:
    await ops.open("complaint")
    publish_renamed(ops)
    file = tmp_path / "mapping.yaml"
    file.write_text("states: {review: answering}\ntasks: {review: withdrawn}\n")
    told = await migrate("--mapping", file)
    assert told.exit_code == 0, told.output
    assert "review → answering" in told.output
    file.write_text("states: {}\n")
    refused = await migrate("--mapping", file)
    assert refused.exit_code == 3
    assert "has no counterpart in version 2" in " ".join(refused.output.replace("│", " ").split())
    file.write_text("state: {}\n")
    wrong = await migrate("--mapping", file)
    assert (wrong.exit_code, "states" in wrong.output) == (1, True)


async def test_with_run_a_worker_brings_them_over_while_the_command_shows_how_far_it_is(ops: Desk) -> None:
    cases = [(await ops.open("complaint", key=str(key))).case for key in range(3)]
    publish_renamed(ops)
    assert "say who does it and why" in (await migrate("--run")).output
    async with rounds(Keeping(ops.world)):
        told = await migrate("--run", "--by", "ops", "--reason", "new words")
    assert told.exit_code == 0, told.output
    assert "is done: 3 migrated." in told.output
    assert [ops.steps(case) for case in cases] == [["opened", "migrated 1 to 2"]] * 3
    again = await migrate("--run", "--by", "ops", "--reason", "again")
    assert (again.exit_code, "no open case runs on version 1" in again.output) == (1, True)


async def test_a_version_that_was_never_published_is_said(ops: Desk) -> None:
    told = await migrate()
    assert (told.exit_code, "version 2 of 'complaint' was never published" in told.output) == (1, True)
