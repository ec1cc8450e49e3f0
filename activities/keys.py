"""Which keys the histories still need: of open cases in Temporal, and of closed ones in the archive."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlmodel import col, or_, select
from temporalio.api.history.v1 import History
from temporalio.service import RPCError, RPCStatusCode

from activities.world import World
from store.records import kept_histories, replace_history
from store.tables.cases import CaseRow
from workflows.codec import Encryption, key_of
from workflows.payloads import payloads_in

AT_ONCE = 10
READABLE = ""  #: stands for the name of a key where payloads are not encrypted


@dataclass(frozen=True, kw_only=True)
class Needed:
    """Key → how many histories have a payload that it has encrypted."""

    cases: Counter[str] = field(default_factory=Counter)  #: in Temporal: open, or not archived yet
    archived: Counter[str] = field(default_factory=Counter)
    looked_at: int = 0

    def by(self, key: str) -> int:
        """How many histories need this key."""
        return self.cases[key] + self.archived[key]


async def needed(world: World, told: Callable[[int], None] = lambda _: None) -> Needed:
    """What needs which key, read from every history that there is."""
    cases, done = await asyncio.to_thread(_in_temporal, world), 0
    found: Counter[str] = Counter()
    limit = asyncio.Semaphore(AT_ONCE)

    async def look(case: str) -> None:
        nonlocal done
        async with limit:
            found.update(await _keys_of(world, case))
        done += 1
        told(done)

    await asyncio.gather(*(look(case) for case in cases))
    archived, read = await asyncio.to_thread(_archived, world)
    return Needed(cases=found, archived=archived, looked_at=len(cases) + read)


def reseal(world: World, codec: Encryption, told: Callable[[int], None] = lambda _: None) -> int:
    """How many archived histories were encrypted anew with the newest key, each in a transaction of its own."""
    with world.store.reading() as session:
        others = [
            (case, run)
            for case, run, history in kept_histories(session)
            if _keys(History.FromString(history)) - {codec.newest}
        ]
    for number, (case, run) in enumerate(others, 1):
        with world.store.writing() as session:
            for _, _, kept in (each for each in kept_histories(session, case) if each[1] == run):
                history = History.FromString(kept)
                for payload in payloads_in(history):
                    payload.CopyFrom(codec.encrypted(codec.decrypted(payload)))
                replace_history(session, case, run, history.SerializeToString())
        told(number)
    return len(others)


def _in_temporal(world: World) -> list[str]:
    with world.store.reading() as session:
        query = select(CaseRow.id).where(or_(col(CaseRow.status) == "open", col(CaseRow.kept_at).is_(None)))
        return list(session.exec(query))


async def _keys_of(world: World, case: str) -> set[str]:
    try:
        history = await world.client.get_workflow_handle(case).fetch_history()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return set()
        raise
    return _keys(History(events=history.events))


def _archived(world: World) -> tuple[Counter[str], int]:
    found: Counter[str] = Counter()
    read = 0
    with world.store.reading() as session:
        for _, _, history in kept_histories(session):
            found.update(_keys(History.FromString(history)))
            read += 1
    return found, read


def _keys(history: History) -> set[str]:
    return {key_of(payload) or READABLE for payload in payloads_in(history)}
