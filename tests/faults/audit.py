"""The audit that ends every test of faults: what was acknowledged is there once, and nothing is half there."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session, col, select
from temporalio.client import Client

from activities.reconciling import reconcile
from activities.world import World
from headgate.settings import Settings
from store import vault
from store.engine import open_store
from store.ledger import unbalanced_entries
from store.statements import WITHDRAWN
from store.tables.audit import Audit
from store.tables.cases import CaseRow, Incident, StepRow, TaskRow
from store.tables.ledger import Posting
from store.tables.outbox import AccountEvent, EffectRow, IdempotencyKey
from store.tables.papers import Letter
from workflows import client as cases

PATIENCE = timedelta(seconds=180)
AT_ONCE = 20
LEDGER = ("post-adjustment",)


@dataclass(kw_only=True)
class Acknowledged:
    """What the API has answered to whoever asked."""

    person: str = "rep"
    acts: dict[str, tuple[str, int]] = field(default_factory=dict)  #: key → case and step

    def taken(self, key: str, answer: Mapping[str, object]) -> None:
        """Notes an answer."""
        self.acts[key] = (str(answer["case"]), int(str(answer["step"])))


async def audited(settings: Settings, acknowledged: Acknowledged) -> Mapping[str, CaseRow]:
    """All cases by their ids, after everything has come to rest and nothing was found wrong.

    1. Each acknowledged act is there once: its step, its key, its row in the audit. (A row of a step that history does not hold
       stays where it was sealed before the step was put back; another one then says so.)
    2. Nothing is half there, acknowledged or not: each case's steps have no gap; a step has its effects, an effect its letter
       or posting, all once; each key belongs to a step; an open incident has an effect that failed.
    3. The ledger is balanced.
    4. The read model says what the workflows say."""
    address = settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"
    client = await cases.connect(address, namespace=settings.temporal_namespace)
    store = open_store(settings.database)
    world = World(store=store, client=client, task_queue=settings.task_queue, files=Path())
    keys = vault.current()
    vault.use(settings.vault)  # archived histories are sealed
    try:
        await _at_rest(world)
        with store.reading() as session:
            rows = {row.id: row for row in session.exec(select(CaseRow))}
            _acknowledged_once(session, acknowledged)
            _nothing_half(session, rows)
            assert unbalanced_entries(session) == []
        done = await reconcile(world, mend=False)
        assert done.found == ()
        room = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(_stands(client, row, room) for row in rows.values()))
    finally:
        vault.use(keys)
        store.close()
    return rows


async def _stands(client: Client, row: CaseRow, room: asyncio.Semaphore) -> None:
    async with room:
        standing = (await cases.view(client, row.id, patience=PATIENCE)).case
    assert standing is not None
    assert (standing.step, standing.is_open) == (row.step_no, row.status == "open"), row.id


async def _at_rest(world: World) -> None:
    """Waits until every effect and every event has left, or is an incident."""

    def on_their_way() -> int:
        with world.store.reading() as session:
            effects = session.exec(select(EffectRow.name).where(col(EffectRow.status) == "pending")).all()
            events = session.exec(select(AccountEvent.id).where(col(AccountEvent.delivered_at).is_(None))).all()
            return len(effects) + len(events)

    async with asyncio.timeout(PATIENCE.total_seconds()):
        while await asyncio.to_thread(on_their_way):
            await asyncio.sleep(0.1)


def _acknowledged_once(session: Session, acknowledged: Acknowledged) -> None:
    steps = Counter((step.case_id, step.step_no) for step in session.exec(select(StepRow)))
    withdrawn = {int(each) for each in session.exec(select(Audit.object_id).where(Audit.act == WITHDRAWN))}
    said = Counter(
        (row.case_id, row.step_no)
        for row in session.exec(select(Audit).where(col(Audit.act).in_(("open", "complete")), col(Audit.allowed)))
        if row.id not in withdrawn
    )
    for key, place in acknowledged.acts.items():
        kept = session.get(IdempotencyKey, (acknowledged.person, key))
        assert kept is not None, f"{key} was acknowledged and is not there"
        assert (kept.case_id, kept.step_no) == place, f"{key} was acknowledged as {place}"
        assert (steps[place], said[place]) == (1, 1), (
            f"{key} is there {steps[place]} times, audited {said[place]} times"
        )
    assert len(set(acknowledged.acts.values())) == len(acknowledged.acts)


def _nothing_half(session: Session, rows: Mapping[str, CaseRow]) -> None:
    numbers: dict[str, list[int]] = defaultdict(list)
    for step in session.exec(select(StepRow).order_by(col(StepRow.case_id), col(StepRow.step_no))):
        numbers[step.case_id].append(step.step_no)
    for case, row in rows.items():
        assert numbers[case] == list(range(1, row.step_no + 1)), f"{case} has the steps {numbers[case]}"
    places = {(case, number) for case, mine in numbers.items() for number in mine}
    kept = session.exec(select(IdempotencyKey).where(col(IdempotencyKey.step_no).is_not(None)))
    assert {(key.case_id, key.step_no) for key in kept} <= places
    assert {(task.case_id, task.opened_step) for task in session.exec(select(TaskRow))} <= places

    effects = {(each.case_id, each.step_no, each.effect_no): each for each in session.exec(select(EffectRow))}
    assert {place[:2] for place in effects} <= places
    done = {place: each.name for place, each in effects.items() if each.status == "done"}
    letters = Counter((each.case_id, each.step_no, each.effect_no) for each in session.exec(select(Letter)))
    assert letters == Counter(place for place, name in done.items() if name == "letter")
    entries = {(each.case_id, each.step_no, each.entry_id) for each in session.exec(select(Posting)) if each.case_id}
    posted = Counter((case, step) for case, step, _ in entries)
    assert posted == Counter(place[:2] for place, name in done.items() if name in LEDGER)
    open_ones = {
        (each.case_id, each.step_no, each.effect_no)
        for each in session.exec(select(Incident).where(col(Incident.settled_at).is_(None)))
    }
    assert open_ones == {place for place, each in effects.items() if each.status == "failed"}
