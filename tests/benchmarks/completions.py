"""Headgate beside the bare workflow: rounds in turn on one server, after a warm-up of both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from store.engine import Store
from store.queries.keeping import cases_to_archive
from tests.benchmarks import page, rows
from tests.benchmarks.driving import drive
from tests.benchmarks.figures import BARE, HEADGATE, Line, Round, Series, lines
from tests.benchmarks.places import Place, placed

CASES = {1: 60}  #: cases of a round, by how many at once: some seconds, or the machine is what is measured
CASES_AT_ONCE = 8  #: else so many times the number at once
ARCHIVED_SECONDS = 120.0  #: within which the worker finds quiet for the histories of a round
SETTLING_SECONDS = 1.0  #: the server writes what a round left behind

Say = Callable[[str], None]


async def measure(engine: str, at_once: Sequence[int], rounds: int, seed: int, say: Say) -> None:
    """Measures on one engine, prints the table and writes it into the page."""
    machine = page.machine()
    say(f"{engine}: {rounds} rounds, seed {seed}, {', '.join(map(str, at_once))} at once; {machine}")
    async with placed(engine) as place:
        series = [await _series(place, number, rounds, seed, say) for number in at_once]
    said = [_table(each) for each in series]
    for table in said:
        say(f"\n{table}")
    about = f"{machine}. {rounds} rounds of each, seed {seed}."
    page.write(engine, "\n\n".join([about, *said]))


async def _series(place: Place, at_once: int, rounds: int, seed: int, say: Say) -> Series:
    series = Series(at_once=at_once)
    cases = CASES.get(at_once, CASES_AT_ONCE * at_once)
    for number in range(rounds + 1):
        # Who begins changes, so that neither always meets what the other left.
        order = (BARE, HEADGATE) if number % 2 else (HEADGATE, BARE)
        firsts = {}
        for name in order:
            done, firsts[name] = await _round(place, name, cases, at_once, f"{seed}/{at_once}/{number}")
            warm_up = " (warm-up)" if number == 0 else ""
            say(f"  {at_once} at once, round {number}{warm_up}: {name} {len(done.completions) / done.seconds:.1f}/s")
            if number:
                series.rounds[name].append(done)
        rows.check_same(place, firsts[BARE], firsts[HEADGATE])
    return series


async def _round(place: Place, name: str, cases: int, at_once: int, seed: str) -> tuple[Round, str]:
    bytes_before, cpu_before = place.bytes(name), place.cpu_ms(name)
    driven = await drive(place.contenders[name], place.accounts, cases=cases, at_once=at_once, seed=seed)
    if name == HEADGATE:
        await _archived(place.stores[name])
    cpu = place.cpu_ms(name)
    await asyncio.sleep(SETTLING_SECONDS)
    after = place.bytes(name)
    return Round(
        cases=cases,
        seconds=driven.seconds,
        completions=driven.completions,
        cpu_ms={part: cpu[part] - cpu_before[part] for part in cpu},
        bytes={part: after[part] - bytes_before[part] for part in after},
    ), driven.first


async def _archived(store: Store) -> None:
    """Waits until Headgate has kept the histories of the round: they count as its work, and would else burden the other."""
    async with asyncio.timeout(ARCHIVED_SECONDS):
        while True:
            with store.reading() as session:
                if not cases_to_archive(session, limit=1):
                    return
            await asyncio.sleep(SETTLING_SECONDS)


def _table(series: Series) -> str:
    head = (f"{series.at_once} at once", "bare", "Headgate", "ratio")
    return page.table(head, [_row(line) for line in lines(series)])


def _row(line: Line) -> tuple[str, ...]:
    return (line.title, f"{line.bare:.1f}", f"{line.headgate:.1f}", f"{line.ratio:.2f}")
