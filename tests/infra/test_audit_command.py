"""`headgate audit`: what it says of a database that was tampered with, and its exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from headgate.cli import command_line
from store.engine import Store, open_store
from store.migrate import migrate
from store.sealing import seal
from store.tables.audit import Audit

AT = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A database with three sealed rows."""
    url = f"sqlite:///{tmp_path / 'headgate.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    store = open_store(url)
    migrate(store.engine)
    with store.writing() as session:
        for number in range(3):
            session.add(Audit(at=AT, person="rep", act="claim", object_kind="task", object_id=f"c-{number}.1"))
    with store.writing() as session:
        seal(session, 3, AT)
    return store


def said(*words: str) -> Result:
    return CliRunner().invoke(command_line(["audit"]), ["audit", *words])


def test_a_whole_audit_is_said_to_be_whole(store: Store) -> None:
    answer = said("verify")
    assert answer.exit_code == 0
    assert answer.output.startswith("3 rows are sealed, 0 wait to be")


def test_where_the_chain_breaks_is_said_with_code_3(store: Store) -> None:
    with store.writing() as session:
        session.connection().execute(text("DROP TRIGGER audit_no_update"))
        session.connection().execute(text("UPDATE audit SET person = 'somebody' WHERE id = 2"))
    answer = said("verify")
    assert answer.exit_code == 3
    assert "changed: row 2 is not what link 2 sealed" in answer.output


def test_an_anchor_shows_later_that_the_end_was_cut_off(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "anchor.json"
    assert said("anchor", "--out", str(file)).exit_code == 0
    assert json.loads(file.read_text())["link"] == 3
    assert said("verify", "--anchor", str(file)).exit_code == 0
    with store.writing() as session:
        for statement in ("DROP TRIGGER audit_seals_no_delete", "DROP TRIGGER audit_no_delete"):
            session.connection().execute(text(statement))
        session.connection().execute(text("DELETE FROM audit_seals WHERE no = 3"))
        session.connection().execute(text("DELETE FROM audit WHERE id = 3"))
    assert said("verify").exit_code == 0
    answer = said("verify", "--anchor", str(file))
    assert answer.exit_code == 3
    assert "its end was cut off" in answer.output


def test_what_is_no_anchor_is_refused_with_a_sentence(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "no-anchor.json"
    file.write_text("[]")
    answer = said("verify", "--anchor", str(file))
    assert answer.exit_code == 1
    assert "is no anchor" in answer.output
