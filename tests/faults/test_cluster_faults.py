"""The processes of a real cluster killed and gone amid a stream of acts: PostgreSQL, Temporal's server on it, workers, APIs.

All on one cluster of `deploy/local.sh`, which people reach by both APIs in turn; each test ends with the audit of all that was
acknowledged until then. In `make faults`: Temporal's server is built the first time.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
import pytest_asyncio
from sqlmodel import col, select

from headgate.settings import Settings
from store.engine import open_store
from store.tables.cases import Incident
from tests.faults.audit import Acknowledged, audited
from tests.faults.errands import seeded, stream
from tests.faults.local_cluster import PROCESSES, LocalCluster, desk_of, local_cluster
from tests.faults.network import Line, line_to, plagued, to_port
from tests.faults.product import insisted

ERRANDS = 24
GONE_SECONDS = {"postgres": 30, "temporal": 150}
ACTS_BEFORE = (3, 24)  #: of an errand's three each
LONGEST_FAULT_SECONDS = 8

pytestmark = [pytest.mark.usefixtures("only_long"), pytest.mark.timeout(1800)]


@dataclass(kw_only=True)
class Office:
    """People who work on a cluster, and what they were told."""

    cluster: LocalCluster
    settings: Settings  #: of its processes, without lines between
    lines: dict[str, Line]
    http: httpx.AsyncClient
    accounts: list[str]
    acknowledged: Acknowledged = field(default_factory=Acknowledged)

    @asynccontextmanager
    async def at_work(self, name: str, errands: int = ERRANDS) -> AsyncIterator[Callable[[], bool]]:
        """People who do so many errands while the block brings a fault and mends it; it is told whether they are done. Then
        they end, and all is audited."""
        work = asyncio.ensure_future(stream(self.http, self.accounts, errands, self.acknowledged, name=name))
        try:
            yield work.done
            await work
        finally:
            work.cancel()
        rows = await audited(self.settings, self.acknowledged)
        mine = {case for key, (case, _) in self.acknowledged.acts.items() if key.startswith(f"{name}-")}
        assert {rows[case].status for case in mine} == {"closed"}
        assert len(mine) == errands

    async def acts(self, number: int) -> None:
        """Waits until so many more acts are acknowledged."""
        wanted = len(self.acknowledged.acts) + number
        while len(self.acknowledged.acts) < wanted:
            await asyncio.sleep(0.01)

    async def start(self, *names: str) -> None:
        """Starts processes while people go on."""
        await asyncio.to_thread(self.cluster.start, *names)


@pytest_asyncio.fixture(scope="module")
async def office(request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    """A cluster whose processes reach each other by lines, whole for now."""
    if not request.config.getoption("--run-faults"):
        pytest.skip("long: make faults")
    with local_cluster() as cluster:
        port = {name: int(cluster.environment[name]) for name in ("POSTGRES_PORT", "TEMPORAL_PORT")}
        async with (
            line_to(to_port(port["POSTGRES_PORT"])) as database,
            line_to(to_port(port["TEMPORAL_PORT"])) as temporal,
            line_to(to_port(port["POSTGRES_PORT"])) as its_database,
        ):
            settings = cluster.settings()
            cluster.environment.update(
                POSTGRES_PORT_FOR_HEADGATE=str(database.port),
                TEMPORAL_PORT_FOR_HEADGATE=str(temporal.port),
                POSTGRES_PORT_FOR_TEMPORAL=str(its_database.port),
            )
            await asyncio.to_thread(cluster.start)
            async with desk_of(cluster, settings) as (http, accounts):
                yield Office(
                    cluster=cluster,
                    settings=settings,
                    lines={"database": database, "Temporal": temporal, "Temporal's database": its_database},
                    http=http,
                    accounts=accounts,
                )
            await asyncio.to_thread(cluster.stop)


@pytest.mark.parametrize("victim", PROCESSES)
async def test_a_killed_process_loses_doubles_and_half_does_nothing(office: Office, victim: str) -> None:
    _, chance = seeded()
    async with office.at_work(f"kill-{victim}") as done:
        await office.acts(chance.randint(*ACTS_BEFORE))
        os.kill(office.cluster.pid(victim), signal.SIGKILL)
        assert not done()
        while (await asyncio.to_thread(office.cluster.statuses))[victim] != "does not run":
            await asyncio.sleep(0.1)
        await office.start(victim)


@pytest.mark.parametrize("gone", GONE_SECONDS)
async def test_while_it_is_gone_acts_wait_and_then_are_done_once(office: Office, gone: str) -> None:
    async with office.at_work(f"gone-{gone}") as done:
        await office.acts(ACTS_BEFORE[0])
        await asyncio.to_thread(office.cluster.stop, gone)
        await asyncio.sleep(GONE_SECONDS[gone])
        assert not done()
        await office.start(gone)


async def test_faults_of_the_network_lose_double_and_half_do_nothing(office: Office) -> None:
    _, chance = seeded()
    async with office.at_work("network", ERRANDS * 4) as done:
        faults = await plagued(office.lines, chance, done, longest=LONGEST_FAULT_SECONDS)
    print(f"{len(faults)} faults: {Counter(faults)}")
    assert len(faults) >= 3


async def test_a_case_that_always_fails_harms_no_other(office: Office) -> None:
    body = {"case": "poisoned", "data": {"account": office.accounts[0]}}
    poisoned = await insisted(office.http, "/api/cases", body, "poisoned")
    office.acknowledged.taken("poisoned", poisoned)
    async with office.at_work("beside"):
        while not await asyncio.to_thread(_incidents, office.settings, str(poisoned["case"])):
            await asyncio.sleep(0.2)


def _incidents(settings: Settings, case: str) -> list[str]:
    """Open incidents of a case."""
    store = open_store(settings.database)
    with store.reading() as session:
        query = select(Incident.id).where(Incident.case_id == case, col(Incident.settled_at).is_(None))
        found = list(session.exec(query))
    store.close()
    return found
