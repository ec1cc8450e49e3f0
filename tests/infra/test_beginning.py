"""The sample's first day: cases under way for months, which then go on as workflows like any others."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlmodel import col, select

from activities import files
from activities.world import World
from headgate import home
from headgate.settings import Settings
from headgate.simulation import beginning
from headgate.simulation.office import LEFT_ALONE
from store.clock import read_clock
from store.engine import Store
from store.ledger import unbalanced_entries
from store.tables.cases import CaseArchive, CaseRow, TaskRow
from worker.run import working
from workflows import client as cases
from workflows.machine.events import TaskSuspended
from workflows.messages import Act

PLACES, DAYS = 120, 60


@pytest.fixture(scope="module")
def settings(temporal_address: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A small sample whose last days are lived through."""
    return Settings(
        home=tmp_path_factory.mktemp("beginning"),
        temporal_address=temporal_address,
        task_queue=f"beginning-{uuid4().hex[:8]}",
        database_url=None,
        sample_accounts=PLACES,
        sample_days=DAYS,
    )


@pytest.fixture(scope="module")
def begun(settings: Settings) -> Store:
    """The store on the sample's first morning."""
    home.make(settings)
    return home.prepared(settings, lambda _: None)


def test_cases_are_under_way_and_some_are_over(begun: Store) -> None:
    with begun.reading() as session:
        rows = list(session.execute(select(CaseRow)).scalars())
        tasks = list(session.execute(select(TaskRow).where(col(TaskRow.closed_at).is_(None))).scalars())
    assert {row.status for row in rows} == {"open", "closed"}
    assert len({row.state for row in rows if row.status == "open"}) > 2
    assert tasks
    assert all(row.at <= datetime.now(UTC) for row in rows)


def test_time_is_real_again_and_the_books_balance(begun: Store) -> None:
    with begun.reading() as session:
        assert read_clock(session) is None
        assert unbalanced_entries(session) == []


def test_a_case_that_is_over_is_kept_as_what_the_books_say(begun: Store) -> None:
    with begun.reading() as session:
        closed = set(session.execute(select(CaseRow.id).where(CaseRow.status == "closed")).scalars())
        kept = set(session.execute(select(CaseArchive.case_id)).scalars())
    assert closed == kept


def test_the_account_of_the_readme_is_left_for_a_newcomer(begun: Store) -> None:
    with begun.reading() as session:
        assert session.execute(select(CaseRow).where(col(CaseRow.account_id).in_(LEFT_ALONE))).first() is None


async def test_an_open_case_goes_on_as_a_workflow(begun: Store, settings: Settings, temporal_address: str) -> None:
    client = await cases.connect(temporal_address)
    world = World(store=begun, client=client, task_queue=settings.task_queue, files=settings.files)
    files.use(files.FolderStore(settings.files))
    async with working(world):
        handed = await beginning.hand_over(begun, client, settings.task_queue)
        again = await beginning.hand_over(begun, client, settings.task_queue)
        with begun.reading() as session:
            working_on = (
                select(TaskRow).join(CaseRow).where(col(TaskRow.closed_at).is_(None), col(TaskRow.state) == "open")
            )
            task = session.execute(working_on.order_by(col(TaskRow.id)).limit(1)).scalar_one()
            step = session.get_one(CaseRow, task.case_id).step_no
        put_aside = TaskSuspended(run=task.run, reason="The customer calls back.", clock_stops=False, by="rep2")
        taken = await cases.act(client, task.case_id, Act(event=put_aside, name="beginning"))
    files.use(None)
    assert (handed, beginning.is_pending(begun)) == (again, False)
    assert (taken.step, task.run in taken.open_tasks) == (step + 1, True)
