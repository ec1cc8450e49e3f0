"""The steps of one case, one at a time: facts, decision, one write, and only then the new case.

Runs inside the workflow. Nothing of a step stands before its transaction does; a step that was decided on holds that are no
longer so is decided again after the case has taken down the new ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from definitions.language.compiled import renewed
from definitions.language.sentences import say
from workflows.machine.case import Case
from workflows.machine.effects import Step
from workflows.machine.errors import Refused
from workflows.machine.events import (
    Event,
    HoldsChanged,
    Migrated,
    Outcome,
    RulesRenewed,
    TakenBack,
    TaskResumed,
    TaskSkipped,
    TaskSuspended,
    TimerFired,
)
from workflows.machine.machine import Machine, machine_of
from workflows.machine.migrating import content_of
from workflows.messages import (
    HEADGATE,
    READ_FACTS,
    REPAIR,
    WRITE_STEP,
    Act,
    Audited,
    FactsAsked,
    Key,
    Seen,
    StartCase,
    StepWritten,
    Taken,
    WriteResult,
)
from workflows.refusals import AlreadyOpen, KeyReused, failure_of

LOCAL_TIMEOUT = timedelta(seconds=10)
# Short retries stay inside the workflow task, longer ones become timers, so that a database that is down blocks no worker.
LOCAL_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=30))
LOCAL_THRESHOLD = timedelta(seconds=2)
REMEMBERED = 100  #: answers kept in the workflow; older keys are found in SQL
DECISIONS = 20  #: times that a step is decided again because holds changed meanwhile


class Steps:
    """Takes the steps of one case. `taken` is told of each with its effects, once it stands."""

    def __init__(self, machine: Machine, content: bytes, start: StartCase, taken: Callable[[Case, Step], None]) -> None:
        self.machine = machine
        self.case: Case | None = start.carried.case if start.carried else None
        self.seen: dict[tuple[str, str], Seen] = {
            (seen.person, seen.name): seen for seen in (start.carried.seen if start.carried else ())
        }
        self.count = 0  #: of acts in this run
        self.content = content  #: the compiled definition under the rules that bind now
        self._start = start
        self._taken = taken
        self._lock = asyncio.Lock()

    @property
    def busy(self) -> bool:
        """Whether a step is being taken."""
        return self._lock.locked()

    @property
    def standing(self) -> Case:
        """The case as it stands."""
        assert self.case is not None, "the case is open"
        return self.case

    def now(self, at: datetime | None) -> datetime:
        """The time of a step: the workflow's; in a demonstration what whoever acts says. Never before the last step."""
        if self._start.clock == "real":
            at = workflow.now()
        before = self.case.at if self.case else None
        if at is None or before is None:
            known = at or before
            assert known is not None, "in a demonstration a case opens at the district's time"
            return known
        return max(at, before)

    async def open(self) -> Taken:
        """Opens the case; raises ApplicationError when the definition, a law or a hold does not let it."""
        start = self._start
        act = f"open {start.case}"
        async with self._lock:
            holds: dict[str, str] = {}
            version = 0
            found: dict[str, Any] = {}
            for _ in range(DECISIONS):
                at = self.now(start.at)
                try:
                    facts = await self._facts(self._unopened(at), None, at)
                    case, step = self.machine.start(
                        case_id=start.case,
                        data=start.data,
                        at=at,
                        by=start.by,
                        facts=facts | found,
                        holds=holds,
                        hold_version=version,
                        people=start.people,
                    )
                except Refused as refused:
                    raise failure_of(refused) from None
                result = await self._write(case, step, act, start.key, audit=start.audit)
                if result.kind == "key-used":
                    raise _key_reused()
                if result.kind == "written":
                    return self._stands(case, step, act, start.key, result)
                if result.kind == "already-open":
                    raise _already_open(result)
                if result.kind == "facts-found":
                    found |= dict(result.facts or {})
                else:
                    holds, version = dict(result.holds or {}), result.version or 0
            raise _unsettled()

    async def take(self, act: Act) -> Taken:
        """Takes one act; raises ApplicationError when the case refuses it, and then nothing has changed."""
        async with self._lock:
            if (known := self.known(act)) is not None:
                return known
            found: dict[str, Any] = {}
            for attempt in range(DECISIONS):
                at = self.now(act.at)
                try:
                    self.machine.accepts(self.standing, act.event)
                    facts = await self._facts(self.standing, act.event, at)
                    case, step = self.machine.fire(self.standing, act.event, facts | found, at)
                except Refused as refused:
                    raise failure_of(refused, step=self.standing.step) from None
                content = self._after(act.event)
                result = await self._write(case, step, act.name, act.key, audit=act.audit, content=content)
                if result.kind == "already-open":
                    raise _already_open(result)
                if result.kind == "facts-found":
                    found |= dict(result.facts or {})
                elif result.kind == "holds-changed":
                    await self._take_down(result, f"{act.name}/{attempt}", at)
                else:
                    return self._stands(case, step, act.name, act.key, result, content)
            raise _unsettled()

    async def tidy(self) -> int:
        """Makes the read model what the case is: how many steps were put back that history does not hold."""
        async with self._lock:
            orphans: int = await workflow.execute_local_activity(
                REPAIR,
                args=[self.standing, self.content],
                result_type=int,
                start_to_close_timeout=LOCAL_TIMEOUT,
                retry_policy=LOCAL_RETRY,
                local_retry_threshold=LOCAL_THRESHOLD,
            )
            return orphans

    def known(self, act: Act) -> Taken | None:
        """What the act was answered before in this case, if it was; raises ApplicationError when the key was for another."""
        seen = self.seen.get((act.key.person if act.key else HEADGATE, act.name))
        if seen is None:
            return None
        if act.key is not None and act.key.digest != seen.digest:
            raise _key_reused()
        return replace(seen.taken, replayed=True)

    async def _take_down(self, found: WriteResult, name: str, at: datetime) -> None:
        """The step in which the case takes down the account's holds as they are now."""
        seen: dict[str, Any] = {}
        for attempt in range(DECISIONS):
            event = HoldsChanged(holds=found.holds or {}, version=found.version or 0)
            facts = await self._facts(self.standing, event, at)
            case, step = self.machine.fire(self.standing, event, facts | seen, at)
            result = await self._write(case, step, f"holds {name}/{attempt}", None)
            if result.kind == "facts-found":
                seen |= dict(result.facts or {})
            elif result.kind == "holds-changed":
                found = result
            else:
                self._stands(case, step, f"holds {name}", None, result)
                return
        raise _unsettled()

    def _after(self, event: Event) -> bytes:
        """The compiled definition that the step after this event is written under."""
        match event:
            case RulesRenewed(rules=rules):
                return renewed(self.content, rules)
            case Migrated():
                return content_of(event)
            case _:
                return self.content

    def _stands(
        self, case: Case, step: Step, act: str, key: Key | None, result: WriteResult, content: bytes | None = None
    ) -> Taken:
        """The step is written: the case is the new one. Or the key was used before, and nothing has changed."""
        if result.kind == "key-used":
            if key is None or result.digest != key.digest or result.taken is None:
                raise _key_reused()
            return replace(result.taken, replayed=True)
        self.case = case
        if content is not None and content is not self.content:
            self.content, self.machine = content, machine_of(content)
        self.count += 1
        taken = taken_of(case)
        person = key.person if key else HEADGATE
        self.seen[person, act] = Seen(person=person, name=act, digest=key.digest if key else None, taken=taken)
        while len(self.seen) > REMEMBERED:
            del self.seen[next(iter(self.seen))]
        self._taken(case, step)
        return taken

    def _unopened(self, at: datetime) -> Case:
        """The case before its first step, for reading the facts that its opening needs."""
        start, data = self._start, self.machine.opening(self._start.data)
        return Case(
            id=start.case,
            definition=start.definition,
            version=start.version,
            account=self.machine.account_in(data),
            data=data,
            opened_at=at,
            at=at,
        )

    async def _facts(self, case: Case, event: Event | None, at: datetime) -> dict[str, Any]:
        names = self.machine.facts_for(self.case, event)
        if not names:
            return {}
        asked = FactsAsked(
            names=names,
            case=case,
            by=event.by if event is not None else self._start.by,
            run=run_of(event),
            at=at,
        )
        facts: dict[str, Any] = await workflow.execute_local_activity(
            READ_FACTS,
            asked,
            result_type=dict,
            start_to_close_timeout=LOCAL_TIMEOUT,
            retry_policy=LOCAL_RETRY,
            local_retry_threshold=LOCAL_THRESHOLD,
        )
        return facts

    async def _write(
        self,
        case: Case,
        step: Step,
        act: str,
        key: Key | None,
        audit: Audited | None = None,
        content: bytes | None = None,
    ) -> WriteResult:
        written = StepWritten(case=case, step=step, act=act, key=key, audit=audit, taken=taken_of(case))
        result: WriteResult = await workflow.execute_local_activity(
            WRITE_STEP,
            args=[written, content or self.content],
            result_type=WriteResult,
            start_to_close_timeout=LOCAL_TIMEOUT,
            retry_policy=LOCAL_RETRY,
            local_retry_threshold=LOCAL_THRESHOLD,
        )
        return result


def taken_of(case: Case) -> Taken:
    """The answer to whoever asked for the step that made this case."""
    return Taken(
        case=case.id,
        step=case.step,
        at=case.at,
        state=case.state,
        open_tasks=tuple(task.run for task in case.tasks if task.outcome is None),
        closed=not case.is_open,
    )


def run_of(event: Event | None) -> int | None:
    """The run of the task that an event is about, if it is about one."""
    match event:
        case (
            Outcome(run=run)
            | TimerFired(run=run)
            | TaskSuspended(run=run)
            | TaskResumed(run=run)
            | TaskSkipped(run=run)
            | TakenBack(run=run)
        ):
            return run
        case _:
            return None


def _key_reused() -> ApplicationError:
    return failure_of(KeyReused(say("this key was sent before with another request; choose a new key for a new act")))


def _already_open(found: WriteResult) -> ApplicationError:
    sentence = say("such a case is open already: %(case)s; go on with that one", case=found.case)
    return failure_of(AlreadyOpen(sentence, case=found.case))


def _unsettled() -> ApplicationError:
    return ApplicationError("the holds on the account keep changing; try again", type="holds-changing")
