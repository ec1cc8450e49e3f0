"""Timers in real time and by a demonstration's clock, long cases, workers that go and come."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from books import ACCOUNT
from desk import BANK, Desk
from sqlalchemy.exc import OperationalError
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from activities.archive import replayable
from activities.world import World
from store import projection
from store.clock import Clock, read_clock, set_clock
from store.outbox import tell_account
from store.queries.holds import place_hold
from store.records import archived_histories
from telemetry.page import page
from worker.health import Health
from worker.keeping import Keeping, rounds
from worker.run import working
from workflows import client

START = datetime(2026, 7, 6, 16, tzinfo=UTC)  # a Monday, nine o'clock at the district


async def test_a_timer_fires_in_real_time(desk: Desk) -> None:
    case = (await desk.open("quick")).case
    await desk.until(lambda: desk.case(case).state == "working")
    assert desk.steps(case) == ["opened", "timer waiting/after/1 second"]


async def test_a_timer_that_comes_sooner_replaces_the_one_that_is_armed_and_a_later_one_does_not(desk: Desk) -> None:
    case = (await desk.open("complaint")).case  # armed: the escalation in two business days
    await desk.complete(case, "explained", cause="leak")  # due: in ten days, so the timer stays
    assert (await desk.events(case)).count("TIMER_STARTED") == 1
    await desk.send(case, "customer-replied")
    quick = (await desk.open("quick", key="2")).case
    await desk.until(lambda: desk.case(quick).state == "working")
    await desk.complete(quick, "again")
    await desk.until(lambda: desk.case(quick).state == "working")
    assert (await desk.events(quick)).count("TIMER_CANCELED") == 0


async def test_a_demonstration_lives_by_the_districts_clock(world: World) -> None:
    stand(world, START)
    desk = Desk(world=world, now=world.now)
    keeping = Keeping(world)
    async with working(world, sandboxed=True):
        case = (await desk.open("complaint")).case
        assert desk.case(case).opened_at == START
        assert await keeping.wake_due() == 0
        await pass_to(world, keeping, START + timedelta(days=3))
        await desk.until(lambda: desk.task(case).priority == 1)
        assert desk.case(case).at == START + timedelta(days=3)
        await desk.complete(case, "explained", cause="leak")
        await pass_to(world, keeping, START + timedelta(days=20))
        await desk.until(lambda: desk.case(case).status == "closed")
        assert desk.case(case).closed_at == START + timedelta(days=20)
        assert "TIMER_STARTED" not in await desk.events(case)


async def test_what_an_effect_answers_has_the_districts_time(world: World) -> None:
    stand(world, START)
    desk = Desk(world=world, now=world.now)
    async with working(world, sandboxed=True):
        case = (await desk.open("complaint")).case
        await desk.complete(case, "adjust", cause="leak")
        await desk.until(lambda: desk.case(case).state == "answering")
        assert desk.case(case).at == START


async def test_a_long_case_goes_on_in_a_new_run_with_everything_it_knows(desk: Desk) -> None:
    BANK.refuses = True
    case = (await desk.open("complaint", longest_run=3)).case
    first_run = (await desk.world.client.get_workflow_handle(case).describe()).run_id
    await desk.complete(case, "adjust", key="k", cause="leak")
    await desk.until(lambda: desk.case(case).incidents == 1)
    await desk.act(case, _move("answering"), key="m1")
    await desk.send(case, "customer-replied", key="r1")
    await desk.until(lambda: bool(histories(desk, case)))
    second_run = (await desk.world.client.get_workflow_handle(case).describe()).run_id
    assert second_run != first_run
    view = await client.view(desk.world.client, case)
    assert view.case is not None
    assert (view.case.state, view.case.step) == (("review",), 4)
    assert [(each.effect.step, each.failed) for each in view.unsettled] == [(2, True)]
    # The same key, asked again of the new run, gets its first answer.
    assert (await desk.complete(case, "adjust", key="k", cause="leak")).step == 2
    assert (await desk.complete(case, "explained", run=2, cause="misread")).step == 5


async def test_a_worker_that_has_forgotten_the_case_goes_on_from_its_history(world: World) -> None:
    desk = Desk(world=world)
    async with working(world, sandboxed=True):
        case = (await desk.open("complaint")).case
        await desk.complete(case, "adjust", cause="leak")
        await desk.until(lambda: desk.case(case).state == "answering")
    async with working(world, sandboxed=True):
        assert (await desk.send(case, "customer-replied")).state == ("review",)
    async with working(world, sandboxed=True, cached=0):
        assert (await desk.complete(case, "explained", run=2, cause="leak")).state == ("answering",)


async def test_an_act_waits_for_a_database_that_is_down_and_is_taken_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = (await desk.open("complaint")).case

    def down(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("no connection"))

    monkeypatch.setattr(projection, "write_step", down)
    acting = asyncio.create_task(desk.complete(case, "explained", cause="leak"))
    await asyncio.sleep(1)
    assert not acting.done()
    monkeypatch.undo()
    assert (await acting).step == 2
    assert desk.steps(case) == ["opened", "outcome review/explained"]


async def test_what_nobody_told_the_cases_the_worker_tells_them(desk: Desk) -> None:
    case = (await desk.open("field")).case
    now = datetime.now(UTC)
    with desk.world.store.writing() as session:
        place_hold(session, ACCOUNT, "medical", since=now, by="rep", at=now, until=now + timedelta(seconds=1))
    keeping = Keeping(desk.world)
    assert await keeping.tell_of_holds() == 1
    assert desk.task(case).state == "cancelled"
    assert await keeping.tell_of_holds() == 0
    await asyncio.sleep(1)
    assert await keeping.tell_of_holds() == 1  # the hold has ended by itself
    assert desk.task(case, 2).state == "open"


async def test_what_an_import_left_for_the_open_cases_the_worker_brings_to_them_once(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    await desk.complete(case, "explained", cause="leak")
    with desk.world.store.writing() as session:
        assert tell_account(session, "customer-replied:1", ACCOUNT, "customer-replied", {}, datetime.now(UTC))
    keeping = Keeping(desk.world)
    assert await keeping.deliver_account_events() == 1
    assert await keeping.deliver_account_events() == 0
    assert desk.steps(case)[-1] == "message customer-replied"
    assert desk.case(case).step_no == 3


async def test_the_history_of_a_closed_case_is_kept_for_good(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    await desk.send(case, "customer-withdrew")
    await desk.world.client.get_workflow_handle(case).result()
    keeping = Keeping(desk.world)
    assert await keeping.archive_closed() == 1
    assert await keeping.archive_closed() == 0
    (history,) = histories(desk, case)
    assert history.events[-1].event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED


async def test_the_health_page_says_what_works(world: World) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with (
        working(world, sandboxed=True) as worker,
        rounds(Keeping(world)),
        page({"/healthz": Health(worker, world).shown}, port),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        answer = await http.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"worker": True, "database": True, "temporal": True})
        assert (await http.get("/else")).status_code == 404


def _move(target: str) -> object:
    from workflows.machine.events import Moved

    return Moved(target=target, reason="a test", by="supervisor", approved_by="review")


def histories(desk: Desk, case: str) -> list[WorkflowHistory]:
    """The kept histories of a case."""
    with desk.world.store.reading() as session:
        return [replayable(case, kept) for kept in archived_histories(session, case)]


def stand(world: World, at: datetime) -> None:
    """Lets the district's clock stand at a moment."""
    with world.store.writing() as session:
        set_clock(session, Clock(real=datetime.now(UTC), district=at, speed=86_400.0, paused=True))


async def pass_to(world: World, keeping: Keeping, at: datetime) -> None:
    """Puts the district's clock forward and wakes what is due."""
    with world.store.reading() as session:
        assert read_clock(session) is not None
    stand(world, at)
    assert await keeping.wake_due() == 1
