"""Open a case, complete its task, read what was written."""

from __future__ import annotations

import pytest
from desk import Desk

from workflows.machine.errors import Refused


@pytest.fixture(params=("sqlite", "postgresql"))
def engine(request: pytest.FixtureRequest) -> str:
    """Both engines."""
    return str(request.param)


async def test_opening_a_case_opens_its_task_in_sql(desk: Desk) -> None:
    opened = await desk.open("complaint")
    row, task = desk.case(opened.case), desk.task(opened.case)
    assert (row.state, row.status, row.account_id, row.step_no) == ("review", "open", "10-000001", 1)
    assert (task.state, task.queue, task.title) == ("open", "desk", "Review the complaint")
    assert opened.open_tasks == (1,)


async def test_whoever_completes_a_task_reads_what_they_wrote(desk: Desk) -> None:
    opened = await desk.open("complaint")
    taken = await desk.complete(opened.case, "explained", cause="leak")
    assert taken.state == ("answering",)
    row, task = desk.case(opened.case), desk.task(opened.case)
    assert (row.state, row.step_no, row.snapshot["data"]["cause"]) == ("answering", 2, "leak")
    assert (task.state, task.outcome, task.closed_by, task.form) == ("completed", "explained", "rep", {"cause": "leak"})


async def test_a_refused_act_says_why(desk: Desk) -> None:
    opened = await desk.open("complaint")
    with pytest.raises(Refused) as refused:
        await desk.complete(opened.case, "nonsense")
    assert refused.value.code == "unknown-here"
    assert "explained" in refused.value.sentence
