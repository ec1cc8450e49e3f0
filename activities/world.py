"""What activities work with: the database, the files, Temporal, and what time it is at the district."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session
from temporalio.client import Client

from store.clock import district_now, read_clock
from store.engine import Store
from workflows.messages import Clock


class Pulse:
    """When somebody last had to wait for this process."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def beat(self) -> None:
        """A step is being taken."""
        self._last = time.monotonic()

    @property
    def still_seconds(self) -> float:
        """How long no step was taken."""
        return time.monotonic() - self._last


@dataclass(frozen=True, kw_only=True)
class World:
    """Made once at a process's start."""

    store: Store
    client: Client
    task_queue: str
    files: Path
    pulse: Pulse = field(default_factory=Pulse)

    def now(self) -> datetime:
        """The district's time, in UTC."""
        with self.store.reading() as session:
            return district_now(session)


def clock_mode(session: Session) -> Clock:
    """Whether cases that open now live by real time or by a demonstration's clock."""
    return "real" if read_clock(session) is None else "district"
