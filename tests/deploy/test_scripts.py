"""The scripts of deploy/: sound shell, and a word of help where they are called wrongly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
SCRIPTS = sorted(DEPLOY.rglob("*.sh"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.name)
def test_a_script_is_sound_shell(script: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("shellcheck"), script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_local_says_what_it_can_do(tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "HEADGATE_CLUSTER": str(tmp_path / "cluster"),
        "HEADGATE_CACHE": str(tmp_path),
    }
    done = subprocess.run([DEPLOY / "local.sh"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    for word in ("start", "stop", "status", "env", "build"):
        assert f"deploy/local.sh {word}" in done.stdout


def test_local_says_how_headgate_reaches_it_without_a_password(tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "HEADGATE_CLUSTER": str(tmp_path / "cluster"),
        "HEADGATE_CACHE": str(tmp_path),
        "POSTGRES_PORT": "25432",
        "TEMPORAL_PORT": "27233",
    }
    done = subprocess.run([DEPLOY / "local.sh", "env"], env=environment, capture_output=True, text=True, check=False)
    assert "export DATABASE_URL=postgresql+psycopg://headgate@127.0.0.1:25432/headgate" in done.stdout
    assert "export TEMPORAL_ADDRESS=127.0.0.1:27233" in done.stdout
    assert f"export PGPASSFILE={tmp_path}/cluster/secrets/pgpass" in done.stdout
