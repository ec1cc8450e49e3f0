"""Histories recorded earlier replay on today's code: a change that would break open cases fails here first."""

from __future__ import annotations

import gzip
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from desk import Desk
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from worker.run import runner
from workflows.case import CaseWorkflow
from workflows.codec import data_converter

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "histories"  #: a folder for each version
HISTORIES = sorted(FOLDER.glob("*/*.json.gz"))


def replayer() -> Replayer:
    """Replays in the sandbox, which guards determinism."""
    return Replayer(
        workflows=[CaseWorkflow], workflow_runner=runner(sandboxed=True), data_converter=data_converter(None)
    )


def recorded(file: Path) -> WorkflowHistory:
    """A recorded history."""
    return WorkflowHistory.from_json(file.stem, gzip.decompress(file.read_bytes()).decode())


def this_version() -> str:
    """The version that this code will be released as, or was."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def test_each_released_version_has_recorded_histories() -> None:
    released = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    for version in {*released, this_version()}:
        assert len(list((FOLDER / version).glob("*.json.gz"))) >= 6, f"{version}: make record"


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: f"{file.parent.name}-{file.name.removesuffix('.json.gz')}")
async def test_a_recorded_history_replays_on_todays_code(file: Path) -> None:
    await replayer().replay_workflow(recorded(file))


async def test_a_kept_history_replays_without_temporal(desk: Desk) -> None:
    from activities.archive import replayable
    from store.records import archived_histories
    from worker.keeping import Keeping

    case = (await desk.open("complaint")).case
    await desk.complete(case, "settled", cause="leak")
    await desk.world.client.get_workflow_handle(case).result()
    await Keeping(desk.world).archive_closed()
    with desk.world.store.reading() as session:
        (kept,) = archived_histories(session, case)
    await replayer().replay_workflow(replayable(case, kept))
