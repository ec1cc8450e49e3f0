"""Histories kept for good, since Temporal forgets them some days after a run has ended."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from temporalio import activity
from temporalio.api.history.v1 import History
from temporalio.client import WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from activities.world import World
from store.clock import district_now
from store.records import archive_history, history_kept
from workflows.messages import ARCHIVE

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Archive:
    """Keeps histories as Temporal has them: payloads stay encrypted."""

    world: World

    @activity.defn(name=ARCHIVE)
    async def keep(self, case: str, run: str) -> bool:
        """Whether the history of this run is kept now; False when Temporal has forgotten it."""
        history = await self._history(case, run)
        if history is None:
            return False
        await asyncio.to_thread(self._write, case, run, history)
        return True

    async def keep_last(self, case: str, closed_at: datetime) -> bool:
        """Whether the history of the last run of a case that closed then is kept now; False while that run has not ended."""
        run, history = "", None
        try:
            description = await self.world.client.get_workflow_handle(case).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        else:
            if description.close_time is None:
                return False
            run, history = description.run_id, await self._history(case, description.run_id)
        if history is None:
            log.error("the history of a closed case is lost: Temporal has forgotten it", extra={"case": case})
        await asyncio.to_thread(self._settle, case, closed_at, run, history)
        return history is not None

    async def _history(self, case: str, run: str) -> bytes | None:
        try:
            history = await self.world.client.get_workflow_handle(case, run_id=run).fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        return History(events=history.events).SerializeToString()

    def _settle(self, case: str, closed_at: datetime, run: str, history: bytes | None) -> None:
        with self.world.store.writing() as session:
            at = district_now(session)
            if history is not None:
                archive_history(session, case, run, history, at)
            history_kept(session, case, closed_at, at)

    def _write(self, case: str, run: str, history: bytes) -> None:
        with self.world.store.writing() as session:
            archive_history(session, case, run, history, district_now(session))


def replayable(case: str, kept: bytes) -> WorkflowHistory:
    """A kept history, to be replayed or looked at."""
    return WorkflowHistory(case, list(History.FromString(kept).events))
