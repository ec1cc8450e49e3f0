"""`headgate report`: the lists that supervisors keep, as CSV."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headgate.cli import command_line
from store.engine import open_store
from store.migrate import migrate
from store.tables.connections import RegisterItem

RUNNER = CliRunner()


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with two interceptors and an assembly."""
    url = f"sqlite:///{tmp_path / 'headgate.db'}"
    monkeypatch.setenv("HEADGATE_HOME", str(tmp_path))
    monkeypatch.setenv("HEADGATE_DATABASE_URL", url)
    monkeypatch.setenv("DATABASE_URL", url)
    store = open_store(url)
    migrate(store.engine)
    with store.writing() as session:
        for number, (register, due) in enumerate(
            (("grease", "2026-04-05"), ("grease", "2026-06-05"), ("backflow", "2026-05-01")), 1
        ):
            session.add(
                RegisterItem(
                    id=f"r-{number}",
                    register_name=register,
                    kind="interceptor",
                    place="=2+2",
                    since=date(2026, 1, 5),
                    every_days=90,
                    due=date.fromisoformat(due),
                )
            )
    store.close()
    return tmp_path


def _told(*words: str) -> tuple[int, list[dict[str, str]]]:
    answer = RUNNER.invoke(command_line(["report"]), ["report", *words])
    return answer.exit_code, list(csv.DictReader(answer.stdout.splitlines()))


def test_the_grease_trap_list_names_what_is_due_first(database: Path) -> None:
    code, rows = _told("grease-traps")
    assert (code, [row["id"] for row in rows]) == (0, ["r-1", "r-2"])
    assert [row["id"] for row in _told("grease-traps", "--due-before", "2026-06-05")[1]] == ["r-1"]
    assert [row["id"] for row in _told("backflow")[1]] == ["r-3"]


def test_what_people_typed_is_no_formula_for_a_spreadsheet(database: Path) -> None:
    assert _told("backflow")[1][0]["place"] == "'=2+2"


def test_a_report_goes_to_a_file_and_a_wrong_month_or_day_is_said(database: Path) -> None:
    file = database / "list.csv"
    code, _ = _told("new-connections", "2026-03", "--output", str(file))
    assert (code, file.read_text().partition(",")[0]) == (0, "case")
    assert _told("new-connections", "March")[0] == 1
    assert _told("grease-traps", "--due-before", "soon")[0] == 1
