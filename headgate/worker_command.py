"""`headgate worker`: carries the cases."""

from __future__ import annotations

from headgate.errors import CannotStart, fail
from headgate.garbage import spare_what_is_loaded
from headgate.restored import must_not_wait_for_recovery
from headgate.settings import Settings
from worker import run


def worker() -> None:
    """Run a worker, which carries cases, their timers and their effects, until it is told to stop."""
    settings = Settings()
    try:
        must_not_wait_for_recovery(settings)
    except CannotStart as error:
        fail(str(error))
    spare_what_is_loaded()
    run.main(settings)
