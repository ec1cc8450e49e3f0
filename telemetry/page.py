"""A page for operators and their machines, on a port of its own that no visitor of the desk comes to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

REQUEST_SECONDS: Final = 8  #: Prometheus gives up after ten
JSON: Final = "application/json"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What an address answers."""

    body: bytes
    media_type: str = JSON
    status: HTTPStatus = HTTPStatus.OK


Answer = Callable[[], Awaitable[Shown]]


@asynccontextmanager
async def page(answers: Mapping[str, Answer], port: int, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """Serves these addresses while the block runs; gives the port, which is a free one for 0. Raises OSError."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                request = await reader.readline()
                while (await reader.readline()).strip():
                    pass
                path = b"".join(request.split(b" ")[1:2]).partition(b"?")[0].decode("latin-1")
                writer.write(_on_the_wire(await _shown(answers.get(path))))
                await writer.drain()
        except (TimeoutError, ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, host, port)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _shown(answer: Answer | None) -> Shown:
    if answer is None:
        return Shown(body=b"{}", status=HTTPStatus.NOT_FOUND)
    return await answer()


def _on_the_wire(shown: Shown) -> bytes:
    head = (
        f"HTTP/1.1 {shown.status.value} {shown.status.phrase}\r\nContent-Type: {shown.media_type}\r\n"
        f"Content-Length: {len(shown.body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + shown.body
