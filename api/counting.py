"""What is counted over very many rows is counted once for all who look within a few seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

LASTS: Final = 10.0  #: seconds
MANY: Final = 20_000  #: rows; over fewer than these each look counts anew

Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class _Kept:
    found: Any
    until: float


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Counts of one process. Where there is little to count nothing is kept: who acts then sees at once what they did."""

    clock: Callable[[], float] = time.monotonic  #: seconds
    _kept: dict[Hashable, _Kept] = field(default_factory=dict)
    _turns: dict[Hashable, threading.Lock] = field(default_factory=dict)

    def once(
        self, name: Hashable, count: Callable[[], Found], *, rows: Callable[[Found], int], lasts: float = LASTS
    ) -> Found:
        """What `count` finds, or what it found in the last seconds over many rows; `rows` says over how many.

        Of those who ask at the same moment one counts, and the others wait for it."""
        with self._turns.setdefault(name, threading.Lock()):
            kept = self._kept.get(name)
            if kept is not None and self.clock() < kept.until:
                found: Found = kept.found
                return found
            found = count()
            self._kept.pop(name, None)
            if rows(found) >= MANY:
                self._kept[name] = _Kept(found=found, until=self.clock() + lasts)
            return found
