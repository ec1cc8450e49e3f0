"""Very many open cases: `python -m tests.benchmarks.scale --help`.

So many cases that wait for an answer and for a day; then what their processes hold in memory, how quickly lists, search and
acts answer beside them, a start of the workers with all of them open, timers that are all due in one moment, and the release
of a long list.

With `--home` the place is kept, and a later call goes on there: what is open is not opened again. So the opening, which may
take an hour, can be done beside other work (`--only-open`), broken off and gone on with, and the measuring on a quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
import secrets
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvloop
from sqlalchemy import make_url
from sqlmodel import col, select
from temporalio.client import Client

from store.engine import Store, open_store
from store.people import make_sign_in
from store.records import version_in_effect
from store.tables.cases import StepRow
from store.tables.definitions import DefinitionVersion
from store.tables.utility import Account
from tests.benchmarks import page, usage
from tests.benchmarks.figures import percentile
from tests.benchmarks.many_open import Opening, ids_of, known_cases
from tests.benchmarks.standing import PLACES, Standing, standing
from workflows import client as cases
from workflows.machine.events import Outcome
from workflows.messages import Act, Audited, Key, StartCase

LONG = timedelta(days=40)  #: for which most cases wait
PATIENCE = timedelta(minutes=5)
OPENED_AT_ONCE = 64
TRIES = 20  #: to open one case, while the server does not answer
AGAIN_SECONDS = 3
SAID_EACH = 1000
LOOKS = 100
ACTS = 200
ASKED: dict[str, tuple[str, str, dict[str, str] | None]] = {
    "first 50 of the queue": ("GET", "/api/tasks?queue=desk", None),
    "search by account": ("POST", "/api/accounts/search", {"words": "{account}"}),
    "search by a name's beginning": ("POST", "/api/accounts/search", {"words": "mar"}),
    "a case": ("GET", "/api/cases/{case}", None),
    "open cases, first page": ("GET", "/api/cases?status=open", None),
}

Say = Callable[[str], None]
Row = tuple[str, str]


@dataclass(kw_only=True)
class Bench:
    """The product, its books and what was measured."""

    product: Standing
    store: Store
    client: Client
    http: httpx.AsyncClient
    accounts: list[str]
    say: Say
    chance: random.Random
    opened: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def note(self, title: str, figure: str) -> None:
        """A row of the table, said at once."""
        self.rows.append((title, figure))
        self.say(f"  {title}: {figure}")

    async def open(self, definition: str, number: int, data: dict[str, Any]) -> list[str]:
        """Opens so many new cases and returns their ids."""
        ids = [f"c-{secrets.token_hex(6)}" for _ in range(number)]
        await self.open_each(definition, ids, data, lambda _: None)
        return ids

    async def open_each(
        self, definition: str, ids: Sequence[str], data: dict[str, Any], opened: Callable[[str], None]
    ) -> None:
        """Opens cases with these ids; who opens the same id again gets the same case."""
        with self.store.reading() as session:
            version = version_in_effect(session, definition, datetime.now(UTC))
        assert version is not None

        async def one(case: str) -> None:
            await self._open(case, version, data)
            opened(case)

        await _together(ids, OPENED_AT_ONCE, one)

    async def _open(self, case: str, version: DefinitionVersion, data: dict[str, Any]) -> None:
        account = {"id": self.chance.choice(self.accounts), "class": "residential", "confidential": False}
        start = StartCase(
            case=case,
            definition=version.definition,
            version=version.version,
            by="rep",
            data=data | ({"account": account} if data else {}),
            key=_key(f"open {case}"),
            audit=Audited(act="open-case", object_kind="case", object_id=case),
        )
        queue = self.product.settings.task_queue
        for left in reversed(range(TRIES)):
            try:
                await cases.open_case(self.client, start, version.compiled, task_queue=queue, patience=PATIENCE)
                return
            except cases.Unanswered:  # a server that is slow for a moment; the same act again opens nothing twice
                if not left:
                    raise
                await asyncio.sleep(AGAIN_SECONDS)

    async def answer(self, case: str) -> None:
        """Completes the one task of a waiting case."""
        act = Act(
            event=Outcome(run=1, outcome="answered", form={}, by="rep"),
            name=f"complete {case}",
            key=_key(f"complete {case}"),
            audit=Audited(act="complete", object_kind="case", object_id=case),
        )
        await cases.act(self.client, case, act, patience=PATIENCE)


def main() -> None:
    """Runs one place and writes its table into the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__)
    parser.add_argument("--place", choices=PLACES, default="development")
    parser.add_argument("--cases", type=int, default=10_000, help="cases that wait (default 10000)")
    parser.add_argument("--timers", type=int, default=2_000, help="timers due in one moment (default 2000)")
    parser.add_argument("--lines", type=int, default=5_000, help="lines of the list that is released (default 5000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path, help="a folder in which the place is kept")
    parser.add_argument("--only-open", action="store_true", help="open what is missing in --home, and end")
    asked = parser.parse_args()
    if asked.only_open and asked.home is None:
        parser.error("--only-open wants --home: without a folder nothing is kept")
    uvloop.run(_until_told(measure(asked)))


async def measure(asked: argparse.Namespace) -> None:
    """Measures in one place, prints the table and writes it into the page."""
    machine = page.machine()
    print(f"{asked.place}: {machine}", flush=True)
    kept = asked.home / asked.place if asked.home is not None else None
    async with _bench(asked.place, asked.seed, kept) as bench:
        opening = Opening.read(kept)
        await _opened(bench, opening, ids_of(asked.seed, asked.cases))
        if asked.only_open:
            return
        _held(bench, opening, asked.cases)
        await _asked(bench)
        await _acted(bench)
        await _restarted(bench)
        await _fired(bench, asked.timers)
        await _released(bench, asked.lines)
        table = page.table((f"{asked.cases:,} open cases", asked.place), bench.rows)
    page.write(f"scale {asked.place}", f"{machine}. Seed {asked.seed}.\n\n{table}")


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """Ends the work in order at SIGTERM too, as at Ctrl-C."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with suppress(asyncio.CancelledError):
        await task
    if task.cancelled():
        raise SystemExit("broken off; what is kept goes on with the next call")


@asynccontextmanager
async def _bench(place: str, seed: int, kept: Path | None) -> AsyncIterator[Bench]:
    async with standing(place, kept) as product:
        store = open_store(product.settings.database)
        address = product.settings.temporal_address or f"127.0.0.1:{product.settings.temporal_port}"
        token = _token(store, "rep")
        async with httpx.AsyncClient(base_url=product.api, headers=token, timeout=60) as http:
            with store.reading() as session:
                accounts = list(session.exec(select(col(Account.id)).where(~col(Account.confidential))))
            yield Bench(
                product=product,
                store=store,
                client=await cases.connect(address, namespace=product.settings.temporal_namespace),
                http=http,
                accounts=accounts,
                say=lambda line: print(line, flush=True),
                chance=random.Random(seed),
            )
        store.close()


async def _opened(bench: Bench, opening: Opening, ids: Sequence[str]) -> None:
    """The cases that wait: those that are not there yet are opened."""
    database = make_url(bench.product.settings.database)
    known = known_cases(bench.store, "waiting")
    missing = [case for case in ids if case not in known]
    if not known:
        opening.memory_before, opening.bytes_before = bench.product.memory_mb(), usage.bytes_of(database)
    if missing:
        bench.say(f"  opening {len(missing):,} cases; {len(ids) - len(missing):,} are there")

    def one_more(case: str) -> None:
        opening.cases += 1
        known[case] = True
        if len(known) % SAID_EACH == 0:
            bench.say(f"  {len(known):,} of {len(ids):,}")

    with opening.timed():
        await bench.open_each("waiting", missing, {"until": (datetime.now(UTC) + LONG).isoformat()}, one_more)
    bench.opened = [case for case in ids if known[case]]
    if missing:
        opening.memory_held, opening.bytes_held = bench.product.memory_mb(), usage.bytes_of(database)
        opening.write()


def _held(bench: Bench, opening: Opening, number: int) -> None:
    """What holding the cases costs, from when the last of them had been opened; unknown where the opening was broken off."""
    bench.note(f"opened per second, {OPENED_AT_ONCE} at once", f"{opening.cases / opening.seconds:.0f}")
    for name, held in opening.memory_held.items():
        bench.note(f"memory of {name}, MB (before: {opening.memory_before[name]:.0f})", f"{held:.0f}")
    if opening.bytes_held:
        grown = opening.bytes_held - opening.bytes_before
        bench.note("kB in the database per case", f"{grown / number / 1000:.1f}")


async def _asked(bench: Bench) -> None:
    """How quickly what people look at is answered over HTTP, one request at a time."""
    for title, (method, path, body) in ASKED.items():
        seconds = []
        for _ in range(LOOKS):
            names = {"account": bench.chance.choice(bench.accounts), "case": bench.chance.choice(bench.opened)}
            sent = body and {name: value.format(**names) for name, value in body.items()}
            began = time.perf_counter()
            answer = await bench.http.request(method, path.format(**names), json=sent)
            seconds.append(time.perf_counter() - began)
            assert answer.status_code == 200, answer.text
        bench.note(f"{title}, p50 / p95 ms", _spread(seconds, 0.5, 0.95))


async def _acted(bench: Bench) -> None:
    """Tasks completed beside all that waits, by cases that nobody has touched for long."""
    for at_once in (1, 16, 64):
        chosen, seconds = _chosen(bench), []
        began = time.perf_counter()
        await _together(chosen, at_once, lambda case, seconds=seconds: _timed(bench.answer(case), seconds))  # type: ignore[misc]  # a default binds the loop's list
        rate = len(chosen) / (time.perf_counter() - began)
        bench.note(
            f"completions, {at_once} at once: per second; p50 / p99 ms",
            f"{rate:.0f}; {_spread(seconds, 0.5, 0.99)}",
        )


async def _restarted(bench: Bench) -> None:
    """Workers that start with all these cases open, and the first acts of cases that they have never seen."""
    began = time.perf_counter()
    await bench.product.restart_workers()
    bench.note("workers stopped and serving again, s", f"{time.perf_counter() - began:.1f}")
    seconds: list[float] = []
    for case in _chosen(bench):
        await _timed(bench.answer(case), seconds)
    bench.note("completions right afterwards, p50 / p99 ms", _spread(seconds, 0.5, 0.99))


async def _fired(bench: Bench, number: int) -> None:
    """Timers that are all due in one moment: how much later their steps stand."""
    began = time.perf_counter()
    probe = await bench.open("waiting", 64, {"until": (datetime.now(UTC) + LONG).isoformat()})
    ahead = (time.perf_counter() - began) / len(probe) * number * 2 + 30
    due = datetime.now(UTC) + timedelta(seconds=ahead)
    opened = set(await bench.open("waiting", number, {"until": due.isoformat()}))
    assert datetime.now(UTC) < due, "the machine was too slow to open them before they were due"
    while len(late := _lateness(bench, opened, due)) < number:
        assert datetime.now(UTC) < due + PATIENCE * 2, f"{number - len(late)} timers have not fired"
        await asyncio.sleep(0.25)
    bench.note(f"{number:,} timers due in one moment: taken after, p50 / p99 / last ms", _spread(late, 0.5, 0.99, 1))


async def _released(bench: Bench, number: int) -> None:
    """A long list, approved by two persons and released line by line."""
    await bench.open("gathering", number, {})
    lead = _token(bench.store, "lead")
    seen = (await bench.http.get("/api/lists/wide")).headers["ETag"]
    for key, headers in (("one", {}), ("two", lead)):
        answer = await bench.http.post(
            "/api/lists/wide/approve", headers={"Idempotency-Key": key, "If-Match": seen, **headers}
        )
        assert answer.status_code == 200, answer.text
    release = answer.json()["release"]["id"]
    began = time.perf_counter()
    while (found := (await bench.http.get(f"/api/lists/wide/releases/{release}")).json())["status"] != "done":
        await asyncio.sleep(1)
    seconds = time.perf_counter() - began
    assert found["counts"] == {"released": number}, found["counts"]
    bench.note(f"a list of {number:,} lines released, s", f"{seconds:.0f}")
    bench.note("lines released per second", f"{number / seconds:.0f}")


def _lateness(bench: Bench, ids: set[str], due: datetime) -> list[float]:
    """How many seconds after its time each of these cases that has taken its timer took it."""
    with bench.store.reading() as session:
        query = select(StepRow.case_id, StepRow.at).where(StepRow.step_no == 2, StepRow.at >= due)
        return [(at - due).total_seconds() for case, at in session.exec(query) if case in ids]


def _chosen(bench: Bench) -> list[str]:
    """So many waiting cases, which are not chosen again."""
    number = min(ACTS, len(bench.opened) // 8)
    chosen, bench.opened = bench.opened[:number], bench.opened[number:]
    return chosen


def _token(store: Store, user: str) -> dict[str, str]:
    now = datetime.now(UTC)
    with store.writing() as session:
        token = make_sign_in(session, user, kind="token", at=now, expires_at=now + timedelta(days=1))
    return {"Authorization": f"Bearer {token}"}


def _key(text: str) -> Key:
    return Key(person="rep", key=text, digest=hashlib.sha256(text.encode()).hexdigest())


def _spread(seconds: Sequence[float], *shares: float) -> str:
    return " / ".join(f"{1000 * percentile(list(seconds), share):.0f}" for share in shares)


async def _timed(act: Awaitable[None], seconds: list[float]) -> None:
    began = time.perf_counter()
    await act
    seconds.append(time.perf_counter() - began)


async def _together(ids: Sequence[str], at_once: int, act: Callable[[str], Awaitable[None]]) -> None:
    waiting = iter(ids)

    async def person() -> None:
        for case in waiting:
            await act(case)

    await asyncio.gather(*(person() for _ in range(at_once)))


if __name__ == "__main__":
    main()
