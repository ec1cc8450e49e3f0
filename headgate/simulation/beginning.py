"""The sample's first day: cases that have been under way for months, and then go on as any others.

The district's last months are lived through in the books (`run.py`); after that each open case gets its workflow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlmodel import Session, col
from temporalio.client import Client

from activities import files
from activities.openings import reopening
from definitions.language.library import Library
from headgate.simulation.run import Simulation
from headgate.simulation.staff import people_in
from store.clock import Clock, set_clock
from store.engine import Store
from store.records import archive_history
from store.tables.base import table_of
from store.tables.cases import CaseLink, CaseRow
from store.tables.clock import DistrictClock
from store.tables.imports import ImportRun
from workflows import client as cases
from workflows.machine.case import Case
from workflows.messages import StartCase

MARK = "sample-cases"  #: of the import run that says how far it is
AT_ONCE = 20
COLLECTIONS_A_WEEK = 8  #: a beginning has to be over soon; the rest is found on the first business day


def begin(session: Session, now: datetime, days: int) -> datetime:
    """Sets the district back by so many days, until `live_through` has come to today; gives the first day's morning."""
    first = now - timedelta(days=days)
    set_clock(session, Clock(real=datetime.now(UTC), district=first, speed=1.0, paused=True))
    session.add(
        ImportRun(id=MARK, kind="sample", file_name="", file_digest="", started_at=now, by="headgate", loaded=0)
    )
    return first


def live_through(
    store: Store,
    library: Library,
    folder: Path,
    letters: Path,
    *,
    first: datetime,
    now: datetime,
    progress: Callable[[int, int], None],
    most_a_week: int | None = COLLECTIONS_A_WEEK,
    seed: int = 1,
) -> None:
    """Lives through the days from the first to today; the published definitions and the sample's books are what it acts on."""
    compiled = library.compile(next(iter(library.cases)))
    zone = compiled.calendar.zone
    files.use(files.FolderStore(letters))
    try:
        simulation = Simulation(
            store,
            folder,
            compiled.calendar,
            begin=first.astimezone(zone).date(),
            end=now.astimezone(zone).date(),
            people=people_in(compiled),
            most_a_week=most_a_week,
            seed=seed,
        )
        simulation.run(progress)
    finally:
        files.use(None)


def is_pending(store: Store) -> bool:
    """Whether open cases of the sample may still lack their workflows."""
    with store.reading() as session:
        run = session.get(ImportRun, MARK)
        return run is not None and run.ended_at is None


def return_to_today(store: Store) -> None:
    """Gives the district its own time back, and closes the books of the cases that are over."""
    with store.writing() as session:
        run = session.get(ImportRun, MARK)
        if run is None or run.loaded:
            return
        session.connection().execute(delete(table_of(DistrictClock)))
        run.loaded = len(list(session.execute(select(col(CaseRow.id))).scalars()))
        for row in session.execute(select(CaseRow).where(col(CaseRow.status) == "closed")).scalars():
            at = row.kept_at = row.closed_at or row.at
            archive_history(session, row.id, MARK, b"", at)  # they never had a workflow


async def hand_over(store: Store, client: Client, task_queue: str) -> int:
    """Gives every open case of the sample its workflow, and says how many there are; done twice it changes nothing."""
    with store.reading() as session:
        rows = list(session.execute(select(CaseRow).where(col(CaseRow.status) == "open")).scalars())
        parents = {link.child_id: link.parent_id for link in session.execute(select(CaseLink)).scalars()}
        ready = [(row.id, *reopening(session, row.snapshot, by="headgate")) for row in rows]
    together = asyncio.Semaphore(AT_ONCE)

    async def give(case_id: str, case: Case, start: StartCase, content: bytes) -> None:
        async with together:
            start = replace(start, parent=parents.get(case_id))
            await cases.carry_on(client, case, start, content, task_queue=task_queue)

    await asyncio.gather(*(give(*each) for each in ready))
    with store.writing() as session:
        run = session.get_one(ImportRun, MARK)
        run.ended_at = datetime.now(UTC)
    return len(ready)
