"""How many requests a token or a session may send: a bucket for each, that fills up again by and by.

Each API process has buckets of its own, so that none of them asks the database before it answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

MOST_KEPT: Final = 10_000


@dataclass(kw_only=True)
class Pace:
    """The buckets. A minute's worth may come at once."""

    per_minute: int  #: 0: as many as come
    clock: Callable[[], float] = time.monotonic
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)  #: what is left, and when that was
    _lock: Lock = field(default_factory=Lock)

    def wait(self, key: str) -> float:
        """How many seconds this request should have waited; 0 when it is counted and goes on."""
        if not self.per_minute:
            return 0.0
        with self._lock:
            now, a_second = self.clock(), self.per_minute / 60
            if len(self._left) > MOST_KEPT:
                self._left = {each: kept for each, kept in self._left.items() if now - kept[1] < 60}
            left, at = self._left.get(key, (float(self.per_minute), now))
            left = min(float(self.per_minute), left + (now - at) * a_second)
            if left < 1:
                self._left[key] = (left, now)
                return (1 - left) / a_second
            self._left[key] = (left - 1, now)
            return 0.0
