"""The folder in which everything is kept: database, Temporal's file, letters and attachments, logs, cache, secret."""

from __future__ import annotations

from collections.abc import Callable

from headgate.errors import CannotStart
from headgate.settings import Settings
from store.engine import Store, open_store
from store.migrate import migrate


def make(settings: Settings) -> None:
    """Makes the folder; raises CannotStart when it cannot be written."""
    try:
        for folder in (settings.home, settings.files, settings.cache, settings.home / "logs"):
            folder.mkdir(parents=True, exist_ok=True)
        (settings.home / ".writable").touch()
    except OSError as error:
        raise CannotStart(
            f"the folder {settings.home} cannot be written ({error.strerror}); set HEADGATE_HOME to one that can"
        ) from error


def prepared(settings: Settings, progress: Callable[[str], None]) -> Store:
    """The store, brought to this version's schema."""
    progress("Bringing the database up to date")
    store = open_store(settings.database)
    migrate(store.engine)
    return store
