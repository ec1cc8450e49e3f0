"""Lines between worker, API, database and Temporal are cut, slow, broken, silent: nothing is lost or doubled.

`make faults` has more of it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.faults.audit import Acknowledged, audited
from tests.faults.errands import representative, seeded, stream
from tests.faults.network import plagued
from tests.faults.product import Lines, running, settled, someone

ERRANDS = 30


@pytest.mark.timeout(900)
async def test_faults_of_the_network_lose_double_and_half_do_nothing(
    tmp_path: Path, new_database: Callable[[str], URL], is_long: bool
) -> None:
    _, chance = seeded()
    acknowledged, lines = Acknowledged(), Lines()
    async with running(tmp_path / "home", database=new_database("postgresql"), lines=lines) as (settings, children):
        token, accounts = someone(settings)
        async with representative(settings, token) as http:
            working = asyncio.gather(stream(http, accounts, ERRANDS * (10 if is_long else 1), acknowledged))
            faults = await plagued(lines, chance, working.done, longest=8 if is_long else 1)
            await working
        await settled(children)
        rows = await audited(settings, acknowledged)
    assert {row.status for row in rows.values()} == {"closed"}
    assert len(rows) == ERRANDS * (10 if is_long else 1)
    print(f"{len(faults)} faults: {Counter(faults)}")
    assert len(faults) >= 3
