"""The read model held against the live workflows, and put right from them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from books import ACCOUNT, account
from desk import Desk, publish
from sqlalchemy import URL, delete, select, update
from sqlmodel import col

from activities.reconciling import Found, reconcile
from activities.world import World
from store.claims import claim
from store.engine import open_store
from store.tables.base import table_of
from store.tables.cases import CaseLink, CaseRow, ListLine, Note, StepRow, TaskCandidate, TaskRow
from worker.keeping import Keeping
from worker.run import working
from workflows.messages import OPEN_CHILD


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
        assert done.found == (
            Found(case=case, what="missing", mended=True),
            Found(case=case, what="steps", mended=True),
        )
        assert after.steps(case) == before.steps(case)
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


#: What people did beside the steps: SQL's own, which no history holds.
CLAIMED = {"assignee", "claimed_at", "state", "version", "raised", "draft", "assigned_step"}
BEFORE = {"assignee_before", "claimed_before"}
REBUILT = (CaseRow, StepRow, TaskRow, TaskCandidate, ListLine, CaseLink)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_dropped_tables_are_built_again_from_the_workflows_and_equal_but_for_what_sql_alone_knew(
    desk: Desk,
) -> None:
    long = (await desk.open("complaint", key="long", longest_run=3)).case
    await desk.complete(long, "explained", cause="leak")
    await desk.send(long, "customer-replied")
    await desk.until(lambda: desk.case(long).step_no == 3)
    await desk.complete(long, "explained", run=2, cause="misread")
    await desk.send(long, "customer-replied", key="again")
    closed = (await desk.open("complaint", key="closed")).case
    await desk.send(closed, "customer-withdrew")
    await desk.world.client.get_workflow_handle(closed).result()
    await Keeping(desk.world).archive_closed()
    waits = (await desk.open("tagging", key="listed", clock="district")).case
    await desk.send(waits, "go")
    parent = (await desk.open("parent", key="parent")).case
    await desk.until(lambda: any(name == OPEN_CHILD and status == "done" for name, status in desk.effects(parent)))
    with desk.world.store.writing() as session:
        claim(session, f"{long}.3", "rep", desk.now())
        session.add(Note(id="n-1", case_id=long, by="rep", at=desk.now(), text="speaks Spanish"))
    before = _tables(desk)
    assert {row["case_id"] for row in before["list_lines"]} == {waits}
    assert len(before["case_links"]) == 1
    _dropped(desk)
    done = await reconcile(desk.world, mend=True)
    assert {each.what for each in done.found if each.case == closed} == {"missing"}
    assert all(each.mended for each in done.found)
    after = _tables(desk)
    for table in before:
        assert _told(after[table]) == _told(before[table]), table
    assert (await reconcile(desk.world, mend=True)).found == ()
    # What SQL alone knew and was dropped is gone; what stood in tables of its own is still there.
    assert (desk.task(long, 3).assignee, desk.task(long, 3).state) == (None, "open")
    with desk.world.store.reading() as session:
        assert session.get_one(Note, "n-1").text == "speaks Spanish"
    assert (await desk.complete(long, "explained", run=3, cause="leak")).step == 6


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_steps_that_are_lost_come_back_and_nothing_else_changes(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    await desk.complete(case, "explained", cause="leak")
    await desk.send(case, "customer-replied")
    with desk.world.store.writing() as session:
        claim(session, f"{case}.2", "rep", desk.now())
    before = _tables(desk)
    _dropped(desk, f"DELETE FROM steps WHERE case_id = '{case}' AND step_no = 2")
    assert (await reconcile(desk.world, mend=False)).found == (Found(case=case, what="steps"),)
    assert (await reconcile(desk.world, mend=True)).found == (Found(case=case, what="steps", mended=True),)
    after = _tables(desk)
    assert after["steps"] == before["steps"]
    assert (desk.task(case, 2).assignee, desk.task(case, 1).state) == ("rep", "completed")
    assert _told(after["tasks"]) == _told(before["tasks"])


def _tables(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Every row of the read model, by table and key."""
    found: dict[str, list[dict[str, Any]]] = {}
    with desk.world.store.reading() as session:
        for model in REBUILT:
            table = table_of(model)
            rows = session.connection().execute(select(table).order_by(*table.primary_key))
            found[table.name] = [dict(row._mapping) for row in rows]
    return found


def _told(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    but = CLAIMED | BEFORE | {"kept_at"}
    return [
        {name: value for name, value in row.items() if "run" not in row or name not in but}
        if "run" in row
        else {name: value for name, value in row.items() if name != "kept_at"}
        for row in rows
    ]


def _dropped(desk: Desk, *statements: str) -> None:
    """Loses rows as an accident does, past what guards them: all of the read model's, and of no other table's."""
    said = statements or tuple(f"DELETE FROM {table_of(model).name}" for model in REBUILT)
    if desk.world.store.engine.dialect.name == "sqlite":
        _past_guards_of_sqlite(str(desk.world.store.engine.url.database), said)
        return
    with desk.world.store.engine.begin() as connection:
        for statement in ("SET LOCAL session_replication_role = replica", *said):  # no trigger, no foreign key
            connection.exec_driver_sql(statement)


def _past_guards_of_sqlite(place: str, statements: Sequence[str]) -> None:
    with closing(sqlite3.connect(place)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, guard in guards:
            connection.execute(guard)
        connection.commit()


def _row(desk: Desk, case: str) -> dict[str, Any]:
    return desk.case(case).model_dump()
