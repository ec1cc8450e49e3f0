"""What `headgate` says when it cannot start, and the demonstration's clock."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headgate import demonstration
from headgate.errors import CannotStart
from headgate.temporal_server import free_port
from store.clock import read_clock
from store.engine import Store, open_store
from store.records import versions_of
from store.tables.cases import CaseRow


def headgate(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "headgate", *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_taken_port_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = headgate("up", HEADGATE_HOME=str(tmp_path / "home"), HEADGATE_PORT=str(port))
    assert done.returncode == 1
    said = " ".join(done.stderr.split())
    assert said == (
        f"headgate: port {port} is taken (or not ours to use); stop what uses it or set HEADGATE_PORT to another one"
    )


def test_a_taken_port_of_the_worker_names_its_own_setting(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        home = tmp_path / "home"
        done = headgate("up", HEADGATE_HOME=str(home), HEADGATE_PORT=str(free_port()), HEADGATE_WORKER_PORT=str(port))
    assert done.returncode == 1
    assert f"port {port} is taken" in " ".join(done.stderr.split())
    assert "set HEADGATE_WORKER_PORT to another one" in " ".join(done.stderr.split())
    assert not home.exists()


def test_time_does_not_run_faster_in_a_district_without_the_sample(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = headgate("up", "--speed", "1d/s", HEADGATE_HOME=str(home), HEADGATE_SAMPLE="false")
    assert done.returncode == 1
    assert "time runs faster only in a demonstration" in " ".join(done.stderr.split())
    assert not home.exists()


def test_make_alone_lists_the_targets_with_a_sentence_each() -> None:
    done = subprocess.run(["make"], capture_output=True, text=True, timeout=60, check=True)
    listed = dict(line.split(maxsplit=2)[1:] for line in done.stdout.splitlines())
    assert {"run", "setup", "test", "check", "faults", "bench", "lock"} <= listed.keys()
    assert all(listed.values())


def test_a_python_without_venv_is_one_clear_sentence_and_leaves_nothing_half_made(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\n[ "$2" = venv ] || exit 0\nmkdir -p "$3/bin" && touch "$3/bin/python"\nexit 1\n')
    python.chmod(0o755)
    venv = tmp_path / "venv"
    done = subprocess.run(
        ["make", "setup", f"PYTHON={python}", f"VENV={venv}"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "apt-get install python3-venv" in done.stdout
    assert not (venv / "bin").exists()


def test_a_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    ports = {f"HEADGATE_{name}": str(free_port()) for name in ("PORT", "WORKER_PORT", "METRICS_PORT")}
    done = headgate("up", HEADGATE_HOME=str(file / "home"), **ports)
    assert done.returncode == 1
    assert "set HEADGATE_HOME to one that can" in " ".join(done.stderr.split())


@pytest.mark.parametrize(("text", "seconds"), [("1d/s", 86_400), ("6h/s", 21_600), ("30m/s", 1800), ("90s/s", 90)])
def test_a_speed_is_so_much_time_in_a_second(text: str, seconds: float) -> None:
    assert demonstration.parse_speed(text) == seconds


@pytest.mark.parametrize("text", ["fast", "1d", "0d/s", "-1d/s"])
def test_a_word_that_is_no_speed_says_what_would_be(text: str) -> None:
    with pytest.raises(CannotStart, match="1d/s"):
        demonstration.parse_speed(text)


def test_the_clock_stands_still_while_the_product_is_down(sqlite_store: Store) -> None:
    started = demonstration.start(sqlite_store, 86_400)
    assert started is not None
    with demonstration.ticking(sqlite_store, started):
        pass
    with sqlite_store.reading() as session:
        stood = read_clock(session)
    again = demonstration.start(sqlite_store, None)
    assert stood is not None
    assert again is not None
    assert again.district == stood.district
    assert again.speed == 86_400


def test_a_district_in_real_time_has_no_clock_of_its_own(sqlite_store: Store) -> None:
    assert demonstration.start(sqlite_store, None) is None
    done = headgate("clock", "show", DATABASE_URL=sqlite_store.engine.url.render_as_string(hide_password=False))
    assert done.returncode == 1
    assert "time is real here" in done.stderr


def test_the_next_day_is_a_day_later(sqlite_store: Store) -> None:
    started = demonstration.start(sqlite_store, 1)
    url = sqlite_store.engine.url.render_as_string(hide_password=False)
    assert headgate("clock", "pause", DATABASE_URL=url).returncode == 0
    assert headgate("clock", "next-day", DATABASE_URL=url).returncode == 0
    with sqlite_store.reading() as session:
        clock = read_clock(session)
    assert started is not None
    assert clock is not None
    assert clock.paused
    moved = clock.at(datetime.now(UTC)) - started.district
    assert timedelta(days=1) <= moved < timedelta(days=1, minutes=2)


def test_cases_in_real_time_are_not_made_a_demonstration(sqlite_store: Store) -> None:
    now = datetime.now(UTC)
    with sqlite_store.writing() as session:
        session.add(CaseRow(id="c-1", definition="small", version=1, opened_at=now, at=now))
    with pytest.raises(CannotStart, match="one of its own"):
        demonstration.start(sqlite_store, 86_400)


def test_upgrade_prepares_a_database_for_worker_and_api(tmp_path: Path) -> None:
    done = headgate("upgrade", HEADGATE_HOME=str(tmp_path / "home"), HEADGATE_SAMPLE="false")
    assert done.returncode == 0, done.stderr
    store = open_store(f"sqlite:///{tmp_path / 'home' / 'headgate.db'}")
    with store.reading() as session:
        assert {row.definition for row in versions_of(session)} >= {"high-consumption"}
    store.close()
