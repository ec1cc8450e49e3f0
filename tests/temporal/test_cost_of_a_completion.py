"""What a person's completion costs in events, transactions and statements: what grows here grows in silence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from desk import Desk
from sqlalchemy import event

from store.engine import Store
from worker.keeping import Keeping

OF_A_STEP = [
    "WORKFLOW_TASK_SCHEDULED",
    "WORKFLOW_TASK_STARTED",
    "WORKFLOW_TASK_COMPLETED",
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
    "MARKER_RECORDED",
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
]


async def test_a_completion_leaves_one_workflow_task_and_one_marker_in_history(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    before = len(await desk.events(case))
    await desk.complete(case, "explained", cause="leak")
    assert (await desk.events(case))[before:] == OF_A_STEP


async def test_a_completion_is_one_transaction_of_at_most_seven_statements(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    with watched(desk.world.store) as statements:
        await desk.complete(case, "explained", cause="leak")
    assert len([sql for sql in statements if sql.startswith("BEGIN")]) == 1, statements
    assert len([sql for sql in statements if not sql.startswith("BEGIN")]) <= 7, statements


async def test_keeping_a_closed_cases_history_takes_one_transaction_that_writes(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    await desk.send(case, "customer-withdrew")
    await desk.world.client.get_workflow_handle(case).result()
    with watched(desk.world.store) as statements:
        assert await Keeping(desk.world).archive_closed() == 1
    assert statements.count("BEGIN IMMEDIATE") == 1, statements
    assert len([sql for sql in statements if not sql.startswith("BEGIN")]) <= 7, statements


async def test_where_time_is_real_a_worker_rarely_looks_for_a_demonstrations_clock(desk: Desk) -> None:
    keeping = Keeping(desk.world)
    before = keeping.beat_seconds()
    assert await keeping.wake_due() == 0
    assert keeping.beat_seconds() >= 10 * before


@contextmanager
def watched(store: Store) -> Iterator[list[str]]:
    """The statements that are sent to the database in the block."""
    sent: list[str] = []

    def note(*called: object) -> None:
        sent.append(str(called[2]))

    event.listen(store.engine, "before_cursor_execute", note)
    yield sent
    event.remove(store.engine, "before_cursor_execute", note)
