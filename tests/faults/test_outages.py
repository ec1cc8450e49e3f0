"""The database gone, full, or only to be read; Temporal gone for minutes: acts wait, and none is lost or doubled."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL, create_engine, text

from headgate.children import Child
from headgate.settings import Settings
from tests.faults.audit import Acknowledged, audited
from tests.faults.errands import representative, stream
from tests.faults.product import Lines, running, settled, someone

ERRANDS = 24
GONE_SECONDS = {"database": 30, "Temporal": 150}
FULL_SECONDS = 30
PATIENCE_SECONDS = 120
FULL_BYTES = 96 * 1024  #: no file of a process that is out of room grows beyond


@pytest.mark.usefixtures("only_long")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("gone", GONE_SECONDS)
async def test_while_it_is_gone_acts_wait_and_then_are_done_once(
    tmp_path: Path, new_database: Callable[[str], URL], gone: str
) -> None:
    lines = Lines()
    async with at_work(tmp_path, new_database("postgresql"), lines) as (working, _):
        await asyncio.sleep(1)
        for (_, there), line in lines.items():
            if there == gone:
                line.cut()
        await asyncio.sleep(GONE_SECONDS[gone])
        assert not working.done()
        for line in lines.values():
            line.mend()


@pytest.mark.usefixtures("only_long")
@pytest.mark.timeout(600)
async def test_a_disk_that_is_full_stops_acts_and_leaves_none_half_done(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (working, children):
        await asyncio.sleep(1)
        _leave_room(children, FULL_BYTES)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any("OperationalError" in child.log.read_text() for child in children):
                await asyncio.sleep(0.1)
        await asyncio.sleep(FULL_SECONDS)
        assert not working.done()
        _leave_room(children, resource.RLIM_INFINITY)


@pytest.mark.usefixtures("only_long")
@pytest.mark.timeout(600)
async def test_a_database_that_only_lets_itself_be_read_stops_acts_and_leaves_none_half_done(
    tmp_path: Path, new_database: Callable[[str], URL]
) -> None:
    """What a hosted PostgreSQL does when its disk is full."""
    database, lines = new_database("postgresql"), Lines()
    async with at_work(tmp_path, database, lines) as (working, _):
        await asyncio.sleep(1)
        for setting in ("on", "off"):
            _administer(database, f"ALTER DATABASE {database.database} SET default_transaction_read_only = {setting}")
            for line in lines.values():
                line.break_off()
            await asyncio.sleep(FULL_SECONDS if setting == "on" else 0)
            assert setting == "off" or not working.done()


@asynccontextmanager
async def at_work(
    folder: Path, database: URL | None = None, lines: Lines | None = None
) -> AsyncIterator[tuple[asyncio.Future[None], list[Child]]]:
    """People at work while the block brings a fault and mends it; then they end, and all is audited."""
    acknowledged = Acknowledged()
    async with running(folder / "home", database=database, lines=lines) as (settings, children):
        token, accounts = someone(settings)
        async with representative(settings, token) as http:
            working = asyncio.ensure_future(_worked(http, accounts, acknowledged))
            yield working, children
            await working
        await _all_closed(settings, children, acknowledged)


async def _worked(http: httpx.AsyncClient, accounts: list[str], acknowledged: Acknowledged) -> None:
    await stream(http, accounts, ERRANDS, acknowledged)


async def _all_closed(settings: Settings, children: list[Child], acknowledged: Acknowledged) -> None:
    await settled(children)
    rows = await audited(settings, acknowledged)
    assert {row.status for row in rows.values()} == {"closed"}
    assert len(rows) == ERRANDS


def _leave_room(children: list[Child], size: int) -> None:
    """No file of worker and API may grow beyond this size: what a full disk is to them."""
    for child in children:
        if child.name != "Temporal" and child.process is not None:
            resource.prlimit(child.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _administer(database: URL, statement: str) -> None:
    engine = create_engine(database.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
