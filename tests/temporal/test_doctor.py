"""`headgate doctor` on a real installation: all well, and each thing that may be wrong with what would help."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from desk import Desk
from sqlalchemy import URL
from sqlmodel import col, select
from typer.testing import CliRunner

from headgate import assets
from headgate.cli import command_line
from headgate.examination import clock
from headgate.examination.database import time_of
from headgate.examination.machine import disk, scripts
from headgate.settings import Settings
from store import people
from store.engine import open_store
from store.migrate import migrate, migrate_down
from store.tables.cases import CaseRow, Incident
from store.tables.outbox import EffectRow
from store.tables.utility import Account, Customer

RUNNER = CliRunner()


@pytest.fixture
def installed(desk: Desk, temporal_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk as an installation that the command's settings name."""
    monkeypatch.setenv("HEADGATE_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", str(desk.world.store.engine.url))
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    monkeypatch.setenv("HEADGATE_TASK_QUEUE", desk.world.task_queue)
    with desk.world.store.writing() as session:
        people.add_user(session, "ops", "Operator", roles=frozenset({"admin"}), by="test", at=desk.now())
    return desk


async def doctor() -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and the findings that are not well, by part."""
    told = await asyncio.to_thread(RUNNER.invoke, command_line(["doctor"]), ["doctor", "--json"])
    assert told.exception is None or isinstance(told.exception, SystemExit), told.exception
    return told.exit_code, {each["part"]: each for each in json.loads(told.stdout) if each["verdict"] != "well"}


async def test_an_installation_that_is_well_is_told_so(installed: Desk) -> None:
    await installed.open("complaint")
    assert await doctor() == (0, {})
    shown = await asyncio.to_thread(RUNNER.invoke, command_line(["doctor"]), ["doctor"])
    assert "Nothing wrong, nothing to look at." in shown.output


async def test_without_a_worker_it_says_what_to_start(installed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_TASK_QUEUE", "nobodys")
    code, found = await doctor()
    assert (code, found["workflow worker"]["says"]) == (3, "none asks for work")
    assert "headgate worker" in found["activity worker"]["remedy"]


async def test_a_namespace_that_is_not_there_and_a_server_that_does_not_answer_are_said(
    installed: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nowhere")
    code, found = await doctor()
    assert (code, found["namespace"]["says"]) == (3, "there is no nowhere")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    code, found = await doctor()
    assert (code, found["Temporal"]["says"]) == (3, "no server answers at 127.0.0.1:1")


async def test_what_was_left_over_is_told_with_who_takes_it_up(installed: Desk) -> None:
    long_ago = installed.now() - timedelta(hours=1)
    case = (await installed.open("complaint")).case
    with installed.world.store.writing() as session:
        row = session.get_one(CaseRow, case)
        row.next_due = long_ago
        session.add(row)
        session.add(
            Incident(
                id="in-1", case_id=case, step_no=1, effect_no=1, action="letter", code="no-address",
                sentence="there is no address", opened_at=long_ago,
            )
        )  # fmt: skip
        session.add(EffectRow(case_id=case, step_no=9, effect_no=1, kind="action", name="letter", made_at=long_ago))
    code, found = await doctor()
    assert code == 3
    assert found["incidents"]["says"] == "1 keep failing"
    assert found["timers"]["says"] == "1 cases have a timer that should have come"
    assert found["effects"]["says"] == "1 wait to be carried out"
    assert found["rows"]["says"] == "1 effects of steps that are not there"
    assert "reconcile" in found["rows"]["remedy"]


async def test_cases_without_a_workflow_are_told_by_their_number(installed: Desk) -> None:
    for number in range(7):
        case = (await installed.open("complaint", key=str(number))).case
        await installed.world.client.get_workflow_handle(case).terminate("lost")
    async with asyncio.timeout(20):
        while "cases" not in (found := (await doctor())[1]) or "0 workflows" not in found["cases"]["says"]:
            await asyncio.sleep(0.2)  # Temporal's own list is a moment behind
    assert found["cases"]["says"] == "7 are open in the database, 0 workflows run"


async def test_whose_name_letters_cannot_print_is_told_by_account_and_not_by_name(installed: Desk) -> None:
    with installed.world.store.writing() as session:
        account = session.exec(select(Account).order_by(col(Account.id))).first()
        assert account is not None
        session.get_one(Customer, account.customer_id).name = "Ana \N{PARTY POPPER} Ruiz"
        number = account.id
    code, found = await doctor()
    assert code == 0
    assert found["letters"]["says"] == f"names or addresses with a character that letters cannot print: {number}"
    assert "Ruiz" not in str(found)


async def test_what_of_the_districts_texts_letters_cannot_print_is_told_by_its_setting(
    installed: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(Settings().definitions, tmp_path / "own")
    text = (folder / "district.yaml").read_text()
    (folder / "district.yaml").write_text(text.replace("(555) 010-0180", "(555) 010-0180 \N{PARTY POPPER}"))
    monkeypatch.setenv("HEADGATE_DEFINITIONS", str(folder))
    code, found = await doctor()
    assert code == 0
    assert found["letters"]["says"].startswith("telephone in district.yaml has ")


async def test_a_database_of_another_release_and_keys_that_are_none_are_said(
    installed: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"sqlite:///{tmp_path / 'old.db'}"
    store = open_store(address)
    migrate(store.engine)
    migrate_down(store.engine, "-1")
    store.close()
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("HEADGATE_CODEC_KEYS", "k1:short")
    code, found = await doctor()
    assert code == 3
    assert "this release needs" in found["database"]["says"]
    assert "headgate upgrade" in found["database"]["remedy"]
    assert 'the key "k1" is not written as id:base64' in found["keys"]["says"]
    assert "short" not in str(found)


@pytest.mark.parametrize(("ahead", "said"), [(60, "behind"), (-60, "ahead")])
async def test_a_clock_that_differs_from_temporals_is_said(
    installed: Desk, monkeypatch: pytest.MonkeyPatch, ahead: int, said: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(seconds=ahead))
    code, found = await doctor()
    assert (code, found["clock"]["says"].split()[-5:]) == (3, ["s", said, "of", "this", "machine"])
    assert found["clock"]["says"].startswith("the Temporal server is ")


def test_a_clock_that_differs_from_the_databases_is_said(
    new_database: Callable[[str], URL], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(new_database("postgresql"))
    assert time_of(store).verdict == "well"
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(seconds=60))
    assert time_of(store).says.startswith("the database is ")
    assert time_of(store).verdict == "wrong"
    store.close()


@pytest.mark.parametrize(("free_mb", "verdict"), [(150, "wrong"), (1500, "look"), (15_000, "well")])
def test_a_disk_without_room_is_said_before_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_mb: int, verdict: str
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free_mb * 1024**2))
    [said] = disk(Settings(home=tmp_path / "not" / "yet"))
    assert (said.part, said.verdict) == ("disk", verdict)
    assert said.says.endswith(f"are free at {tmp_path}")


def test_pages_without_their_scripts_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert scripts().verdict == "well"
    monkeypatch.setattr(assets, "PACKAGES", tmp_path)
    assert (scripts().verdict, "headgate assets" in (scripts().remedy or "")) == ("look", True)


async def test_definitions_with_an_error_are_said(
    installed: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "definitions"
    (folder / "cases").mkdir(parents=True)
    (folder / "cases" / "wrong.yaml").write_text("case: wrong\n")
    monkeypatch.setenv("HEADGATE_DEFINITIONS", str(folder))
    code, found = await doctor()
    assert (code, "errors in" in found["definitions"]["says"]) == (3, True)
