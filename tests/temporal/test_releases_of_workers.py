"""Two releases of the workers on a real server: an open case goes on through a release, and none is made current that would
break one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from click.testing import Result
from desk import Desk
from temporalio import workflow
from temporalio.worker import Worker
from typer.testing import CliRunner

from activities.world import World
from headgate.cli import command_line
from worker.run import working
from workflows.case import CaseWorkflow
from workflows.messages import WORKFLOW, StartCase
from workflows.release import Release
from workflows.releases import current_build, make_current, tried_on_open_cases


@workflow.defn(name=WORKFLOW)
class Broken(CaseWorkflow):
    """A release that would decide open cases' past otherwise: it waits before it begins."""

    @workflow.init
    def __init__(self, start: StartCase, content: bytes) -> None:
        super().__init__(start, content)

    @workflow.run
    async def run(self, start: StartCase, content: bytes) -> None:
        await workflow.sleep(timedelta(milliseconds=1))
        await super().run(start, content)


@pytest.fixture
def deployment() -> str:
    return f"headgate-{uuid4().hex[:8]}"


async def current(world: World, release: Release) -> None:
    """Makes the release current, once the server knows its worker."""
    async with asyncio.timeout(30):
        while True:
            try:
                await make_current(world.client, release)
                return
            except Exception:
                await asyncio.sleep(0.1)


@asynccontextmanager
async def worker_of(world: World, release: Release) -> AsyncIterator[Worker]:
    async with working(world, sandboxed=True, release=release) as running:
        yield running


async def builds(desk: Desk, case: str) -> list[str]:
    """The builds that took the case's steps, in their order."""
    history = await desk.world.client.get_workflow_handle(case).fetch_history()
    found = [
        event.workflow_task_completed_event_attributes.deployment_version.build_id
        for event in history.events
        if event.HasField("workflow_task_completed_event_attributes")
    ]
    return list(dict.fromkeys(found))


async def test_an_open_case_goes_on_through_a_release(world: World, deployment: str) -> None:
    desk = Desk(world=world)
    old, new = (Release(deployment=deployment, build=build) for build in ("1.0", "1.1"))
    async with worker_of(world, old):
        await current(world, old)
        case = (await desk.open("complaint")).case
        await desk.complete(case, "explained", cause="leak")
        async with worker_of(world, new):
            # Until it is made current, the new release has no work.
            await desk.send(case, "customer-replied")
            assert await builds(desk, case) == ["1.0"]
            await current(world, new)
            assert await current_build(world.client, deployment) == "1.1"
            await desk.complete(case, "adjust", run=2, cause="misread")
            await desk.until(lambda: desk.case(case).state == "answering")
            assert await builds(desk, case) == ["1.0", "1.1"]
    async with worker_of(world, new):  # the old release is gone for good
        await desk.send(case, "customer-replied", key="again")
        opened = (await desk.open("complaint", key="another")).case
        assert await builds(desk, opened) == ["1.1"]
        await desk.send(case, "customer-withdrew")
        await world.client.get_workflow_handle(case).result()
    assert desk.case(case).outcome == "withdrawn"


async def test_one_goes_back_to_the_release_before(world: World, deployment: str) -> None:
    desk = Desk(world=world)
    old, new = (Release(deployment=deployment, build=build) for build in ("1.0", "1.1"))
    async with worker_of(world, old), worker_of(world, new):
        await current(world, new)
        case = (await desk.open("complaint")).case
        await current(world, old)
        await desk.complete(case, "explained", cause="leak")
        assert await builds(desk, case) == ["1.1", "1.0"]


async def test_a_release_on_which_open_cases_do_not_replay_is_found_before_it_carries_any(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    world = desk.world
    async with asyncio.timeout(20):
        while (tried := await tried_on_open_cases(world.client, world.task_queue, most=None)).replayed == 0:
            await asyncio.sleep(0.1)  # Temporal's own list is a moment behind
    assert tried.breaks == ()
    broken = await tried_on_open_cases(world.client, world.task_queue, most=10, workflows=[Broken])
    assert broken.breaks == (case,)


@pytest.fixture
def named(world: World, deployment: str, temporal_address: str, monkeypatch: pytest.MonkeyPatch) -> Release:
    """The settings of the command."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    monkeypatch.setenv("HEADGATE_TASK_QUEUE", world.task_queue)
    monkeypatch.setenv("HEADGATE_DEPLOYMENT", deployment)
    monkeypatch.setenv("HEADGATE_BUILD", "1.0")
    return Release(deployment=deployment, build="1.0")


async def promote(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, command_line(["promote"]), ["promote", *words])


async def test_the_command_tries_open_cases_and_makes_the_release_current(
    world: World, named: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(world=world)
    async with worker_of(world, named):
        await current(world, named)
        await desk.open("complaint")
        newer = replace(named, build="1.1")
        monkeypatch.setenv("HEADGATE_BUILD", "1.1")
        without = await promote()
        assert (without.exit_code, "Start a worker of this release first" in without.output) == (1, True)
        async with worker_of(world, newer):
            assert "would carry" in (await promote("--dry-run")).output
            assert await current_build(world.client, named.deployment) == "1.0"
            async with asyncio.timeout(30):
                while (told := await promote()).exit_code != 0:
                    await asyncio.sleep(0.2)
            assert "after 1.0" in told.output
            assert await current_build(world.client, named.deployment) == "1.1"


async def test_without_a_deployment_the_command_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADGATE_DEPLOYMENT", raising=False)
    told = await promote()
    assert (told.exit_code, "set HEADGATE_DEPLOYMENT" in told.output) == (1, True)
