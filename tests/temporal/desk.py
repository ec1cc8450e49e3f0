"""A small district for the tests of the shell: a store, a worker, and what people do at the desk, without the API."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select
from temporalio.api.enums.v1 import EventType

from activities.delivery import COLLECTS
from activities.openings import opening
from activities.world import World
from definitions.catalogue.own import action
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.compiled import Compiled
from definitions.language.library import Library, load_library
from definitions.language.money import Money
from store.publishing import publish_compiled
from store.tables.cases import CaseRow, StepRow, TaskRow
from store.tables.outbox import EffectRow
from workflows import client
from workflows.machine.events import Event, Message, Outcome
from workflows.messages import Act, Audited, Key, Taken

HERE = Path(__file__).parent
SHIPPED = HERE.parents[1] / "definitions"
ACCOUNT = {"id": "10-000001", "class": "residential", "language": "en", "since": "2020-01-01", "confidential": False}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Bank:
    """The world behind the effect `credit`: how often it was asked, and how often it still fails."""

    asked: Counter[str] = field(default_factory=Counter)
    fails: int = 0
    refuses: bool = False
    answers: threading.Event | None = None  #: when it is slow: once it answers


BANK = Bank()


@action(name="credit", replies=("posted",))
def credit(effect: Effect, amount: Money) -> Reply:
    """Credits the account at a bank that sometimes does not answer."""
    BANK.asked[effect.id] += 1
    if BANK.answers is not None:
        assert BANK.answers.wait(30)
    if BANK.refuses:
        raise EffectRefused("the bank does not know the account", code="unknown-account")
    if BANK.fails:
        BANK.fails -= 1
        raise ConnectionError("Pat Doe, 1 Well St")  # what an unexpected failure might say must not be seen
    return Reply(event="posted", data={"amount": f"{amount:f}"})


@cache
def library() -> Library:
    """The tests' definitions, with what they take from the shipped ones."""
    found = load_library(HERE / "definitions")
    shipped = load_library(SHIPPED)
    found.calendars |= shipped.calendars
    found.cases[COLLECTS] = shipped.cases[COLLECTS]
    found.sources["cases", COLLECTS] = shipped.sources["cases", COLLECTS]
    assert found.problems == []
    return found


@cache
def compiled() -> Mapping[str, Compiled]:
    """The same as they are published, by their names."""
    return {name: library().compile(name) for name in library().cases}


def publish(session: Session) -> None:
    """Publishes the tests' definitions."""
    for name, definition in compiled().items():
        publish_compiled(session, definition, source=library().source(name), by="author", at=LONG_AGO)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What people do, and what they then see."""

    world: World
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def open(
        self, definition: str, *, key: str = "open", data: Mapping[str, Any] | None = None, **changes: Any
    ) -> Taken:
        """Opens a case as `rep`."""
        case = client.case_id_for(f"rep {self.world.task_queue}", key)
        with self.world.store.reading() as session:
            start, content = opening(
                session,
                definition,
                case=case,
                data={"account": ACCOUNT} if data is None else data,
                by="rep",
                at=self.now(),
                key=self.key("rep", key, definition),
                audit=Audited(act="open", object_kind="case", object_id=case),
            )
        start = replace(start, first_retry_seconds=0.02, **changes)
        return await client.open_case(self.world.client, start, content, task_queue=self.world.task_queue)

    async def complete(
        self, case: str, outcome: str, *, run: int = 1, key: str | None = None, by: str = "rep", **form: Any
    ) -> Taken:
        """Completes a task."""
        event = Outcome(run=run, outcome=outcome, form=form, by=by)
        named = key or f"{outcome} {run}"
        return await self.act(case, event, key=named, by=by, asked=f"{case} {run} {outcome} {form}")

    async def send(self, case: str, name: str, *, key: str | None = None, **data: Any) -> Taken:
        """Sends a message to a case."""
        return await self.act(case, Message(name=name, data=data, by="rep"), key=key or name)

    async def act(self, case: str, event: Event, *, key: str, by: str = "rep", asked: str = "") -> Taken:
        """Brings an act to a case."""
        audit = Audited(act="act", object_kind="case", object_id=case)
        full = f"{case} {key}"
        act = Act(event=event, name=full, at=self.now(), key=self.key(by, full, asked or repr(event)), audit=audit)
        return await client.act(self.world.client, case, act)

    def key(self, person: str, key: str, asked: str) -> Key:
        """A person's key for what is asked."""
        return Key(person=person, key=key, digest=hashlib.sha256(asked.encode()).hexdigest())

    def case(self, case: str) -> CaseRow:
        """The case as the desk sees it."""
        with self.world.store.reading() as session:
            return session.get_one(CaseRow, case)

    def exists(self, case: str) -> bool:
        """Whether the desk sees such a case."""
        with self.world.store.reading() as session:
            return session.get(CaseRow, case) is not None

    def task(self, case: str, run: int = 1) -> TaskRow:
        """A task as the desk sees it."""
        with self.world.store.reading() as session:
            return session.get_one(TaskRow, f"{case}.{run}")

    def steps(self, case: str) -> list[str]:
        """What happened to the case, in order."""
        with self.world.store.reading() as session:
            query = select(StepRow.event).where(StepRow.case_id == case).order_by(col(StepRow.step_no))
            return list(session.exec(query))

    def effects(self, case: str) -> list[tuple[str, str]]:
        """The case's effects and how they stand."""
        with self.world.store.reading() as session:
            query = select(EffectRow).where(EffectRow.case_id == case).order_by(col(EffectRow.step_no))
            return [(row.name, row.status) for row in session.exec(query)]

    async def state(self, case: str) -> tuple[str, ...]:
        """Where the workflow says that the case is."""
        standing = (await client.view(self.world.client, case)).case
        assert standing is not None
        return standing.state

    async def until(self, is_so: Callable[[], bool], seconds: float = 20) -> None:
        """Waits for a condition of the read model."""
        async with asyncio.timeout(seconds):
            while not is_so():
                await asyncio.sleep(0.02)

    async def events(self, case: str, run: str | None = None) -> list[str]:
        """The names of the events of the case's history."""
        history = await self.world.client.get_workflow_handle(case, run_id=run).fetch_history()
        return [EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events]
