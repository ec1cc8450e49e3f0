"""What an act costs, what is refused where, and what happens once however often it is asked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from books import ACCOUNT
from desk import Desk
from sqlmodel import select
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError

from activities.projection import Projection
from activities.world import World
from store.queries.holds import place_hold, release_hold
from store.tables.audit import Audit
from store.tables.cases import CaseRow
from store.tables.utility import Bill
from worker.keeping import Keeping
from workflows import client
from workflows.machine.errors import Refused
from workflows.machine.events import Outcome
from workflows.refusals import KeyReused

NOW = datetime.now(UTC)


async def test_a_completion_is_one_update_and_one_write_and_no_regular_activity(desk: Desk) -> None:
    opened = await desk.open("complaint")
    before = await desk.events(opened.case)
    await desk.complete(opened.case, "explained", cause="leak")
    assert (await desk.events(opened.case))[len(before) :] == [
        "WORKFLOW_TASK_SCHEDULED",
        "WORKFLOW_TASK_STARTED",
        "WORKFLOW_TASK_COMPLETED",
        "WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
        "MARKER_RECORDED",
        "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
    ]


async def test_a_completion_that_names_facts_reads_them_once(desk: Desk) -> None:
    opened = await desk.open("complaint")
    before = await desk.events(opened.case)
    await desk.complete(opened.case, "settled", cause="leak")
    new = (await desk.events(opened.case))[len(before) :]
    assert new.count("MARKER_RECORDED") == 2
    assert not [name for name in new if name.startswith("ACTIVITY")]


async def test_what_the_state_refuses_leaves_no_trace_in_history(desk: Desk) -> None:
    opened = await desk.open("complaint")
    before = await desk.events(opened.case)
    with pytest.raises(Refused):
        await desk.complete(opened.case, "nonsense")
    with pytest.raises(Refused):
        await desk.complete(opened.case, "explained", run=7)
    assert await desk.events(opened.case) == before
    assert desk.case(opened.case).step_no == 1


async def test_what_a_fact_refuses_changes_nothing(desk: Desk) -> None:
    opened = await desk.open("complaint")
    _owes(desk)
    with pytest.raises(Refused) as refused:
        await desk.complete(opened.case, "settled", cause="leak")
    assert refused.value.facts["step"] == 1
    assert desk.case(opened.case).step_no == 1
    assert desk.task(opened.case).state == "open"
    assert await desk.state(opened.case) == ("review",)


async def test_an_incomplete_form_is_refused_with_a_sentence_for_each_field(desk: Desk) -> None:
    opened = await desk.open("complaint")
    with pytest.raises(Refused) as refused:
        await desk.complete(opened.case, "explained")
    assert refused.value.code == "bad-form"
    assert set(refused.value.facts["fields"]) == {"cause"}


async def test_the_same_key_twice_does_it_once_and_answers_the_same(desk: Desk) -> None:
    opened = await desk.open("complaint")
    first = await desk.complete(opened.case, "explained", key="k", cause="leak")
    again = await desk.complete(opened.case, "explained", key="k", cause="leak")
    assert again == first
    assert desk.steps(opened.case) == ["opened", "outcome review/explained"]


async def test_the_same_key_for_another_request_is_refused(desk: Desk) -> None:
    opened = await desk.open("complaint")
    await desk.complete(opened.case, "explained", key="k", cause="leak")
    with pytest.raises(KeyReused):
        await desk.complete(opened.case, "explained", key="k", cause="misread")


async def test_the_same_opening_twice_is_one_case(desk: Desk) -> None:
    first, again = await asyncio.gather(desk.open("complaint"), desk.open("complaint"))
    assert first == again
    with desk.world.store.reading() as session:
        assert len(list(session.exec(select(CaseRow)))) == 1


async def test_an_opening_that_is_refused_leaves_no_case_and_can_be_tried_again(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        await desk.open("complaint", data={})
    assert refused.value.code == "bad-form"
    with desk.world.store.reading() as session:
        assert list(session.exec(select(CaseRow))) == []
    assert (await desk.open("complaint")).step == 1


async def test_an_opening_whose_case_ends_before_it_answers_is_to_be_sent_again(world: World) -> None:
    desk = Desk(world=world)  # without a worker
    opening = asyncio.create_task(desk.open("complaint", case="c-ends"))
    handle = world.client.get_workflow_handle("c-ends")
    while not await _is_there(handle):
        assert not opening.done()
    await handle.terminate()
    with pytest.raises(client.Unanswered):
        await opening


async def _is_there(handle: WorkflowHandle[Any, Any]) -> bool:
    try:
        await handle.describe()
    except RPCError:
        return False
    return True


async def test_of_two_completions_at_once_one_wins_and_one_is_told(desk: Desk) -> None:
    opened = await desk.open("complaint")
    found = await asyncio.gather(
        desk.complete(opened.case, "explained", key="a", cause="leak"),
        desk.complete(opened.case, "adjust", key="b", by="rep2", cause="leak"),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Refused) for each in found) == 1
    assert sum(step.startswith("outcome") for step in desk.steps(opened.case)) == 1


async def test_an_act_leaves_its_audit_row_with_its_step(desk: Desk) -> None:
    opened = await desk.open("complaint")
    await desk.complete(opened.case, "explained", cause="leak")
    with desk.world.store.reading() as session:
        rows = [(row.person, row.act, row.step_no) for row in session.exec(select(Audit).order_by(Audit.id))]
    assert rows == [("rep", "open", 1), ("rep", "act", 2)]


async def test_a_step_decided_on_other_holds_is_decided_again(desk: Desk) -> None:
    opened = await desk.open("complaint")
    with desk.world.store.writing() as session:
        place_hold(session, ACCOUNT, "medical", since=NOW, by="rep", at=NOW)
    taken = await desk.complete(opened.case, "explained", cause="leak")
    assert (taken.step, taken.state) == (3, ("answering",))
    assert desk.steps(opened.case) == ["opened", "holds medical", "outcome review/explained"]
    assert desk.case(opened.case).snapshot["holds"].keys() == {"medical"}


async def test_a_case_that_opens_on_an_account_with_holds_knows_them(desk: Desk) -> None:
    with desk.world.store.writing() as session:
        place_hold(session, ACCOUNT, "medical", since=NOW, by="rep", at=NOW)
    opened = await desk.open("complaint")
    assert (opened.step, desk.case(opened.case).hold_version) == (1, 1)
    with desk.world.store.writing() as session:
        release_hold(session, ACCOUNT, "medical", by="rep", at=NOW)
    await desk.complete(opened.case, "explained", cause="leak")
    assert desk.case(opened.case).snapshot["holds"] == {}


async def test_a_step_that_history_does_not_hold_gives_way_to_the_next_act(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = await desk.open("complaint")
    view = await client.view(desk.world.client, opened.case)
    _orphan(desk, opened.case, view)
    assert desk.steps(opened.case)[-1] == "outcome review/adjust"
    taken = await desk.complete(opened.case, "explained", key="the one", cause="misread")
    assert taken.step == 2
    assert desk.steps(opened.case) == ["opened", "outcome review/explained"]
    assert desk.effects(opened.case) == []
    assert desk.task(opened.case).outcome == "explained"


async def test_a_step_that_history_does_not_hold_is_put_back_when_a_worker_starts(desk: Desk) -> None:
    opened = await desk.open("complaint")
    _orphan(desk, opened.case, await client.view(desk.world.client, opened.case))
    keeping = Keeping(desk.world)
    assert await keeping.tidy_recent() == 1
    assert desk.steps(opened.case) == ["opened"]
    row, task = desk.case(opened.case), desk.task(opened.case)
    assert (row.state, row.step_no, task.state, task.outcome) == ("review", 1, "open", None)
    assert desk.effects(opened.case) == []
    assert await keeping.tidy_recent() == 0


async def test_a_write_that_took_too_long_is_undone_and_done_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = await desk.open("complaint")
    monkeypatch.setattr("activities.projection.LONGEST_SECONDS", 0.0)
    acting = asyncio.create_task(desk.complete(opened.case, "explained", cause="leak"))
    await asyncio.sleep(0.3)
    assert desk.case(opened.case).step_no == 1
    monkeypatch.undo()
    assert (await acting).step == 2


def _owes(desk: Desk) -> None:
    from datetime import date
    from decimal import Decimal

    from store.ledger import bill_entry, post

    with desk.world.store.writing() as session:
        bill = Bill(
            id="b-1",
            account_id=ACCOUNT,
            period_start=date(2026, 1, 1),
            period_end=date(2026, 2, 28),
            days=59,
            read_ccf=Decimal(10),
            use_ccf=Decimal(10),
            amount_usd=Decimal("84.10"),
            mailed=date(2026, 3, 3),
            due=date(2026, 3, 24),
        )
        session.add(bill)
        session.flush()
        post(session, [bill_entry(bill, NOW)])


def _orphan(desk: Desk, case: str, view: client.CaseView) -> None:
    """What a worker leaves that dies between SQL and history."""
    from store.records import version_in_effect
    from workflows.machine.machine import machine_of
    from workflows.messages import StepWritten
    from workflows.steps import taken_of

    assert view.case is not None
    with desk.world.store.reading() as session:
        version = version_in_effect(session, "complaint", NOW)
        assert version is not None
    event = Outcome(run=1, outcome="adjust", form={"cause": "leak"}, by="rep")
    after, step = machine_of(version.compiled).fire(view.case, event, {}, NOW)
    written = StepWritten(case=after, step=step, act="never in history", taken=taken_of(after))
    Projection(store=desk.world.store).write(written, version.compiled)


async def test_who_is_cancelled_while_a_case_answers_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = await desk.open("complaint")
    monkeypatch.setattr("activities.projection.LONGEST_SECONDS", 0.0)
    acting = asyncio.create_task(desk.complete(opened.case, "explained", key="the one", cause="leak"))
    await asyncio.sleep(0.3)
    acting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await acting
    monkeypatch.undo()
    assert (await desk.complete(opened.case, "explained", key="the one", cause="leak")).step == 2
