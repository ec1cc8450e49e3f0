"""`deploy/local.sh`: PostgreSQL, a Temporal server on it, two workers and two APIs carry cases over kills and restarts."""

from __future__ import annotations

import os
import signal

import httpx
import pytest
from sqlmodel import select

from store.engine import open_store
from store.tables.cases import StepRow
from tests.faults.local_cluster import PROCESSES, local_cluster
from tests.faults.product import insisted, someone


@pytest.mark.timeout(1800)
async def test_a_case_goes_on_over_a_killed_worker_and_a_restart_of_everything(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--run-faults"):
        pytest.skip("runs in `make faults`: it builds Temporal's server the first time")
    with local_cluster() as cluster:
        cluster.start()
        assert cluster.statuses() == dict.fromkeys(PROCESSES, "serves")
        settings = cluster.settings()
        os.environ["PGPASSFILE"] = cluster.reached()["PGPASSFILE"]
        token, accounts = someone(settings)
        headers = {"Authorization": f"Bearer {token}"}

        async with httpx.AsyncClient(base_url=cluster.api(1), headers=headers) as one:
            body = {"case": "stream", "data": {"account": accounts[0]}}
            opened = await insisted(one, "/api/cases", body, "open")
            assert (await insisted(one, "/api/cases", body, "open"))["case"] == opened["case"]
        async with httpx.AsyncClient(base_url=cluster.api(2), headers=headers) as two:
            os.kill(cluster.pid("worker-1"), signal.SIGKILL)
            first = await insisted(two, f"/api/tasks/{opened['open_tasks'][0]}/complete", _done("first"), "first")
            assert cluster.statuses()["worker-1"] == "does not run"
            cluster.start("worker-1")
            assert cluster.statuses()["worker-1"] == "serves"

        cluster.stop()
        assert cluster.statuses() == dict.fromkeys(PROCESSES, "does not run")
        cluster.start()

        async with httpx.AsyncClient(base_url=cluster.api(1), headers=headers) as one:
            second = await insisted(one, f"/api/tasks/{first['open_tasks'][0]}/complete", _done("second"), "second")
            third = await insisted(one, f"/api/tasks/{second['open_tasks'][0]}/complete", _done("third"), "third")
        assert third["closed"]
        store = open_store(settings.database)
        with store.reading() as session:
            steps = session.exec(select(StepRow.step_no).where(StepRow.case_id == opened["case"])).all()
        store.close()
        assert sorted(steps) == [1, 2, 3, 4]


def _done(task: str) -> dict[str, object]:
    return {"outcome": "done", "form": {task: "seen to"}}
