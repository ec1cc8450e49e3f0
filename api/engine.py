"""The case engine as the acts see it: cases that are workflows, reached by the shell's client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from temporalio.client import Client
from temporalio.service import RPCError

from api.problems import Broken, NotReady
from definitions.language.sentences import say
from workflows import client as cases
from workflows.machine.case import Case
from workflows.machine.events import Event, Reopened
from workflows.messages import Act, Audited, Clock, Key, Settlement, StartCase, Taken

ANSWERS_WITHIN = timedelta(seconds=2)
Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class CaseEngine:
    """Opens cases and brings acts to them. What a case does not take raises the machine's `Refused`."""

    client: Client
    task_queue: str
    clock: Clock  #: whether cases live in real time or by the demonstration's clock
    now: Callable[[], datetime]

    async def open_case(
        self,
        case_id: str,
        *,
        definition: str,
        version: int,
        content: bytes,
        data: Mapping[str, Any],
        by: str,
        key: Key,
        audit: Audited,
    ) -> Taken:
        """The case's first step; sent again, the same answer."""
        start = self._start(case_id, definition, version, by=by, data=data, key=key, audit=audit)
        return await engine_answers(cases.open_case(self.client, start, content, task_queue=self.task_queue))

    async def act(
        self, case_id: str, event: Event, *, name: str, key: Key | None = None, audit: Audited | None = None
    ) -> Taken:
        """The step that the case takes for the event; an act of the same name is taken once."""
        return await engine_answers(cases.act(self.client, case_id, self._act(event, name, key, audit)))

    async def reopen(
        self, closed: Case, event: Reopened, content: bytes, *, name: str, key: Key | None, audit: Audited
    ) -> Taken:
        """The step that opens a closed case again."""
        start = self._start(closed.id, closed.definition, closed.version, by=event.by, data={}, key=None, audit=None)
        act = self._act(event, name, key, audit)
        return await engine_answers(
            cases.reopen_case(self.client, closed, start, content, act, task_queue=self.task_queue)
        )

    async def settle(
        self, case_id: str, *, step: int, number: int, how: Literal["retry", "skip"], by: str, reason: str
    ) -> None:
        """Retries or skips an effect that keeps failing."""
        settlement = Settlement(step=step, number=number, how=how, by=by, reason=reason, at=self._at())
        await engine_answers(cases.settle(self.client, case_id, settlement))

    async def answers(self) -> bool:
        """Whether the engine is there."""
        try:
            return await self.client.service_client.check_health(timeout=ANSWERS_WITHIN)
        except RPCError:
            return False

    def _start(
        self,
        case_id: str,
        definition: str,
        version: int,
        *,
        by: str,
        data: Mapping[str, Any],
        key: Key | None,
        audit: Audited | None,
    ) -> StartCase:
        return StartCase(
            case=case_id,
            definition=definition,
            version=version,
            by=by,
            clock=self.clock,
            at=self._at(),
            data=data,
            key=key,
            audit=audit,
        )

    def _act(self, event: Event, name: str, key: Key | None, audit: Audited | None) -> Act:
        return Act(event=event, name=name, at=self._at(), key=key, audit=audit)

    def _at(self) -> datetime | None:
        return self.now() if self.clock == "district" else None


async def engine_answers(asked: Awaitable[Answer]) -> Answer:
    """What the engine answers; NotReady when it does not in time, Broken when it failed at it."""
    try:
        return await asked
    except cases.Unanswered as error:
        raise NotReady(
            say("The case engine has not answered yet. Send the same request again with the same Idempotency-Key.")
        ) from error
    except cases.Failed as error:
        raise Broken(say("The case failed at this; nothing has changed, and it has been recorded.")) from error
