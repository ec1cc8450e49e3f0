"""One Temporal timer for the earliest thing that is due, moved only when something comes sooner.

A timer that is no longer needed is left to run out: looking once in vain costs fewer events than cancelling and starting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

SHORTEST = timedelta(milliseconds=10)  #: the server's clock may be a little behind the moment that was asked for


class Alarm:
    """Calls `rings` at the earliest moment it was set to."""

    def __init__(self, rings: Callable[[], None]) -> None:
        self._rings = rings
        self._due: datetime | None = None
        self._sleeping: asyncio.Task[None] | None = None

    def set(self, due: datetime | None) -> None:
        """Makes sure that it rings at `due` or before; nothing for None."""
        if due is None or (self._due is not None and self._due <= due):
            return
        if self._sleeping is not None:
            self._sleeping.cancel()
        self._due = due
        self._sleeping = asyncio.create_task(self._sleep(max(SHORTEST, due - workflow.now())))

    async def _sleep(self, delay: timedelta) -> None:
        await asyncio.sleep(delay.total_seconds())
        self._due = self._sleeping = None
        self._rings()
