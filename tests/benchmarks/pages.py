"""Each page's server time with 100,000 open tasks: `python -m tests.benchmarks.pages --help`.

The application is asked in this process, without a network and without Temporal: no page needs it. Beside the time that
passes stands the CPU time of the process, which is the same while others work on the machine (PostgreSQL's is not in it)."""

from __future__ import annotations

import argparse
import asyncio
import gzip
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast
from urllib.parse import quote, urlencode, urljoin

import uvloop
from fastapi import FastAPI

from activities.files import FolderStore
from api.app import create_app
from api.engine import CaseEngine
from api.security.form_tokens import form_token
from api.security.signin import SESSION_COOKIE
from api.services import Services
from api.warming import warm
from definitions.language.library import load_library
from headgate import assets
from store import people, vault
from store.engine import Store, open_store
from store.migrate import migrate
from tests.benchmarks import page
from tests.benchmarks.district import DEFINITIONS, Filled, fill
from tests.benchmarks.figures import percentile
from tests.benchmarks.looks import LOOKS, Look
from tests.benchmarks.servers import database, databases
from tests.benchmarks.subjects import Subjects

ENGINES: Final = ("sqlite", "postgresql")
TASKS, TIMES, SEED = 100_000, 60, 1
WARM_UPS, OF_TYPES = 12, 32  #: looks that do not count: a process keeps what it has made of each case type
AIM_MS, AIM_KB = 50, 150
LINKED: Final = re.compile(rb'(?:src|href|data)="(/static/[^"]+|/[^"]+\.svg[^"]*)"|from "(\./[^"]+)"|url\("([^"]+)"\)')


@dataclass(kw_only=True)
class Measured:
    """What asking for one page took."""

    look: Look
    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    kb: float = 0.0  #: compressed, the largest with all that a browser has to load the first time

    @property
    def p95(self) -> float:
        """Milliseconds that 95 of 100 do not exceed."""
        return percentile(self.wall_ms, 0.95)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the application answered, and what it took."""

    status: int
    body: bytes  #: as sent, compressed
    is_compressed: bool
    wall_ms: float
    cpu_ms: float

    @property
    def content(self) -> bytes:
        """The body as it is read."""
        return gzip.decompress(self.body) if self.is_compressed else self.body


class Browser:
    """Somebody's browser: sends what a server would hand on, straight to the application."""

    def __init__(self, app: FastAPI, token: str) -> None:
        self.app, self.token = app, token
        self.kept: dict[str, bytes] = {}  #: assets that were loaded: address → as sent
        self.content: dict[str, bytes] = {}

    async def ask(self, path: str, words: str | None = None) -> Answer:
        """The page at this address, or what its form of search finds."""
        name, _mark, query = path.partition("?")
        headers = [(b"host", b"desk.test"), (b"accept-encoding", b"gzip"), (b"accept", b"text/html")]
        if self.token:
            headers.append((b"cookie", f"{SESSION_COOKIE}={self.token}".encode()))
        form = b""
        if words is not None:
            form = urlencode({"form-token": form_token(self.token), "key": "k", "words": words}).encode()
            headers.append((b"content-type", b"application/x-www-form-urlencoded"))
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "path": name,
            "method": "GET" if words is None else "POST", "raw_path": quote(name).encode(), "root_path": "",
            "query_string": query.encode(), "headers": headers, "client": ("127.0.0.1", 1), "server": ("desk.test", 80),
        }  # fmt: skip
        started: dict[str, Any] = {}
        body = bytearray()

        sent = iter([{"type": "http.request", "body": form, "more_body": False}])

        async def receive() -> dict[str, Any]:
            return next(sent, None) or await asyncio.Future()  # it stays until it is answered

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                body.extend(message.get("body", b""))

        wall, cpu = time.perf_counter(), time.process_time()
        await self.app(scope, receive, send)
        spent = time.perf_counter() - wall, time.process_time() - cpu
        return Answer(
            status=started["status"],
            body=bytes(body),
            is_compressed=(b"content-encoding", b"gzip") in started["headers"],
            wall_ms=1000 * spent[0],
            cpu_ms=1000 * spent[1],
        )

    async def weight_kb(self, path: str, answer: Answer) -> float:
        """The answer with all styles, scripts and pictures that it leads to, in kB as they are sent."""
        found: set[str] = set()
        await self._linked(path, answer.content, found)
        return (len(answer.body) + sum(len(self.kept[each]) for each in found)) / 1000

    async def _linked(self, path: str, content: bytes, found: set[str]) -> None:
        for groups in LINKED.findall(content):
            address = urljoin(path, next(filter(None, groups)).decode().replace("&amp;", "&"))
            if address in found or not re.search(r"\.(css|js|svg|webmanifest)\b", address):
                continue
            if address not in self.kept:
                answer = await self.ask(address)
                assert answer.status == 200, f"{address}: {answer.status}"
                self.kept[address], self.content[address] = answer.body, answer.content
            found.add(address)
            await self._linked(address, self.content[address], found)


async def measure(engine: str, times: int, only: str) -> None:
    """Measures on one engine, prints the table and, when it is whole, writes it into the page."""
    machine = page.machine()
    with (
        TemporaryDirectory(prefix="headgate-bench-", ignore_cleanup_errors=True) as folder,
        databases(engine) as server,
    ):
        store = open_store(database(server, Path(folder), "pages"))
        migrate(store.engine)
        vault.use(vault.Vault(Path(folder) / "keys"))
        began = time.perf_counter()
        filled = fill(store, Path(folder) / "files", open_tasks=TASKS)
        print(f"{engine}: filled in {time.perf_counter() - began:.0f} s: {filled}", flush=True)
        found = await looked(store, Path(folder) / "files", times, only)
        vault.use(None)
        store.close()
    table = _table(found)
    print(table)
    if not only:
        page.write(f"pages {engine}", f"{machine}. {_said(filled)} Each page {times} times.\n\n{table}")


async def looked(store: Store, files: Path, times: int, only: str) -> list[Measured]:
    """Each page, so many times."""
    with store.reading() as session:
        subjects = Subjects(session, SEED)
    async with served(store, files) as app:
        browsers = {look.by: Browser(app, _signed_in(store, look.by)) for look in LOOKS}
        return [
            await _looked(look, browsers[look.by], subjects, times)
            for look in LOOKS
            if only in f"{look.area} {look.title} {look.path}"
        ]


async def _looked(look: Look, browser: Browser, subjects: Subjects, times: int) -> Measured:
    measured = Measured(look=look)
    warm_ups = OF_TYPES if look.of == "types" else WARM_UPS
    for number, (path, words) in enumerate(subjects.asked(look, times + warm_ups)):
        answer = await browser.ask(path, words)
        assert answer.status == 200, f"{path} ({look.by}): {answer.status} {answer.content[-400:].decode()}"
        measured.kb = max(measured.kb, await browser.weight_kb(path, answer))
        if number >= warm_ups:
            measured.wall_ms.append(answer.wall_ms)
            measured.cpu_ms.append(answer.cpu_ms)
    print(f"  {look.area}: {look.title}: {' | '.join(_figures(measured))}", flush=True)
    return measured


@asynccontextmanager
async def served(store: Store, files: Path) -> AsyncIterator[FastAPI]:
    """The application on this store, when all that it makes ready by itself after a start is ready."""
    district = load_library(DEFINITIONS).district
    assert district is not None
    services = Services(
        store=store,
        district=district,
        now=lambda: datetime.now(UTC),
        engine=cast(CaseEngine, None),  # no page asks it
        files=FolderStore(files),
        definitions=DEFINITIONS,
        idle=timedelta(minutes=15),
    )

    @asynccontextmanager
    async def opened() -> AsyncIterator[Services]:
        yield services

    app = create_app(opened)
    async with app.router.lifespan_context(app):
        for _step in warm(services):
            pass
        yield app


def _signed_in(store: Store, user: str) -> str:
    if not user:
        return ""
    now = datetime.now(UTC)
    with store.writing() as session:
        return people.make_sign_in(session, user, kind="session", at=now, expires_at=now + timedelta(hours=12))


def _figures(measured: Measured) -> tuple[str, ...]:
    wall, cpu = measured.wall_ms, measured.cpu_ms
    return (
        f"{percentile(wall, 0.5):.0f}",
        f"{measured.p95:.0f}",
        f"{percentile(cpu, 0.5):.0f}",
        f"{percentile(cpu, 0.95):.0f}",
        f"{measured.kb:.0f}",
    )


def _table(found: list[Measured]) -> str:
    head = ("page", "p50 ms", "p95 ms", "CPU p50 ms", "CPU p95 ms", "kB the first time")
    rows = [(f"{each.look.area}: {each.look.title}", *_figures(each)) for each in found]
    slow = [each for each in found if each.p95 > AIM_MS]
    heavy = [each for each in found if each.kb > AIM_KB]
    return (
        f"{page.table(head, rows)}\n\n{len(slow)} of {len(found)} pages above {AIM_MS} ms at the 95th percentile, "
        f"{len(heavy)} above {AIM_KB} kB."
    )


def _said(filled: Filled) -> str:
    return (
        f"{filled.open_tasks:,} open tasks, {filled.open_cases:,} open cases, {filled.accounts:,} accounts, "
        f"{filled.steps:,} steps, {filled.audit:,} rows of audit."
    )


def main() -> None:
    """Measures on one engine or on both."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pages", description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, help="one engine alone (default: both)")
    parser.add_argument("--times", type=int, default=TIMES, help=f"how often each page is asked for (default {TIMES})")
    parser.add_argument("--only", default="", help="pages with this in their area, title or address; writes nothing")
    asked = parser.parse_args()
    assets.put_in_place()
    for engine in [asked.engine] if asked.engine else ENGINES:
        uvloop.run(measure(engine, asked.times, asked.only))


if __name__ == "__main__":
    main()
