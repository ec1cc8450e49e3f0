"""Slows down guessing: after some wrong passwords for a name or from an address, each further try has to wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

FREE_TRIES = 5
LONGEST_WAIT = 300.0  #: seconds
FORGOTTEN_AFTER = 3600.0  #: seconds without a further try
MOST_KEPT = 10_000


@dataclass(kw_only=True)
class _Tries:
    count: int = 0
    last: float = 0.0


@dataclass(kw_only=True)
class Throttle:
    """Failed tries by key; each process counts its own."""

    clock: Callable[[], float] = time.monotonic
    tries: dict[str, _Tries] = field(default_factory=dict)

    def wait(self, *keys: str) -> float:
        """How many seconds the next try for any of these keys still has to wait; 0 when it may go on."""
        now = self.clock()
        waits = [0.0]
        for key in keys:
            kept = self.tries.get(key)
            if kept is not None and kept.count >= FREE_TRIES:
                pause = min(2.0 ** (kept.count - FREE_TRIES), LONGEST_WAIT)
                waits.append(kept.last + pause - now)
        return max(waits)

    def failed(self, *keys: str) -> None:
        """Counts a failed try for each key."""
        now = self.clock()
        if len(self.tries) > MOST_KEPT:
            self.tries = {key: kept for key, kept in self.tries.items() if now - kept.last < FORGOTTEN_AFTER}
        for key in keys:
            kept = self.tries.setdefault(key, _Tries())
            if now - kept.last > FORGOTTEN_AFTER:
                kept.count = 0
            kept.count += 1
            kept.last = now

    def succeeded(self, *keys: str) -> None:
        """Forgets the failed tries of each key."""
        for key in keys:
            self.tries.pop(key, None)
