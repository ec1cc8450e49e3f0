"""Lines between the product's processes that a test can cut, slow down, break or let fall silent.

A small proxy of the tests' own: it needs no server to be built, and a line of it leads to a port or to a socket file alike.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

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


async def plagued(
    lines: Mapping[Any, Line], chance: random.Random, done: Callable[[], bool], *, longest: float
) -> list[str]:
    """What was done to which line, one fault after the other of so many seconds at most, until all is done."""
    faults: list[str] = []
    while not done():
        await asyncio.sleep(chance.uniform(0.2, 1))
        which, line = chance.choice(list(lines.items()))
        what, fault = chance.choice(FAULTS)
        faults.append(f"{which if isinstance(which, str) else ' to '.join(which)} {what}")
        fault(line)
        await asyncio.sleep(chance.uniform(0.2, longest))
        line.mend()
    return faults


FAULTS: Final[list[tuple[str, Callable[[Line], None]]]] = [
    ("cut", Line.cut),
    ("broken", Line.break_off),
    ("silent", Line.fall_silent),
    ("slow", lambda line: line.slow_down(0.2)),
]
