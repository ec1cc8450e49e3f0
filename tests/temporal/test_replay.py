"""Histories recorded earlier replay on today's code: a change that would break open cases fails here first."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from desk import Desk
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from worker.run import runner
from workflows.case import CaseWorkflow
from workflows.codec import data_converter

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json.gz"))


def replayer() -> Replayer:
    """Replays in the sandbox, which guards determinism."""
    return Replayer(
        workflows=[CaseWorkflow], workflow_runner=runner(sandboxed=True), data_converter=data_converter(None)
    )


def recorded(file: Path) -> WorkflowHistory:
    """A recorded history."""
    return WorkflowHistory.from_json(file.stem, gzip.decompress(file.read_bytes()).decode())


def test_there_are_recorded_histories() -> None:
    assert len(HISTORIES) >= 6


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.name.removesuffix(".json.gz"))
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
