"""Child processes that live and die with their parent: started, watched, started again when they fall, stopped in order."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 15
LONGEST_PAUSE_SECONDS = 30.0


def _dies_with_parent() -> None:
    """Runs in the child: on Linux the kernel ends it when its parent is gone, however that went."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(kw_only=True)
class Child:
    """A process to keep running."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    log: Path
    ready: Callable[[], Awaitable[bool]]  #: whether it serves
    process: subprocess.Popen[bytes] | None = None
    falls: int = 0  #: times it has ended by itself
    _watching: asyncio.Task[None] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Starts the process; what it prints goes to its log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                self.command,
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C reaches the parent alone, which stops the children in their order
                preexec_fn=_dies_with_parent,
            )

    async def wait_until_ready(self, seconds: float) -> bool:
        """Whether it came to serve in time; false at once when it ends before."""
        ends = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < ends:
            if self.process is None or self.process.poll() is not None:
                return False
            if await self.ready():
                return True
            await asyncio.sleep(0.05)
        return False

    def watch(self, said: Callable[[str], None]) -> None:
        """Starts it again whenever it ends by itself, after a pause that grows."""
        self._watching = asyncio.create_task(self._watch(said))

    async def _watch(self, said: Callable[[str], None]) -> None:
        while self.process is not None:
            process = self.process
            await asyncio.to_thread(process.wait)
            self.falls += 1
            pause = min(LONGEST_PAUSE_SECONDS, 0.5 * 2 ** min(self.falls - 1, 10))
            said(f"{self.name} ended with code {process.returncode}; starting it again (its log: {self.log})")
            await asyncio.sleep(pause)
            self.start()

    async def stop(self) -> None:
        """Asks it to end, and ends it when it does not."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
        process = self.process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.wait)

    def last_line(self) -> str:
        """The last line of its log, for a sentence that says why it did not start."""
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        return lines[-1] if lines else "it printed nothing"
