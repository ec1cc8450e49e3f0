"""What a restore leaves to be done before anything may work on what was put back.

Apart from the rest of the folder's care (`home.py`), so that a worker or an API that starts does not load what only a first
start needs."""

from __future__ import annotations

from headgate.errors import CannotStart
from headgate.settings import Settings

RECOVER_FIRST = "recover-first"  #: a file that a restore leaves until `headgate recover` has run


def must_not_wait_for_recovery(settings: Settings) -> None:
    """Raises CannotStart where a database was put back and its cases have no workflows of it yet."""
    if (settings.home / RECOVER_FIRST).exists():
        raise CannotStart(
            "a backup was put back: start Temporal alone and run `headgate recover` before any worker or API, which would "
            "take restored steps for those of a worker that died"
        )
