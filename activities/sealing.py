"""The worker's part in the chain over the audit: rows are sealed once they have been there for a while."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from store.engine import Store
from store.sealing import BATCH, head, seal, unsealed

#: After a worker has died, the next one puts back within this time what history does not hold: such rows are not sealed.
SETTLED_SECONDS: Final = 20.0
TOLD_SECONDS: Final = 3600.0  #: between two lines of the log that name the chain's head

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Sealing:
    """What one process remembers between its rounds."""

    store: Store
    clock: Callable[[], float] = time.monotonic
    seen: deque[tuple[float, int]] = field(default_factory=deque)  #: when which row was the newest
    settled: int = 0  #: rows up to this one have been there for long enough
    told: float = float("-inf")

    def round(self) -> int:
        """How many rows were sealed."""
        sealed = 0
        if self._has_settled():
            while (number := self._seal()) > 0:
                sealed += number
                if number < BATCH:
                    break
        if sealed and self.clock() - self.told >= TOLD_SECONDS:
            self._tell()
        return sealed

    def _has_settled(self) -> bool:
        with self.store.reading() as session:
            found = unsealed(session)
        if found is None:
            return False
        oldest, newest = found
        now = self.clock()
        if not self.seen or newest > self.seen[-1][1]:
            self.seen.append((now, newest))
        while self.seen and now - self.seen[0][0] >= SETTLED_SECONDS:
            self.settled = self.seen.popleft()[1]
        return oldest <= self.settled

    def _seal(self) -> int:
        with self.store.writing() as session:
            return seal(session, self.settled, datetime.now(UTC))

    def _tell(self) -> None:
        """Where logs are kept by somebody else, this line is an anchor."""
        with self.store.reading() as session:
            newest = head(session)
        self.told = self.clock()
        log.info("the audit is sealed", extra={"link": newest.no, "digest": newest.digest})
