"""The five tasks as somebody would write them who has Temporal and no Headgate: one workflow, one local activity.

It writes the same rows as Headgate's `five-tasks` does; `rows.py` holds the two against each other after each run.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from store.engine import Store
    from store.projection import write_step
    from tests.benchmarks.bare_rows import NAMES, Done, rows_of

TIMEOUT = timedelta(seconds=10)
RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=30))


@dataclass(frozen=True, kw_only=True)
class Opening:
    """How a case starts."""

    case: str
    account: dict[str, Any]
    by: str
    key: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Completion:
    """What a person says of a task."""

    run: int
    form: dict[str, Any]
    by: str
    key: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the person is told."""

    step: int
    open_task: int | None


@dataclass
class State:
    """Where the case is."""

    forms: dict[str, Any] = field(default_factory=dict)
    step: int = 0
    opened_at: datetime | None = None


@workflow.defn(name="BareWorkflow")
class BareWorkflow:
    """Five tasks in a row."""

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._state = State()
        self._lock = asyncio.Lock()

    @workflow.run
    async def run(self, opening: Opening) -> None:
        """Opens the case and waits until all tasks are done."""
        async with self._lock:
            await self._write(opening.by, opening.key, opening.digest, {})
        await workflow.wait_condition(lambda: self._state.step > len(NAMES) and workflow.all_handlers_finished())

    @workflow.update(name="opened")
    async def opened(self) -> Answer:
        """The answer to whoever opened the case."""
        await workflow.wait_condition(lambda: self._state.step > 0)
        return self._answer()

    @workflow.update(name="complete")
    async def complete(self, completion: Completion) -> Answer:
        """Completes the open task."""
        async with self._lock:
            self._check(completion)
            await self._write(completion.by, completion.key, completion.digest, completion.form)
            return self._answer()

    @complete.validator
    def _check(self, completion: Completion) -> None:
        if completion.run != self._state.step:
            raise ValueError(f"task {completion.run} is not open")

    async def _write(self, by: str, key: str, digest: str, form: dict[str, Any]) -> None:
        state, at = self._state, workflow.now()
        done = Done(
            case=self._opening.case,
            account=self._opening.account,
            step=state.step + 1,
            opened_at=state.opened_at or at,
            at=at,
            by=by,
            key=key,
            digest=digest,
            form=form,
            forms={**state.forms, **form},
        )
        await workflow.execute_local_activity(
            Writer.write,
            done,
            start_to_close_timeout=TIMEOUT,
            retry_policy=RETRY,
            local_retry_threshold=timedelta(seconds=2),
        )
        state.step, state.opened_at, state.forms = done.step, done.opened_at, done.forms

    def _answer(self) -> Answer:
        step = self._state.step
        return Answer(step=step, open_task=step if step <= len(NAMES) else None)


@dataclass(frozen=True)
class Writer:
    """The local activity."""

    store: Store

    @activity.defn(name="write")
    def write(self, done: Done) -> str:
        """What became of the transaction."""
        with self.store.writing() as session:
            return write_step(session, rows_of(done)).kind
