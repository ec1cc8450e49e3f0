"""Restored on real processes: one machine with SQLite, and PostgreSQL with a real Temporal server. Run by `make faults`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from store.engine import open_store
from store.ledger import unbalanced_entries
from tests.faults.command import headgate
from tests.faults.local_cluster import LocalCluster, local_cluster
from tests.faults.product import insisted, running, someone

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture(autouse=True)
def _only_when_asked(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--run-faults"):
        pytest.skip("runs in `make faults`; tests/temporal/test_recovering.py has the short version")


@pytest.mark.timeout(600)
async def test_what_was_backed_up_goes_on_elsewhere_and_nothing_else_is_there(tmp_path: Path) -> None:
    async with running(tmp_path / "lost") as (settings, _):
        token, accounts = someone(settings)
        headers = {"Authorization": f"Bearer {token}"}
        base = f"http://127.0.0.1:{settings.port}"
        async with httpx.AsyncClient(base_url=base, headers=headers) as client:
            body = {"case": "stream", "data": {"account": accounts[0]}}
            opened = await insisted(client, "/api/cases", body, "open")
            first = {"outcome": "done", "form": {"first": "1"}}
            taken = await insisted(client, f"/api/tasks/{opened['open_tasks'][0]}/complete", first, "first")
            kept = headgate("backup", str(tmp_path / "backups"), HEADGATE_HOME=str(settings.home))
            assert kept.returncode == 0, kept.stderr
            await insisted(client, "/api/cases", {"case": "stream", "data": {"account": accounts[1]}}, "afterwards")
    restored = headgate("restore", kept.stdout.strip(), HEADGATE_HOME=str(tmp_path / "new"))
    assert restored.returncode == 0, restored.stderr
    assert "1 cases go on from the database" in restored.stdout
    async with running(tmp_path / "new") as (settings, _):
        base = f"http://127.0.0.1:{settings.port}"
        async with httpx.AsyncClient(base_url=base, headers=headers) as client:
            assert [case["id"] for case in (await client.get("/api/cases")).json()["items"]] == [opened["case"]]
            again = await insisted(client, f"/api/tasks/{opened['open_tasks'][0]}/complete", first, "first")
            assert again["step"] == taken["step"]
            second = {"outcome": "done", "form": {"second": "2"}}
            gone_on = await insisted(client, f"/api/tasks/{taken['open_tasks'][0]}/complete", second, "second")
            assert gone_on["step"] == taken["step"] + 1
        store = open_store(settings.database)
        with store.reading() as session:
            assert unbalanced_entries(session) == []
        store.close()


@pytest.mark.timeout(1800)
async def test_on_postgresql_a_newer_database_keeps_its_acts_over_an_older_temporal(tmp_path: Path) -> None:
    with local_cluster(workers=1, apis=1) as cluster:
        cluster.start()
        there = cluster.reached()
        os.environ["PGPASSFILE"] = there["PGPASSFILE"]
        token, accounts = someone(cluster.settings())
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=cluster.api(1), headers=headers) as client:
            old = await insisted(client, "/api/cases", {"case": "stream", "data": {"account": accounts[0]}}, "old")
            earlier = script(cluster, "backup.sh", str(tmp_path / "earlier"))
            done = {"outcome": "done", "form": {"first": "1"}}
            taken = await insisted(client, f"/api/tasks/{old['open_tasks'][0]}/complete", done, "first")
            new = await insisted(client, "/api/cases", {"case": "stream", "data": {"account": accounts[1]}}, "new")
            later = script(cluster, "backup.sh", str(tmp_path / "later"))
        crossed = crossed_backup(tmp_path / "crossed", database=Path(later), temporal=Path(earlier))

        refused = run(cluster, "restore.sh", str(crossed))
        assert refused.returncode == 1
        assert "stop Temporal, workers and APIs first" in refused.stderr
        cluster.stop("api-1", "worker-1", "temporal")
        script(cluster, "restore.sh", str(crossed))
        cluster.start("temporal")
        recovered = headgate("recover", **there)
        assert recovered.returncode == 0, recovered.stderr
        assert "2 cases go on from the database" in recovered.stdout
        cluster.start()

        async with httpx.AsyncClient(base_url=cluster.api(1), headers=headers) as client:
            again = await insisted(client, f"/api/tasks/{old['open_tasks'][0]}/complete", done, "first")
            assert again["step"] == taken["step"]
            for case, task in ((taken, "second"), (new, "first")):
                body = {"outcome": "done", "form": {task: "2"}}
                gone_on = await insisted(client, f"/api/tasks/{case['open_tasks'][0]}/complete", body, f"on-{task}")
                assert gone_on["step"] == case["step"] + 1
        reconciled = headgate("reconcile", **there)
        assert reconciled.returncode == 0, reconciled.stdout
        assert "0 findings" in reconciled.stdout


def script(cluster: LocalCluster, name: str, *words: str) -> str:
    """The last line of one of the scripts, which has to succeed."""
    done = run(cluster, name, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def run(cluster: LocalCluster, name: str, *words: str) -> subprocess.CompletedProcess[str]:
    there = cluster.reached()
    superuser = {
        "PGHOST": "127.0.0.1",
        "PGPORT": there["POSTGRES_PORT"],
        "PGUSER": "postgres",
        "SECRETS": str(cluster.folder / "secrets"),
    }
    command = [DEPLOY / name, *words]
    return subprocess.run(command, env={**there, **superuser}, capture_output=True, text=True, timeout=300, check=False)


def crossed_backup(folder: Path, *, database: Path, temporal: Path) -> Path:
    """A backup whose sides are of different moments."""
    shutil.copytree(database, folder)
    for name in ("temporal.dump", "temporal_visibility.dump"):
        shutil.copyfile(temporal / name, folder / name)
    with (folder / "digests").open("w") as digests:
        subprocess.run("sha256sum ./*.dump files.tar", shell=True, cwd=folder, stdout=digests, check=True)
    return folder
