"""After a restore: each case goes on from what the database holds, whatever Temporal remembers; nothing is lost or doubled.

Databases and Temporal's file are copied while all runs, minutes of work apart, and put together crosswise.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from books import account
from desk import BANK, Bank, Desk, publish
from sqlmodel import select

from activities.reconciling import reconcile
from activities.recovering import Recovered, WorkerRunsError, recover
from activities.world import World
from headgate.settings import Settings
from headgate.temporal_server import command, find_or_build, free_port, wait_until_ready
from store.engine import open_store
from store.outbox import settle_effect
from store.queries.cases import children_of
from store.tables.cases import CaseRow
from worker.run import working
from workflows.client import connect

QUEUE = "restored"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A folder with Headgate's database and Temporal's."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "headgate.db"

    @property
    def temporal(self) -> Path:
        return self.folder / "temporal.db"

    def copied(self, name: str) -> Pair:
        """Both as they are at this moment, while everything runs."""
        to = Pair(folder=self.folder.parent / name)
        to.folder.mkdir()
        for source, target in ((self.temporal, to.temporal), (self.database, to.database)):
            with closing(sqlite3.connect(source)) as held, closing(sqlite3.connect(target)) as copy:
                held.backup(copy)
        return to


def crossed(folder: Path, *, database: Pair, temporal: Pair) -> Pair:
    """A pair whose sides are of different moments."""
    folder.mkdir()
    made = Pair(folder=folder)
    shutil.copyfile(database.database, made.database)
    shutil.copyfile(temporal.temporal, made.temporal)
    return made


@contextmanager
def serving(file: Path) -> Iterator[str]:
    """The address of a Temporal server whose state is in the file."""
    port = free_port()
    with subprocess.Popen(command(find_or_build(Settings().cache, print), port=port, database=file)) as server:
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


@asynccontextmanager
async def there(pair: Pair) -> AsyncIterator[World]:
    """The pair with a Temporal server, and no worker yet."""
    with serving(pair.temporal) as address:
        await wait_until_ready(address)
        store = open_store(f"sqlite:///{pair.database}")
        yield World(store=store, client=await connect(address), task_queue=QUEUE, files=pair.folder)
        store.close()


@dataclass(frozen=True, kw_only=True)
class Lived:
    """What was done before and after the first backup, and the two backups."""

    before: Pair
    after: Pair
    cases: dict[str, str]
    asked: int  #: times that the bank was asked until the second


@asynccontextmanager
async def begun(folder: Path, template: Path) -> AsyncIterator[tuple[Pair, Desk]]:
    """Both databases at their beginning: an account and the definition, and a bank that nobody has asked."""
    BANK.__dict__.update(Bank().__dict__)
    pair = Pair(folder=folder / "lived")
    pair.folder.mkdir()
    shutil.copyfile(template, pair.database)
    async with there(pair) as world:
        with world.store.writing() as session:
            account(session)
            publish(session)
        yield pair, Desk(world=world)


@pytest.fixture
async def lived(tmp_path: Path, sqlite_template: Path) -> Lived:
    """Three cases; after the first backup one is moved on, one is credited and closed, and a fourth is opened."""
    async with begun(tmp_path, sqlite_template) as (pair, desk), working(desk.world, sandboxed=True):
        cases = {key: (await desk.open("complaint", key=key)).case for key in ("quiet", "moved", "credited")}
        before = pair.copied("before")
        await desk.complete(cases["moved"], "explained", cause="leak")
        await credited(desk, cases["credited"])
        cases["new"] = (await desk.open("complaint", key="new")).case
        await desk.complete(cases["new"], "explained", cause="misread")
        after = pair.copied("after")
    return Lived(before=before, after=after, cases=cases, asked=BANK.asked.total())


async def credited(desk: Desk, case: str) -> None:
    """A leak is found, the bank credits the account, and the case hears of it."""
    await desk.complete(case, "adjust", cause="leak")
    await desk.until(lambda: desk.case(case).state == "answering")


def states(world: World) -> dict[str, tuple[str, int]]:
    """Where the database says that each case is, after how many steps."""
    with world.store.reading() as session:
        return {row.id: (row.state, row.step_no) for row in session.exec(select(CaseRow))}


async def settled(world: World) -> None:
    """No difference is left between cases and read model, once the worker has done what waited."""
    async with asyncio.timeout(30):
        while (await reconcile(world, mend=False)).found:
            await asyncio.sleep(0.1)


async def recovered(world: World, *, again: bool = False) -> Recovered:
    return await recover(world, again=again)


async def test_a_database_newer_than_temporal_keeps_every_act(tmp_path: Path, lived: Lived) -> None:
    pair = crossed(tmp_path / "newer", database=lived.after, temporal=lived.before)
    async with there(pair) as world:
        held = states(world)
        done = await recovered(world)
        assert (done.given, done.beyond) == (4, ())
        desk = Desk(world=world)
        async with working(world, sandboxed=True):
            await settled(world)
            assert states(world) == held
            assert BANK.asked.total() == lived.asked, "an effect that was carried out is not carried out again"
            repeated = await desk.complete(lived.cases["moved"], "explained", cause="leak")
            assert (repeated.step, repeated.replayed) == (2, True)
            assert (await desk.send(lived.cases["moved"], "customer-replied")).step == 3
            assert (await desk.complete(lived.cases["quiet"], "explained", cause="misread")).step == 2
            await settled(world)


async def test_a_database_older_than_temporal_tells_what_it_lacks(tmp_path: Path, lived: Lived) -> None:
    pair = crossed(tmp_path / "older", database=lived.before, temporal=lived.after)
    async with there(pair) as world:
        held = states(world)
        done = await recovered(world)
        assert (done.given, done.ended) == (3, 1)
        lacking = [(each.case, each.what, each.by, each.again) for each in done.beyond]
        named = {name: case for case, name in ((case, name) for name, case in lived.cases.items())}
        assert (named["moved"], "outcome", "rep", False) in lacking
        assert (named["credited"], "outcome", "rep", False) in lacking
        assert (named["new"], "open", "rep", False) in lacking
        assert (named["new"], "outcome", "rep", False) in lacking
        desk = Desk(world=world)
        async with working(world, sandboxed=True):
            await settled(world)
            assert states(world) == held
            assert (await desk.complete(lived.cases["moved"], "explained", cause="leak")).step == 2
            assert (await desk.open("complaint", key="new")).case == lived.cases["new"]
            await settled(world)


async def test_acts_that_only_histories_hold_are_taken_again(tmp_path: Path, lived: Lived) -> None:
    async with there(lived.after) as world:
        wanted = states(world)
        effects = {case: Desk(world=world).effects(case) for case in wanted}
    pair = crossed(tmp_path / "again", database=lived.before, temporal=lived.after)
    async with there(pair) as world:
        done = await recovered(world, again=True)
        assert done.given == 4
        assert all(each.again for each in done.beyond)
        desk = Desk(world=world)
        async with working(world, sandboxed=True):
            await desk.until(lambda: states(world) == wanted)
            await settled(world)
            for case, expected in effects.items():
                await desk.until(lambda case=case, expected=expected: desk.effects(case) == expected)
            repeated = await desk.complete(lived.cases["moved"], "explained", cause="leak")
            assert (repeated.step, repeated.replayed) == (2, True), "who sends the act once more gets its answer"


async def test_temporal_may_be_lost_altogether_and_it_may_be_repeated(tmp_path: Path, lived: Lived) -> None:
    folder = tmp_path / "lost"
    folder.mkdir()
    pair = Pair(folder=folder)
    shutil.copyfile(lived.after.database, pair.database)
    async with there(pair) as world:
        held = states(world)
        assert (await recovered(world)).given == 4
        assert (await recovered(world)).given == 4
        async with working(world, sandboxed=True):
            await settled(world)
            assert states(world) == held
            assert (await Desk(world=world).send(lived.cases["moved"], "customer-replied")).step == 3


async def test_an_effect_that_waited_is_carried_out_and_an_answer_that_was_not_heard_is_heard(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async with begun(tmp_path, sqlite_template) as (pair, desk):
        BANK.fails = 1_000
        async with working(desk.world, sandboxed=True):
            waits, unheard = [(await desk.open("complaint", key=key)).case for key in ("waits", "unheard")]
            for case in (waits, unheard):
                await desk.complete(case, "adjust", cause="leak")
            copy = pair.copied("copy")
    copy.temporal.unlink()
    BANK.__dict__.update(Bank().__dict__)
    async with there(copy) as world:
        with world.store.writing() as session:
            answer = {"event": "posted", "data": {"amount": "25.00"}}
            at = Desk(world=world).now()
            assert settle_effect(session, unheard, 2, 1, "done", at=at, result=answer)
        assert (await recovered(world)).given == 2
        desk = Desk(world=world)
        async with working(world, sandboxed=True):
            await desk.until(lambda: {desk.case(case).state for case in (waits, unheard)} == {"answering"})
            await settled(world)
            assert BANK.asked == {f"{waits}.2.1": 1}
            assert desk.steps(waits)[-1] == desk.steps(unheard)[-1]


async def test_a_parent_hears_of_a_child_that_closed_and_a_child_still_tells_its_parent(
    tmp_path: Path, sqlite_template: Path
) -> None:
    pair = Pair(folder=tmp_path / "lived")
    pair.folder.mkdir()
    shutil.copyfile(sqlite_template, pair.database)
    async with there(pair) as world:
        with world.store.writing() as session:
            account(session)
            publish(session)
        desk = Desk(world=world)
        async with working(world, sandboxed=True):
            hears, later = [(await desk.open("parent", key=key)).case for key in ("hears", "later")]
            await desk.until(lambda: all(child_of(desk, parent) for parent in (hears, later)))
            children = {parent: child_of(desk, parent) for parent in (hears, later)}
            before = pair.copied("before")
            await desk.complete(children[hears], "done")
            await desk.until(lambda: desk.case(hears).status == "closed")
            after = pair.copied("after")
    take_back(after.database, hears, before.database)
    after.temporal.unlink()
    async with there(after) as world:
        assert (await recovered(world)).given == 3
        desk = Desk(world=world)
        async with working(world, sandboxed=True):
            await desk.until(lambda: desk.case(hears).status == "closed")
            await desk.complete(children[later], "done")
            await desk.until(lambda: desk.case(later).status == "closed")
            assert desk.steps(hears) == desk.steps(later) == ["opened", "child closed done"]
            await settled(world)


async def test_whoever_copies_temporals_file_stops_no_act(tmp_path: Path, sqlite_template: Path) -> None:
    pair = Pair(folder=tmp_path / "lived")
    pair.folder.mkdir()
    shutil.copyfile(sqlite_template, pair.database)
    async with there(pair) as world:
        with world.store.writing() as session:
            account(session)
            publish(session)
        desk = Desk(world=world)
        async with working(world, sandboxed=True):
            with closing(sqlite3.connect(pair.temporal, isolation_level=None)) as reader:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM executions").fetchone()
                case = (await desk.open("complaint")).case
                assert (await desk.complete(case, "explained", cause="leak")).step == 2


def child_of(desk: Desk, parent: str) -> str:
    """The child that a parent has opened, once the desk sees it; before that nothing."""
    with desk.world.store.reading() as session:
        links = children_of(session, parent)
        return next((link.child_id for link in links if session.get(CaseRow, link.child_id)), "")


def take_back(database: Path, case: str, earlier: Path) -> None:
    """Makes one case in the database what it was in an earlier copy, as if its last step had come a moment later."""
    with closing(sqlite3.connect(database)) as held:
        held.execute("ATTACH ? AS earlier", (str(earlier),))
        held.execute("REPLACE INTO cases SELECT * FROM earlier.cases WHERE id = ?", (case,))
        held.execute(
            "DELETE FROM steps WHERE case_id = ? AND step_no > (SELECT step_no FROM cases WHERE id = ?)", (case, case)
        )
        held.commit()


async def test_nothing_is_recovered_while_a_worker_runs(desk: Desk) -> None:
    await desk.open("complaint")
    with pytest.raises(WorkerRunsError, match="stop all workers"):
        await recover(desk.world, again=False)
