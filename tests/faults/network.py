"""Lines between the product's processes that a test can cut, slow down, break or let fall silent.

A small proxy of the tests' own: it needs no server to be built, and a line of it leads to a port or to a socket file alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

CHUNK: Final = 65_536

Connected = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class Line:
    """A port that leads somewhere else, as long as the line is whole."""

    def __init__(self, connect: Connected) -> None:
        self._connect = connect
        self._ends: set[asyncio.StreamWriter] = set()
        self._passes = asyncio.Event()
        self._passes.set()
        self._is_cut = False
        self._delay_seconds = 0.0
        self.port = 0
        self.carried = 0  #: bytes

    def cut(self) -> None:
        """Ends all connections and takes no new ones, until `mend`."""
        self._is_cut = True
        self.break_off()

    def break_off(self) -> None:
        """Ends all connections; new ones are taken at once."""
        for end in self._ends:
            end.transport.abort()

    def fall_silent(self) -> None:
        """Keeps all connections and carries nothing, until `mend`."""
        self._passes.clear()

    def slow_down(self, seconds: float) -> None:
        """Carries everything so much later, until `mend`."""
        self._delay_seconds = seconds

    def mend(self) -> None:
        """Makes the line whole."""
        self._is_cut = False
        self._delay_seconds = 0.0
        self._passes.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carries one connection."""
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            there_reader, there_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        both = {writer, there_writer}
        self._ends |= both
        try:
            await asyncio.gather(self._carry(reader, there_writer), self._carry(there_reader, writer))
        finally:
            self._ends -= both
            for end in both:
                end.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                if self._delay_seconds:
                    await asyncio.sleep(self._delay_seconds)
                await self._passes.wait()
                writer.write(chunk)
                await writer.drain()
                self.carried += len(chunk)
        writer.close()


@asynccontextmanager
async def line_to(connect: Connected) -> AsyncIterator[Line]:
    """A whole line on a free port, while the block runs."""
    line = Line(connect)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        line.mend()
        server.close()
        line.break_off()


def to_port(port: int) -> Connected:
    """A way to a port of this machine."""
    return lambda: asyncio.open_connection("127.0.0.1", port)


def to_file(path: str) -> Connected:
    """A way to a socket file."""
    return lambda: asyncio.open_unix_connection(path)
