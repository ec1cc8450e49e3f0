"""`headgate check`: one line a problem, a summary, and an exit code that scripts can trust."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from headgate.cli import command_line
from tests.language.folders import BASE

FINE = (
    "case: example\ntitle: Example\ninitial: waiting\nstates:\n  waiting: {on: {seen: done}}\n  done: {type: final}\n"
)
BROKEN = FINE.replace("seen: done", "seen: dome")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of definitions with nothing wrong in it."""
    shutil.copytree(BASE, tmp_path / "definitions")
    (tmp_path / "definitions" / "cases").mkdir()
    return tmp_path / "definitions"


def written(folder: Path, text: str) -> Path:
    """The case `example` in the folder."""
    file = folder / "cases" / "example.yaml"
    file.write_text(text)
    return file


def check(*arguments: str | Path) -> Result:
    """The command, run."""
    return CliRunner().invoke(command_line(["check"]), ["check", *map(str, arguments)])


def test_a_folder_with_nothing_wrong_ends_with_0(folder: Path) -> None:
    written(folder, FINE)
    result = check(folder)
    assert (result.exit_code, result.stdout) == (0, "No problems in 6 definitions.\n")


def test_an_error_is_told_with_its_place_and_ends_with_1(folder: Path) -> None:
    file = written(folder, BROKEN)
    result = check(folder)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f'{file}:5:24  no state is called "dome"; "done" is near  [unknown-target]',
        "1 error and no warnings in 6 definitions.",
    ]


def test_a_single_file_is_checked_in_its_folder(folder: Path) -> None:
    (folder / "tables" / "fee.yaml").write_text("table: fee\n")
    file = written(folder, BROKEN)
    result = check(file)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f'{file}:5:24  no state is called "dome"; "done" is near  [unknown-target]',
        "1 error and no warnings in 1 definition.",
    ]


def test_a_warning_alone_ends_with_0(folder: Path) -> None:
    shared = FINE.replace("states:", "on: {withdrawn: done}\nstates:").replace("on: {seen: done}", "title: Waiting")
    file = written(folder, shared)
    result = check(folder)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{file}:6:3  warning: nothing here leads out of “Waiting”, only what the whole case reacts to (withdrawn)"
        "  [shared-way-only]",
        "no errors and 1 warning in 6 definitions.",
    ]


def test_programs_read_the_problems_as_json(folder: Path) -> None:
    file = written(folder, BROKEN)
    result = check(folder, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {
            "file": str(file),
            "line": 5,
            "column": 24,
            "code": "unknown-target",
            "message": 'no state is called "dome"; "done" is near',
            "path": "states/waiting/on/seen",
            "severity": "error",
            "story": [],
        }
    ]


def test_nothing_wrong_is_an_empty_list_in_json(folder: Path) -> None:
    assert json.loads(check(folder, "--json").stdout) == []


def test_a_path_that_does_not_exist_is_said(folder: Path) -> None:
    result = check(folder / "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr
