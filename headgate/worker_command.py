"""`headgate worker`: carries the cases."""

from __future__ import annotations

from headgate.settings import Settings
from worker import run


def worker() -> None:
    """Run a worker, which carries cases, their timers and their effects, until it is told to stop."""
    run.main(Settings())
