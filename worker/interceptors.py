"""Failures on their way to Temporal: an unexpected exception keeps its type and loses its text, which history would keep."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

log = logging.getLogger(__name__)


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
