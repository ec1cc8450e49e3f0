"""A new calendar reaches the cases that are open: as a step of each, once, from the day on which it takes effect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from desk import Desk
from sqlmodel import Session
from test_replay import replayer
from test_time import START, stand

from activities.openings import reopening
from activities.published import of_case
from activities.world import World
from definitions.language.calendars import Calendar
from definitions.language.compiled import Compiled, from_bytes
from store.publishing import publish_compiled
from store.records import version_in_effect
from worker.keeping import Keeping
from worker.run import working
from workflows import client
from workflows.machine.events import Reopened
from workflows.messages import Act

ZONE = ZoneInfo("America/Los_Angeles")
TUESDAY, WEDNESDAY = (datetime(2026, 7, day, 17, 30, tzinfo=ZONE) for day in (7, 8))  # when the office closes


def compiled_now(session: Session, at: datetime) -> Compiled:
    version = version_in_effect(session, "complaint", at)
    assert version is not None
    return from_bytes(version.compiled)


def publish_closed(world: World, day: str, *, effective_from: datetime | None = None) -> None:
    """The complaint anew, with a day more on which the office is closed."""
    with world.store.writing() as session:
        compiled = compiled_now(session, world.now())
        value = compiled.calendar.model_dump(mode="json", by_alias=True)
        special = {"date": day, "name": "A day of the district's own", "office": "closed", "shut-off": "no"}
        value["days"] = sorted([*value["days"], special], key=lambda each: str(each["date"]))
        anew = compiled.model_copy(update={"calendar": Calendar.model_validate(value)})
        publish_compiled(session, anew, source="", by="author", at=world.now(), effective_from=effective_from)


def publish_retitled(world: World) -> None:
    """The complaint anew, under the same calendar and laws."""
    with world.store.writing() as session:
        compiled = compiled_now(session, world.now())
        anew = compiled.definition.model_copy(update={"title": "Another title"})
        publish_compiled(
            session, compiled.model_copy(update={"definition": anew}), source="", by="author", at=world.now()
        )


async def test_a_new_calendar_moves_what_an_open_case_plans_and_its_history_says_so(world: World) -> None:
    stand(world, START)
    desk, keeping = Desk(world=world, now=world.now), Keeping(world)
    async with working(world, sandboxed=True):
        case = (await desk.open("complaint", longest_run=4)).case
        assert desk.task(case).due_at == TUESDAY
        publish_closed(world, "2026-07-07")
        assert await keeping.renew_rules() == 1
        assert await keeping.renew_rules() == 0
        assert desk.steps(case) == ["opened", "rules 2"]
        assert desk.task(case).due_at == WEDNESDAY
        assert (desk.case(case).version, desk.case(case).rules_version) == (1, 2)
        with world.store.reading() as session:
            assert not of_case(session, case).calendar.is_business_day(TUESDAY.date())
        # It goes on under its new calendar, also in a later run and when it opens a task again.
        await desk.complete(case, "explained", cause="leak")
        await desk.send(case, "customer-replied")
        await desk.until(lambda: desk.case(case).step_no == 4)
        assert desk.task(case, 2).due_at == WEDNESDAY
        await desk.send(case, "customer-withdrew")
        history = await world.client.get_workflow_handle(case).fetch_history()
    await replayer().replay_workflow(history)


async def test_a_new_version_with_the_same_calendar_and_laws_leaves_open_cases_alone(world: World) -> None:
    stand(world, START)
    desk, keeping = Desk(world=world, now=world.now), Keeping(world)
    async with working(world, sandboxed=True):
        case = (await desk.open("complaint")).case
        publish_retitled(world)
        assert await keeping.renew_rules() == 0
        assert desk.steps(case) == ["opened"]


async def test_a_calendar_binds_open_cases_from_the_day_on_which_it_takes_effect(world: World) -> None:
    stand(world, START)
    desk, keeping = Desk(world=world, now=world.now), Keeping(world)
    async with working(world, sandboxed=True):
        case = (await desk.open("complaint")).case
        publish_closed(world, "2026-07-07", effective_from=START + timedelta(hours=3))
        assert await keeping.renew_rules() == 0
        stand(world, START + timedelta(hours=3))
        assert await keeping.renew_rules() == 1
        assert desk.case(case).rules_version == 2


async def test_a_closed_case_keeps_the_rules_of_its_time_and_takes_the_new_ones_when_it_is_reopened(desk: Desk) -> None:
    keeping, world = Keeping(desk.world), desk.world
    case = (await desk.open("complaint")).case
    await desk.send(case, "customer-withdrew")
    await world.client.get_workflow_handle(case).result()
    publish_closed(world, f"{datetime.now(UTC).year + 1}-03-04")
    assert await keeping.renew_rules() == 0
    with world.store.reading() as session:
        closed, start, content = reopening(session, desk.case(case).snapshot, by="rep")
    act = Act(event=Reopened(reason="asked", by="rep"), name="again", at=datetime.now(UTC))
    await client.reopen_case(world.client, closed, start, content, act, task_queue=world.task_queue)
    assert await keeping.renew_rules() == 1
    assert desk.steps(case)[-2:] == ["reopened", "rules 2"]
