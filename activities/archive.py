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
        try:
            history = await self.world.client.get_workflow_handle(case, run_id=run).fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        await asyncio.to_thread(self._write, case, run, History(events=history.events).SerializeToString())
        return True

    async def keep_last(self, case: str, closed_at: datetime) -> bool:
        """Whether the history of the last run of a case that closed then is kept now; False while that run has not ended."""
        handle = self.world.client.get_workflow_handle(case)
        try:
            description = await handle.describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            log.error("the history of a closed case is lost: Temporal has forgotten it", extra={"case": case})
            kept = False
        else:
            if description.close_time is None:
                return False
            kept = await self.keep(case, description.run_id)
        await asyncio.to_thread(self._settle, case, closed_at)
        return kept

    def _settle(self, case: str, closed_at: datetime) -> None:
        at = self.world.now()
        with self.world.store.writing() as session:
            history_kept(session, case, closed_at, at)

    def _write(self, case: str, run: str, history: bytes) -> None:
        at = self.world.now()
        with self.world.store.writing() as session:
            archive_history(session, case, run, history, at)


def replayable(case: str, kept: bytes) -> WorkflowHistory:
    """A kept history, to be replayed or looked at."""
    return WorkflowHistory(case, list(History.FromString(kept).events))
