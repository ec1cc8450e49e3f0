"""A worker that is killed in the midst of something long, and what that ends as."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from headgate.children import Child


async def killed(children: Sequence[Child], times: int, *, done: Callable[[], int], of: int) -> int:
    """How often the worker was killed, each time that some more of so many were done."""
    kills = 0
    worker = next(child for child in children if child.name == "worker")
    for kill in range(1, times + 1):
        while done() < kill * of // (times + 2):
            await asyncio.sleep(0.005)
        if worker.process is not None and worker.process.poll() is None:
            os.kill(worker.process.pid, signal.SIGKILL)
            worker.falls = 0
            kills += 1
        await asyncio.sleep(1)
    return kills


async def ended(http: httpx.AsyncClient, address: str, patience_seconds: float) -> dict[str, Any]:
    """What it says of itself once its status is `done`."""
    ends = time.monotonic() + patience_seconds
    while time.monotonic() < ends:
        found: dict[str, Any] = (await http.get(address)).json()
        if found["status"] == "done":
            return found
        await asyncio.sleep(0.2)
    raise AssertionError(f"{address} did not end in {patience_seconds} s: {found}")
