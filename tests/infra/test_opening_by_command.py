"""A command on a database that is not there, not reachable or not up to date says so in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from headgate.cli import command_line
from store.engine import open_store
from store.migrate import migrate, migrate_down

COMMANDS = (
    ["user", "list"],
    ["reconcile"],
    ["token", "rep"],
    ["run", "aging"],
    ["report", "grease-traps"],
    ["laws"],
    ["migrate", "complaint", "--from", "1", "--to", "2"],
)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the database of the commands would be."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'headgate.db'}")
    return tmp_path / "headgate.db"


def said(words: list[str]) -> str:
    told = CliRunner().invoke(command_line(words), words)
    assert told.exit_code == 1, told.output
    assert isinstance(told.exception, SystemExit), told.exception
    assert len(told.output.strip().splitlines()) == 1, told.output
    return told.output


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_without_a_database_a_command_says_what_makes_one(file: Path, words: list[str]) -> None:
    assert "there is no database yet" in said(words)
    assert not file.exists()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_database_that_is_not_migrated_is_said(file: Path, words: list[str]) -> None:
    file.touch()
    assert "no tables of Headgate yet: run `headgate upgrade`" in said(words)


def test_a_database_of_an_earlier_release_is_said(file: Path) -> None:
    store = open_store(f"sqlite:///{file}")
    migrate(store.engine)
    migrate_down(store.engine, "-1")
    store.close()
    assert "this release needs" in said(["user", "list"])


def test_a_database_that_cannot_be_reached_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert "the database cannot be reached" in said(["user", "list"])
    monkeypatch.setenv("DATABASE_URL", "mysql://nobody@127.0.0.1:1/nothing")
    assert "Headgate works with sqlite:// and postgresql+psycopg://" in said(["user", "list"])


def test_a_temporal_server_that_does_not_answer_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    store = open_store(f"sqlite:///{file}")
    migrate(store.engine)
    store.close()
    assert "no Temporal server answers at 127.0.0.1:1" in said(["reconcile"])
