"""The product as it runs, seen from outside: its logs, its traces as a collector gets them, its metrics as Prometheus does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlmodel import select

from headgate.settings import Settings
from store.engine import open_store
from store.tables.utility import Account, Customer, Premise
from tests.faults.product import insisted, running, someone
from tests.telemetry.receiver import Received, receiving

HERE = Path(__file__).parent
PATIENCE_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Customers:
    """Who must not be seen."""

    account: str  #: the one that the tests' cases are about
    secrets: frozenset[str]  #: names, addresses, telephone numbers, e-mail addresses of all
    words: str  #: what somebody fills in about them


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The product, and what can be seen of it."""

    settings: Settings
    http: httpx.AsyncClient
    traces: Received
    customers: Customers

    @property
    def logs(self) -> dict[str, str]:
        """What each process has logged."""
        return {file.stem: file.read_text() for file in (self.settings.home / "logs").iterdir()}

    async def metrics(self) -> dict[str, str]:
        """What each process shows to Prometheus."""
        ports = {"worker": self.settings.worker_port, "serve": self.settings.metrics_port}
        return {
            name: (await self.http.get(f"http://127.0.0.1:{port}/metrics", timeout=20)).text
            for name, port in ports.items()
        }


async def until(holds: Callable[[], Any]) -> Any:
    """What the condition gives, as soon as it gives something."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := holds()):
            await asyncio.sleep(0.05)
    return found


@pytest_asyncio.fixture(scope="module")
async def seen(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Seen]:
    """The product after a day's work: searches, a complaint answered by letter, a refusal, an effect that fails."""
    folder = tmp_path_factory.mktemp("seen")
    with receiving() as traces, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", traces.address)
        environment.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        environment.setenv("HEADGATE_LOG_LEVEL", "debug")
        async with running(folder / "home", HERE / "definitions") as (settings, _):
            token, _ = someone(settings)
            customers = _customers(settings)
            address = f"http://127.0.0.1:{settings.port}"
            headers = {"Authorization": f"Bearer {token}"}
            async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as http:
                found = Seen(settings=settings, http=http, traces=traces, customers=customers)
                await _a_day(found)
                yield found


def _customers(settings: Settings) -> Customers:
    store = open_store(settings.database)
    with store.reading() as session:
        people = session.exec(select(Customer)).all()
        places = session.exec(select(Premise)).all()
        rows = session.exec(select(Account, Customer, Premise).join(Customer).join(Premise)).all()
    store.close()
    account, person, place = next(row for row in rows if not row[0].confidential and row[1].phone)
    secrets = {text for each in people for text in (each.name, each.phone, each.email)} | {
        each.line1 for each in places
    }
    return Customers(
        account=account.id,
        secrets=frozenset(text for text in secrets if len(text) > 5),
        words=f"{person.name}, {place.line1}, {person.phone} {person.email}",
    )


async def _a_day(seen: Seen) -> None:
    http, account, words = seen.http, seen.customers.account, seen.customers.words
    await http.post("/api/accounts/search", json={"text": words.partition(",")[0]}, headers={"Idempotency-Key": "s"})
    await http.get(f"/api/accounts/{account}")
    for number, outcome in enumerate(("answer", "pay")):
        body = {"case": "telling", "data": {"account": account, "words": words}}
        case = (await insisted(http, "/api/cases", body, f"open-{number}"))["case"]
        task = f"{case}.1"
        wrong = await http.post(
            f"/api/tasks/{task}/complete",
            json={"outcome": words, "form": {"words": words}},
            headers={"Idempotency-Key": f"wrong-{number}"},
        )
        assert wrong.status_code in (409, 422), wrong.text
        form = {"outcome": outcome, "form": {"words": words}}
        await insisted(http, f"/api/tasks/{task}/complete", form, f"complete-{number}")
    missing = await http.get(f"/api/cases/{words}")
    assert missing.status_code == 404, missing.text
    await until(lambda: "RunActivity:letter" in {span.name for _, span in seen.traces.spans})
    await until(lambda: '"attempt": 3' in seen.logs["worker"])
