"""Lines between worker, API, database and Temporal are cut, slow, broken, silent: nothing is lost or doubled.

`make faults` has more of it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.faults.audit import Acknowledged, audited
from tests.faults.errands import representative, seeded, stream
from tests.faults.network import Line
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
            faults = await _faults(lines, chance, working.done, longest=8 if is_long else 1)
            await working
        await settled(children)
        rows = await audited(settings, acknowledged)
    assert {row.status for row in rows.values()} == {"closed"}
    assert len(rows) == ERRANDS * (10 if is_long else 1)
    assert len(faults) >= 3


async def _faults(lines: Lines, chance: random.Random, done: Callable[[], bool], longest: float) -> list[str]:
    """What was done to which line, one after the other, until all is done."""
    faults: list[str] = []
    while not done():
        await asyncio.sleep(chance.uniform(0.2, 1))
        (here, there), line = chance.choice(list(lines.items()))
        what, fault = chance.choice(FAULTS)
        faults.append(f"{what}: {here} to {there}")
        fault(line)
        await asyncio.sleep(chance.uniform(0.2, longest))
        line.mend()
    return faults


FAULTS: list[tuple[str, Callable[[Line], None]]] = [
    ("cut", Line.cut),
    ("broken", Line.break_off),
    ("silent", Line.fall_silent),
    ("slow", lambda line: line.slow_down(0.2)),
]
