"""The worker's health page: `/healthz` answers 200 while it works, can reach the database and Temporal; else 503."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from http import HTTPStatus

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.world import World
from telemetry.page import Shown

PATIENCE = timedelta(seconds=2)


class Health:
    """What the page says."""

    def __init__(self, worker: Worker, world: World) -> None:
        self._worker = worker
        self._world = world

    async def parts(self) -> dict[str, bool]:
        """Each part and whether it works."""
        return {
            "worker": self._worker.is_running and not self._worker.is_shutdown,
            "database": await asyncio.to_thread(self._database),
            "temporal": await self._temporal(),
        }

    async def shown(self) -> Shown:
        """The page."""
        parts = await self.parts()
        status = HTTPStatus.OK if all(parts.values()) else HTTPStatus.SERVICE_UNAVAILABLE
        return Shown(body=json.dumps(parts).encode(), status=status)

    def _database(self) -> bool:
        try:
            with self._world.store.reading() as session:
                session.connection().execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    async def _temporal(self) -> bool:
        try:
            return await self._world.client.service_client.check_health(timeout=PATIENCE)
        except RPCError:
            return False
