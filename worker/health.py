"""The worker's health page: `/healthz` answers 200 while it works, can reach the database and Temporal; else 503."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.world import World

PATIENCE = timedelta(seconds=2)
REQUEST_SECONDS = 5


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


@asynccontextmanager
async def page(health: Health, port: int) -> AsyncIterator[int]:
    """Serves the page on this machine while the block runs; gives the port, which is a free one for 0."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                request = await reader.readline()
                while (await reader.readline()).strip():
                    pass
                path = request.split(b" ")[1:2]
                parts = await health.parts() if path == [b"/healthz"] else {}
                status = b"404 Not Found" if not parts else b"200 OK" if all(parts.values()) else b"503 Unavailable"
                body = json.dumps(parts).encode()
                writer.write(
                    b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                    b"Connection: close\r\n\r\n%b" % (status, len(body), body)
                )
                await writer.drain()
        except (TimeoutError, ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    async with server:
        yield server.sockets[0].getsockname()[1]
