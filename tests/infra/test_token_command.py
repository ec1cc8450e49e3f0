"""`headgate token`: makes tokens, lists what a user is signed in with, and ends it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headgate.cli import command_line
from store import people
from store.engine import Store

AT = datetime(2026, 3, 9, 15, 30, tzinfo=UTC)


@pytest.fixture
def store(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    with sqlite_store.writing() as session:
        people.add_user(session, "rep", "Rosa", roles=frozenset({"rep"}), by="test", at=AT)
    monkeypatch.setenv("DATABASE_URL", sqlite_store.engine.url.render_as_string(hide_password=False))
    return sqlite_store


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(command_line(["token"]), ["token", *words])
    return done.exit_code, done.output


def test_a_token_is_made_listed_by_its_label_and_ended(store: Store, tmp_path: Path) -> None:
    _code, token = run("rep", "--days", "7", "--label", "nightly export")
    listed = run("rep", "--list")[1]
    assert "nightly" in listed
    assert token.strip() not in listed
    [id_] = re.findall(r"t-[0-9a-f]{12}", listed)
    assert run("rep", "--revoke", id_) == (0, "1 ended\n")
    with store.reading() as session:
        assert people.sign_in_of(session, token.strip(), datetime.now(UTC)) is None
    code, said = run("rep", "--revoke", id_)
    assert (code, "no session or token" in said) == (1, True)


def test_all_of_them_end_at_once(store: Store) -> None:
    run("rep")
    run("rep")
    assert run("rep", "--revoke", "all") == (0, "2 ended\n")
