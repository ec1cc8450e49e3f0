"""The workflow of a case: it lets people, clocks and effects reach the machine one after the other, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from definitions.catalogue.replies import Effect
    from workflows.machine.case import Case
    from workflows.machine.effects import Step
    from workflows.machine.errors import Refused
    from workflows.machine.events import ChildClosed, Replied, TimerFired
    from workflows.machine.machine import machine_of
    from workflows.messages import (
        ACT,
        ARCHIVE,
        CASE,
        CASE_VERSION,
        MESSAGE,
        OPENED,
        SETTLE,
        TIDY,
        WAKE,
        WORKFLOW,
        Act,
        Carried,
        CaseView,
        EffectReply,
        Settlement,
        StartCase,
        Taken,
    )
    from workflows.refusals import failure_of

from definitions.language.sentences import say
from workflows.alarm import Alarm
from workflows.outgoing import HEARTBEAT, TIMEOUT, Outgoing
from workflows.steps import Steps, taken_of

AGAIN = timedelta(hours=1)  #: after which a timer that could not be taken is tried again


@workflow.defn(name=WORKFLOW)
class CaseWorkflow:
    """One case, from its opening to its close. Its id is the case's."""

    @workflow.init
    def __init__(self, start: StartCase, content: bytes) -> None:
        self._start = start
        self._version = start.version
        self._steps = Steps(machine_of(content), content, start, self._after)
        self._outgoing = Outgoing(start, self._replied)
        self._alarm = Alarm(self._ring)
        self._due = False  #: timers are to be looked at
        self._at: datetime | None = None  #: of the last wake-up, in a demonstration
        self._refused: ApplicationError | None = None  #: the case was never opened

    @workflow.run
    async def run(self, start: StartCase, content: bytes) -> None:
        """Opens the case or goes on with it, and stays until it is closed and nothing is left to do."""
        if start.carried is None:
            await self._open()
        else:
            self._outgoing.resume()
            self._due = True
            await self._keep_history(start.carried.run)
        while not self._has_ended():
            await workflow.wait_condition(
                lambda: self._due or self._is_long() or self._has_ended() or self._outgoing.broken is not None
            )
            if self._outgoing.broken is not None:
                raise self._outgoing.broken
            if self._due:
                await self._fire_due()
            elif self._is_long():
                workflow.continue_as_new(args=[self._carried(), self._steps.content])
        if self._refused is not None:
            raise self._refused  # the workflow fails: only then may the same id be opened again
        if start.parent is not None:
            await self._tell_parent(start.parent)

    # -- what comes in ---------------------------------------------------------------------------------------------

    @workflow.update(name=OPENED)
    async def opened(self) -> Taken:
        """The answer to whoever opened the case, once it stands; fails with the refusal when it does not."""
        await workflow.wait_condition(lambda: self._steps.case is not None or self._refused is not None)
        if self._refused is not None:
            raise self._refused
        return taken_of(self._steps.standing)

    @workflow.update(name=ACT)
    async def act(self, act: Act) -> Taken:
        """Takes an act of a person or a message that somebody waits for."""
        await workflow.wait_condition(lambda: self._steps.case is not None or self._refused is not None)
        if self._refused is not None:
            raise self._refused
        return await self._steps.take(act)

    @act.validator
    def _may_act(self, act: Act) -> None:
        """Refuses what the case's state alone refuses, so that it leaves no trace in history."""
        if self._steps.case is None or self._steps.known(act) is not None:
            return
        try:
            self._steps.machine.accepts(self._steps.case, act.event)
        except Refused as refused:
            raise failure_of(refused, step=self._steps.case.step) from None

    @workflow.signal(name=MESSAGE)
    async def message(self, act: Act) -> None:
        """Takes a message that nobody waits for; what the case does not react to is dropped."""
        await workflow.wait_condition(lambda: self._steps.case is not None or self._refused is not None)
        if self._refused is None:
            await self._take_if_accepted(act)

    @workflow.signal(name=WAKE)
    def wake(self, at: datetime) -> None:
        """A demonstration's clock has come to `at`: timers are looked at."""
        self._at = at
        self._due = True

    @workflow.update(name=SETTLE)
    async def settle(self, settlement: Settlement) -> None:
        """Lets an effect that keeps failing be tried again, or skipped with a reason."""
        await self._outgoing.settle(self._start.case, settlement)

    @settle.validator
    def _may_settle(self, settlement: Settlement) -> None:
        try:
            self._outgoing.check(settlement)
        except Refused as refused:
            raise failure_of(refused) from None

    @workflow.update(name=TIDY)
    async def tidy(self, written: int | None = None) -> int:
        """Makes the read model what the case is, after a worker's death between SQL and history.

        `written`: the last step that SQL holds."""
        await workflow.wait_condition(lambda: self._steps.case is not None or self._refused is not None)
        if self._refused is not None:
            raise self._refused
        return await self._steps.tidy()

    @tidy.validator
    def _may_tidy(self, written: int | None = None) -> None:
        """Refuses where SQL holds no step beyond the case's, so that looking leaves no trace in history.

        A query would tell as much, but a case that is asked while a step of it is being written does not go on if its worker
        dies then: the SDK puts the answered update into a later task than its step, and loses the answer when it replays."""
        if self._steps.case is not None and written is not None and written <= self._steps.case.step:
            raise failure_of(Refused(say("nothing is written that the case does not hold")))

    @workflow.query(name=CASE)
    def case(self) -> CaseView:
        """The case as it stands, and what is not carried out yet."""
        return CaseView(case=self._steps.case, unsettled=self._outgoing.unsettled)

    # -- what follows from it --------------------------------------------------------------------------------------

    async def _open(self) -> None:
        try:
            await self._steps.open()
        except ApplicationError as refused:
            self._refused = refused
        except ActivityError:
            self._refused = ApplicationError("the case could not be written", type="not-written")

    def _after(self, case: Case, step: Step) -> None:
        """A step stands: its effects leave, its timers are set."""
        self._outgoing.send(case, step)
        self._set_alarm()
        if case.version != self._version:
            self._version = case.version
            workflow.upsert_search_attributes([CASE_VERSION.value_set(case.version)])

    async def _replied(self, effect: Effect, reply: EffectReply) -> None:
        """Takes an effect's answer where the case reacts to it; the effect's row holds it in any case."""
        if reply.event is None or reply.event not in self._steps.machine.messages(self._steps.standing):
            return
        event = Replied(name=reply.event, effect=f"{effect.step}.{effect.number}", data=reply.data)
        await self._steps.take(Act(event=event, name=f"reply {effect.id}", at=reply.at))

    async def _take_if_accepted(self, act: Act) -> None:
        try:
            await self._steps.take(act)
        except FailureError as failure:
            # Types alone: a sentence may hold what somebody filled in.
            kind = failure.type if isinstance(failure, ApplicationError) else type(failure).__name__
            workflow.logger.warning("a message was not taken", extra={"act": act.name, "refused": kind})

    # -- time ------------------------------------------------------------------------------------------------------

    def _ring(self) -> None:
        self._due = True

    def _set_alarm(self) -> None:
        if self._start.clock == "real":
            self._alarm.set(self._steps.machine.next_due(self._steps.standing))

    async def _fire_due(self) -> None:
        """Takes a step for each timer whose time has come, the earliest first."""
        self._due = False
        if self._steps.case is None:
            return
        failed: set[TimerFired] = set()
        while (timer := self._next_timer(failed)) is not None:
            if not await self._fired(timer):
                failed.add(timer)
        if failed:
            self._alarm.set(workflow.now() + AGAIN)
        self._set_alarm()

    def _next_timer(self, but: set[TimerFired]) -> TimerFired | None:
        due = self._steps.machine.due_events(self._steps.standing, self._steps.now(self._at))
        return next((timer for timer in due if timer not in but), None)

    async def _fired(self, timer: TimerFired) -> bool:
        """Whether the timer was taken, or is overtaken by another step; one that fails is tried again later."""
        before = self._steps.standing
        try:
            await self._steps.take(Act(event=timer, name=f"timer {timer.name} {timer.run} {before.step}", at=self._at))
        except FailureError as failure:
            kind = failure.type if isinstance(failure, ApplicationError) else type(failure).__name__
            workflow.logger.warning("a timer was not taken", extra={"timer": timer.name, "refused": kind})
            return self._steps.standing is not before
        return True

    # -- the end ---------------------------------------------------------------------------------------------------

    def _is_idle(self) -> bool:
        return workflow.all_handlers_finished() and not self._steps.busy and not self._outgoing.busy

    def _is_long(self) -> bool:
        if self._steps.count < self._start.longest_run and not workflow.info().is_continue_as_new_suggested():
            return False
        return self._is_idle()

    def _has_ended(self) -> bool:
        if self._refused is not None:
            return workflow.all_handlers_finished()
        case = self._steps.case
        return case is not None and not case.is_open and not self._outgoing.unsettled and self._is_idle()

    def _carried(self) -> StartCase:
        carried = Carried(
            case=self._steps.standing,
            seen=tuple(self._steps.seen.values()),
            unsettled=self._outgoing.unsettled,
            run=workflow.info().run_id,
        )
        return replace(self._start, version=self._version, carried=carried, data={}, key=None, audit=None)

    async def _keep_history(self, run: str | None) -> None:
        """Archives the run before, which Temporal forgets after its retention."""
        if run is None:
            return
        try:
            await workflow.execute_activity(
                ARCHIVE,
                args=[self._start.case, run],
                start_to_close_timeout=TIMEOUT,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=RetryPolicy(maximum_attempts=20),
            )
        except ActivityError:
            workflow.logger.exception("the history of the run before could not be archived", extra={"run": run})

    async def _tell_parent(self, parent: str) -> None:
        case = self._steps.standing
        event = ChildClosed(child=case.id, outcome=case.outcome or "", data=case.data, people=case.workers)
        act = Act(event=event, name=f"child {case.id}", at=case.at)
        try:
            await workflow.get_external_workflow_handle(parent).signal(MESSAGE, act)
        except FailureError:
            workflow.logger.info("the parent case has closed before its child")
