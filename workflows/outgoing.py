"""What leaves a case after its steps: effects as activities, their replies, and incidents for those that keep failing.

Runs inside the workflow. An effect is asked for in the same workflow task that records its step's write, so that it is never
carried out for a step that history does not hold.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from definitions.catalogue.replies import Effect
from definitions.language.sentences import kept, say
from workflows.machine.case import Case
from workflows.machine.effects import Notify, OpenChild, RunAction, SendMessage, Step
from workflows.messages import (
    OPEN_CHILD,
    OPEN_INCIDENT,
    SEND,
    SETTLE_INCIDENT,
    EffectReply,
    IncidentOpened,
    Settlement,
    SettlementWritten,
    StartCase,
    Unsettled,
)
from workflows.refusals import NotSettled
from workflows.steps import LOCAL_RETRY, LOCAL_THRESHOLD, LOCAL_TIMEOUT

TIMEOUT = timedelta(minutes=2)
HEARTBEAT = timedelta(seconds=10)  #: after which an effect whose worker has died is given to another one
LATE = say("it did not end in time")
ATTEMPTS = 5  #: then the effect becomes an incident
LONGEST_RETRY = timedelta(minutes=1)

Reply = Callable[[Effect, EffectReply], Awaitable[None]]
Place = tuple[int, int]  #: step and number


class Outgoing:
    """Carries out the effects of one case; `reply` takes what they answer."""

    def __init__(self, start: StartCase, reply: Reply) -> None:
        unsettled = start.carried.unsettled if start.carried else ()
        self._unsettled: dict[Place, Unsettled] = {(each.effect.step, each.effect.number): each for each in unsettled}
        self._retry = RetryPolicy(
            initial_interval=timedelta(seconds=start.first_retry_seconds),
            maximum_interval=LONGEST_RETRY,
            maximum_attempts=ATTEMPTS,
        )
        self._decided: dict[Place, Settlement] = {}
        self._reply = reply
        self._running: set[asyncio.Task[None]] = set()
        self.broken: BaseException | None = None  #: a fault of ours, for the main loop to raise

    @property
    def unsettled(self) -> tuple[Unsettled, ...]:
        """The effects that are not carried out yet, in order."""
        return tuple(self._unsettled[place] for place in sorted(self._unsettled))

    @property
    def busy(self) -> bool:
        """Whether an effect is being carried out; those that wait for a supervisor do not count."""
        return any(not each.failed for each in self._unsettled.values())

    def resume(self) -> None:
        """Goes on with what the run before did not finish; what was carried out already answers at once."""
        for place in sorted(self._unsettled):
            self._start(place)

    def send(self, case: Case, step: Step) -> None:
        """Asks for the effects of a step that stands."""
        for effect in effects_of(case, step):
            place = (effect.step, effect.number)
            self._unsettled[place] = Unsettled(effect=effect)
            self._start(place)

    def check(self, settlement: Settlement) -> None:
        """Raises NotSettled when no effect waits for this decision."""
        place = (settlement.step, settlement.number)
        waiting = self._unsettled.get(place)
        if waiting is None or not waiting.failed or place in self._decided:
            raise NotSettled(say("no effect of this case waits for that decision"), step=place[0], number=place[1])

    async def settle(self, case: str, settlement: Settlement) -> None:
        """Lets an effect that failed go on: again, or skipped with its reason."""
        place = (settlement.step, settlement.number)
        self.check(settlement)
        self._decided[place] = settlement
        await workflow.wait_condition(lambda: place not in self._decided)

    def _start(self, place: Place) -> None:
        task = asyncio.create_task(self._to_the_end(place))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.broken = task.exception()

    async def _to_the_end(self, place: Place) -> None:
        while place in self._unsettled:
            effect, failed = self._unsettled[place].effect, self._unsettled[place].failed
            try:
                reply = await self._settled(effect) if failed else await self._carried_out(effect)
                if reply is not None:
                    await self._reply(effect, reply)
                    del self._unsettled[place]
            except FailureError as failure:
                await self._fail(effect, failure)

    async def _carried_out(self, effect: Effect) -> EffectReply:
        reply: EffectReply = await workflow.execute_activity(
            effect.action,
            effect,
            result_type=EffectReply,
            start_to_close_timeout=TIMEOUT,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=self._retry,
        )
        return reply

    async def _fail(self, effect: Effect, failure: FailureError) -> None:
        """Makes an effect that keeps failing, or whose answer the case cannot take, an incident for a supervisor."""
        cause = failure.cause if isinstance(failure, ActivityError) else failure
        known = cause if isinstance(cause, ApplicationError) else None
        opened = IncidentOpened(
            case=effect.case,
            step=effect.step,
            number=effect.number,
            action=effect.action,
            code=known.type if known and known.type else "timed-out",
            sentence=known.message if known else LATE,
            said=_said(known) if known else kept(LATE),
        )
        await _locally(OPEN_INCIDENT, opened)
        self._unsettled[effect.step, effect.number] = Unsettled(effect=effect, failed=True)

    async def _settled(self, effect: Effect) -> EffectReply | None:
        """What stands for the effect's answer once it is skipped; None when it is to be tried again."""
        place = (effect.step, effect.number)
        await workflow.wait_condition(lambda: place in self._decided)
        settlement = self._decided[place]
        written = SettlementWritten(case=effect.case, action=effect.action, settlement=settlement)
        reply: EffectReply = await _locally(SETTLE_INCIDENT, written)
        self._unsettled[place] = Unsettled(effect=effect)
        del self._decided[place]
        return None if settlement.how == "retry" else reply


def _said(failure: ApplicationError) -> Any:
    """The sentence of a failure with its message and values, where it carries one."""
    said = failure.details[0] if failure.details else None
    return said if isinstance(said, dict) and "say" in said else None


async def _locally(activity: str, argument: IncidentOpened | SettlementWritten) -> EffectReply:
    reply: EffectReply = await workflow.execute_local_activity(
        activity,
        argument,
        result_type=EffectReply,
        start_to_close_timeout=LOCAL_TIMEOUT,
        retry_policy=LOCAL_RETRY,
        local_retry_threshold=LOCAL_THRESHOLD,
    )
    return reply


def effects_of(case: Case, step: Step) -> list[Effect]:
    """The effects of a step that are carried out after it, numbered from 1 in their order."""
    found: list[Effect] = []
    for effect in step.effects:
        match effect:
            case RunAction(action=action, args=args, state=state):
                pass
            case Notify(to=to, about=about, run=run):
                action, state = "notify", ""
                args = {"to": list(to), "about": about, "run": run}
            case SendMessage(name=name, case=to_case, account=account, data=data):
                action, state = SEND, ""
                args = {"event": name, "case": to_case, "account": account, "data": dict(data)}
            case OpenChild(child=child, case=definition, data=data, people=people, state=state):
                action = OPEN_CHILD
                args = {"child": child, "case": definition, "data": dict(data), "people": list(people)}
            case _:
                continue
        found.append(
            Effect(
                case=case.id,
                step=step.number,
                number=len(found) + 1,
                action=action,
                args=dict(args),
                account=case.account,
                at=step.at,
                by=step.by,
                state=state,
                data=case.data if isinstance(effect, RunAction) else {},
            )
        )
    return found
