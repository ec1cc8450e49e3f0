"""The driver: so many cases, so many at once, each opened and worked through by updates."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.benchmarks.bare_rows import NAMES
from tests.benchmarks.contenders import Contender


@dataclass(kw_only=True)
class Driven:
    """What came of some cases."""

    first: str  #: id of the first case
    seconds: float = 0.0
    completions: list[float] = field(default_factory=list)  #: seconds of each


async def drive(contender: Contender, accounts: list[str], *, cases: int, at_once: int, seed: str) -> Driven:
    """Works `cases` cases through, `at_once` at a time, and says how long each completion took.

    The same seed gives the same accounts in the same order."""
    chance = random.Random(seed)
    own = random.Random(f"{seed}/{contender.name}")
    work = [(f"c-{own.getrandbits(48):012x}", chance.choice(accounts)) for _ in range(cases)]
    driven = Driven(first=work[0][0])
    waiting = iter(work)
    began = time.perf_counter()
    await asyncio.gather(*(_person(contender, waiting, driven) for _ in range(at_once)))
    driven.seconds = time.perf_counter() - began
    return driven


async def _person(contender: Contender, waiting: Iterator[tuple[str, str]], driven: Driven) -> None:
    for case, account in waiting:
        await contender.open(case, account)
        for run in range(1, len(NAMES) + 1):
            began = time.perf_counter()
            await contender.complete(case, run)
            driven.completions.append(time.perf_counter() - began)
