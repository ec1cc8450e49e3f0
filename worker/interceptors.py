"""What is common to all activities: they show that they live, are timed and logged, and their failures say nothing personal.

An unexpected exception keeps its type and loses its text, which history would keep.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

from structlog.contextvars import bound_contextvars
from temporalio import activity
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from definitions.catalogue.replies import Effect
from telemetry.metrics import ACTIVITY_SECONDS
from workflows.messages import IncidentOpened, StepWritten

log = logging.getLogger(__name__)


class Beating(Interceptor):
    """Lets every activity that has a heartbeat show that its worker lives, so that another takes it soon if not."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """The activity's interceptor."""
        return _Beating(next)


class _Beating(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        timeout = activity.info().heartbeat_timeout
        if not timeout:
            return await super().execute_activity(input)
        beating = asyncio.create_task(_beat(timeout.total_seconds() / 3))
        try:
            return await super().execute_activity(input)
        finally:
            beating.cancel()


async def _beat(seconds: float) -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(seconds)


class Discreet(Interceptor):
    """Keeps personal data out of activities' failures."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """The activity's interceptor."""
        return _Activity(next)


class _Activity(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        try:
            return await super().execute_activity(input)
        except (FailureError, asyncio.CancelledError):
            raise
        except Exception as error:
            name = activity.info().activity_type
            log.warning("an activity failed", exc_info=error, extra={"activity": name})
            raise ApplicationError(f"{name} failed: {type(error).__name__}", type=type(error).__name__) from None


class Told(Interceptor):
    """Times each activity, and gives every line that is logged on its way the case and the step."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """The activity's interceptor."""
        return _Told(next)


class _Told(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        info = activity.info()
        named = {"case": info.workflow_id, "activity": info.activity_type, "attempt": info.attempt}
        began, outcome = time.perf_counter(), "failed"
        with bound_contextvars(**named, **_step(input.args)):
            try:
                answer = await super().execute_activity(input)
                outcome = "done"
                return answer
            except ApplicationError as error:
                outcome = "refused" if error.non_retryable else "failed"
                raise
            finally:
                # After the answer, which somebody may wait for; nobody waits for a line of the log.
                asyncio.get_running_loop().call_soon(_tell, info.activity_type, outcome, time.perf_counter() - began)


def _tell(activity_type: str, outcome: str, seconds: float) -> None:
    ACTIVITY_SECONDS.labels(activity_type, outcome).observe(seconds)
    log.info("activity", extra={"outcome": outcome, "ms": round(seconds * 1000, 1)})


def _step(args: Sequence[Any]) -> dict[str, int]:
    """The step that the activity is about, where its argument says so."""
    match args:
        case [StepWritten(step=step), *_]:
            return {"step": step.number}
        case [Effect(step=number), *_] | [IncidentOpened(step=number), *_]:
            return {"step": number}
        case _:
            return {}
