"""The read model held against the live workflows, and put right from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from books import ACCOUNT, account
from desk import Desk, publish
from sqlalchemy import URL, delete, update
from sqlmodel import col

from activities.reconciling import Found, reconcile
from activities.world import World
from store.claims import claim
from store.engine import open_store
from store.tables.cases import CaseRow, TaskRow
from worker.run import working


async def test_a_read_model_that_is_right_is_left_as_it_is(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    before = _row(desk, case)
    done = await reconcile(desk.world, mend=True)
    assert (done.looked_at, done.found) == (1, ())
    assert _row(desk, case) == before


async def test_a_wrong_row_and_a_lost_task_are_put_right_and_a_claim_stays(desk: Desk) -> None:
    wrong, lost, claimed = [(await desk.open("complaint", key=key)).case for key in ("1", "2", "3")]
    right = _row(desk, wrong)
    with desk.world.store.writing() as session:
        changes: dict[str, Any] = {"state": "answering", "snapshot": {"state": ["answering"]}, "next_due": None}
        session.execute(update(CaseRow).where(col(CaseRow.id) == wrong).values(changes))
        session.execute(delete(TaskRow).where(col(TaskRow.case_id) == lost))
        session.execute(update(CaseRow).where(col(CaseRow.id) == claimed).values(snapshot={}))
        claim(session, f"{claimed}.1", "rep", desk.now())
    told = await reconcile(desk.world, mend=False)
    assert told.found == tuple(
        sorted(
            [
                Found(case=wrong, what="differs"),
                Found(case=lost, what="tasks"),
                Found(case=claimed, what="differs"),
            ],
            key=lambda each: each.case,
        )
    )
    assert _row(desk, wrong) != right
    done = await reconcile(desk.world, mend=True)
    assert done.found == tuple(replace(each, mended=True) for each in told.found)
    assert _row(desk, wrong) == right
    assert desk.task(lost).state == "open"
    assert (desk.task(claimed).assignee, desk.task(claimed).state) == ("rep", "claimed")
    assert (await reconcile(desk.world, mend=True)).found == ()
    assert (await desk.complete(lost, "explained", cause="leak")).step == 2


async def test_a_database_that_was_lost_has_its_open_cases_again(
    world: World, new_database: Callable[[str], URL]
) -> None:
    before = Desk(world=world)
    async with working(world, sandboxed=True):
        case = (await before.open("complaint")).case
        await before.complete(case, "explained", cause="leak")
        await before.send(case, "customer-replied")
    empty = open_store(new_database("sqlite"))
    with empty.writing() as session:
        account(session, ACCOUNT)
        publish(session)
    after = Desk(world=replace(world, store=empty))
    async with working(after.world, sandboxed=True):
        done = await reconcile(after.world, mend=True)
        assert done.found == (Found(case=case, what="missing", mended=True), Found(case=case, what="steps"))
        assert _row(after, case) == _row(before, case)
        assert after.task(case, 2).title == before.task(case, 2).title
        assert (await after.complete(case, "explained", run=2, cause="misread")).step == 4
    empty.close()


async def test_an_open_case_that_temporal_does_not_know_is_told(world: World) -> None:
    desk = Desk(world=world)
    async with working(world, sandboxed=True):
        case = (await desk.open("complaint")).case
        await world.client.get_workflow_handle(case).terminate("lost")
        done = await reconcile(world, mend=True)
    assert done.found == (Found(case=case, what="without-workflow"),)


def _row(desk: Desk, case: str) -> dict[str, Any]:
    return desk.case(case).model_dump()
