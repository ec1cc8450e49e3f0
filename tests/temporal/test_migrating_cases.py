"""Open cases come over to another version on a real server: each by a step of its own, once, and their histories replay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desk import Desk
from sqlmodel import select
from test_replay import replayer

from activities.migrating import Migrating, event_for, foreseen, plan_of
from definitions.language.compiled import from_bytes
from definitions.language.model import CaseDefinition, Migration
from store.claims import claim
from store.publishing import publish_compiled
from store.queries.migrations import begin_migration, change_migration, migration_counts
from store.records import version_in_effect
from store.tables.audit import Audit
from store.tables.cases import CaseRow
from store.tables.migrations import CaseMigration, MigratingCase
from worker.keeping import Keeping
from workflows import client
from workflows.messages import Act


def publish_renamed(desk: Desk, *, longer: bool = False) -> None:
    """The complaint anew: its state and task `review` are called `checking`, and the mapping says so."""
    with desk.world.store.writing() as session:
        version = version_in_effect(session, "complaint", desk.now())
        assert version is not None
        compiled = from_bytes(version.compiled)
        text = compiled.definition.model_dump_json(by_alias=True, exclude_defaults=True)
        anew = CaseDefinition.model_validate_json(text.replace('"review"', '"checking"'))
        anew = anew.model_copy(update={"migration": Migration(states={"review": "checking"})})
        publish_compiled(
            session, compiled.model_copy(update={"definition": anew}), source="", by="author", at=desk.now()
        )


def begin(desk: Desk, cases: Sequence[str] | None = None) -> str:
    with desk.world.store.writing() as session:
        plan = plan_of(session, "complaint", 1, 2, None, desk.now())
        mapping = plan.mapping.model_dump(mode="json")
        begun = begin_migration(
            session, "complaint", 1, 2, mapping=mapping, reason="new words", by="ops", at=desk.now(), cases=cases
        )
        return begun.id


def results(desk: Desk, migration: str) -> dict[str, tuple[str, str | None]]:
    with desk.world.store.reading() as session:
        rows = session.exec(select(MigratingCase).where(MigratingCase.migration_id == migration))
        return {row.case_id: (row.status, row.sentence) for row in rows}


async def test_open_cases_come_over_each_by_a_step_that_says_so_and_goes_on_there(desk: Desk) -> None:
    first, second = [(await desk.open("complaint", key=key, longest_run=4)).case for key in ("1", "2")]
    closed = (await desk.open("complaint", key="3")).case
    await desk.send(closed, "customer-withdrew")
    with desk.world.store.writing() as session:
        claim(session, f"{first}.1", "rep", desk.now())
    publish_renamed(desk)
    migration = begin(desk)
    assert await Keeping(desk.world).migrate_cases() == 2
    assert results(desk, migration) == {first: ("migrated", None), second: ("migrated", None)}
    with desk.world.store.reading() as session:
        assert session.get_one(CaseMigration, migration).status == "done"
        audit = session.exec(select(Audit).where(Audit.case_id == first, Audit.act == "migrate")).one()
        assert (audit.person, audit.step_no, audit.sentence) == ("ops", 2, "new words")
    assert desk.steps(first) == ["opened", "migrated 1 to 2"]
    row = desk.case(first)
    assert (row.version, row.rules_version, row.state, desk.case(closed).version) == (2, 2, "checking", 1)
    task = desk.task(first)
    assert (task.name, task.place, task.state, task.assignee) == ("checking", "checking", "claimed", "rep")
    # It goes on by the new version, also in a later run, and finds its way back into the renamed state.
    await desk.complete(first, "explained", cause="leak")
    await desk.send(first, "customer-replied")
    await desk.until(lambda: desk.case(first).step_no == 4)
    await desk.complete(first, "explained", run=2, cause="leak")
    assert await desk.state(first) == ("answering",)
    assert desk.steps(first)[-1] == "outcome checking/explained"
    handle = desk.world.client.get_workflow_handle(first)
    described = await handle.describe()
    assert described.typed_search_attributes[client.CASE_VERSION] == 2
    await desk.send(first, "customer-withdrew")
    await replayer().replay_workflow(await desk.world.client.get_workflow_handle(second).fetch_history())
    runs = [run async for run in desk.world.client.list_workflows(f"WorkflowId = '{first}'")]
    for run in runs:
        found = desk.world.client.get_workflow_handle(first, run_id=run.run_id)
        await replayer().replay_workflow(await found.fetch_history())


async def test_what_is_foreseen_is_what_happens_and_what_is_refused_stays_as_it_was(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    publish_renamed(desk)
    with desk.world.store.reading() as session:
        row = session.get_one(CaseRow, case)
        plan = plan_of(session, "complaint", 1, 2, None, desk.now())
        told = foreseen(session, row, plan, desk.now())
        assert (told.state, told.to_state, told.refused) == (("review",), ("checking",), None)
        refused = foreseen(session, row, plan_of(session, "complaint", 1, 2, Migration(), desk.now()), desk.now())
    assert refused.refused is not None
    assert "has no counterpart in version 2" in refused.refused
    with desk.world.store.writing() as session:
        migration = begin_migration(session, "complaint", 1, 2, mapping={}, reason="r", by="ops", at=desk.now()).id
    assert await Migrating(desk.world).go_on() == 1
    assert results(desk, migration) == {case: ("refused", refused.refused)}
    assert (desk.case(case).version, desk.steps(case)) == (1, ["opened"])
    assert (await desk.complete(case, "explained", cause="leak")).step == 2


async def test_a_migration_that_was_cut_off_goes_on_and_brings_no_case_over_twice(desk: Desk) -> None:
    cases = sorted([(await desk.open("complaint", key=str(key))).case for key in range(3)])
    publish_renamed(desk)
    migration = begin(desk)
    world = desk.world
    # The worker died after the first case had taken the act and before its row said so.
    with world.store.reading() as session:
        plan = plan_of(session, "complaint", 1, 2, None, desk.now())
        event = event_for(session, session.get_one(CaseRow, cases[0]), plan, by="ops", reason="new words")
    await client.act(world.client, cases[0], Act(event=event, name=f"migration:{migration}", at=desk.now()))
    assert results(desk, migration)[cases[0]] == ("pending", None)
    assert await Migrating(world).go_on() == 3
    assert set(results(desk, migration).values()) == {("migrated", None)}
    assert [desk.steps(case) for case in cases] == [["opened", "migrated 1 to 2"]] * 3
    assert await Migrating(world).go_on() == 0


async def test_a_paused_migration_waits_and_a_cancelled_one_leaves_the_others_where_they_are(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    publish_renamed(desk)
    migration = begin(desk)
    changes: list[tuple[Any, int]] = [("paused", 0), ("cancelled", 0)]
    for to, settled in changes:
        with desk.world.store.writing() as session:
            change_migration(session, session.get_one(CaseMigration, migration), to, by="ops", at=desk.now())
        assert await Migrating(desk.world).go_on() == settled
    with desk.world.store.reading() as session:
        assert migration_counts(session, migration) == {"cancelled": 1}
    assert desk.case(case).version == 1


async def test_a_case_that_closed_meanwhile_is_gone(desk: Desk) -> None:
    case = (await desk.open("complaint")).case
    publish_renamed(desk)
    migration = begin(desk, [case])
    await desk.send(case, "customer-withdrew")
    assert await Migrating(desk.world).go_on() == 1
    assert results(desk, migration)[case][0] == "gone"
