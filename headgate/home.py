"""The folder in which everything is kept: database, Temporal's file, letters and attachments, logs, cache, secret."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from definitions.language.library import load_library
from definitions.language.problems import Problem
from headgate.errors import CannotStart
from headgate.settings import Settings
from headgate.simulation import beginning
from store import vault
from store.clock import district_now
from store.engine import Store, open_store
from store.migrate import migrate
from store.publishing import is_published, publish_compiled
from store.sample.load import NotEmptyError, load_sample
from workflows.machine.checking import check_case, check_texts

SAMPLE_PASSWORD = "headgate"  # noqa: S105 - of a demonstration, said on its first screen


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
    """The store at this version's schema, with the sample district the first time and the folder's definitions published."""
    progress("Bringing the database up to date")
    vault.use(settings.vault)
    store = open_store(settings.database)
    migrate(store.engine)
    if settings.sample and _sample(store, settings, progress):
        _sample_cases(store, settings, progress)
    beginning.return_to_today(store)
    publish_folder(store, settings.definitions, progress)
    return store


def _sample_cases(store: Store, settings: Settings, progress: Callable[[str], None]) -> None:
    """The sample's last months: cases of all kinds, opened, worked and partly closed."""
    if not settings.sample_days:
        return
    with store.writing() as session:
        now = district_now(session)
        first = beginning.begin(session, now, settings.sample_days)
    publish_folder(store, settings.definitions, progress)

    def lived(done: int, total: int) -> None:
        progress(f"Living through the sample's last months (day {done} of {total})")

    library = load_library(settings.definitions)
    beginning.live_through(store, library, settings.definitions, settings.files, first=first, now=now, progress=lived)


def _sample(store: Store, settings: Settings, progress: Callable[[str], None]) -> bool:
    """Whether the sample district has been loaded now."""
    with store.reading() as session:
        at = district_now(session)

    def loaded(what: str, done: int, total: int) -> None:
        progress(f"Loading the sample district: {what} ({100 * done // max(total, 1)} %)")

    # A database that holds a real district's accounts is left alone.
    with suppress(NotEmptyError):
        accounts = settings.sample_accounts or None
        return load_sample(store, at, password=SAMPLE_PASSWORD, accounts=accounts, progress=loaded).new
    return False


def publish_folder(store: Store, folder: Path, progress: Callable[[str], None]) -> list[str]:
    """Publishes what has changed in a folder of definitions and gives the names; open cases keep their version.

    Raises CannotStart with the first thing that is wrong with them."""
    progress("Publishing the definitions")
    library = load_library(folder)
    _must_be_right(folder, check_texts(library))
    compiled = {name: library.compile(name) for name in sorted(library.cases)}
    with store.reading() as session:
        changed = [name for name, each in compiled.items() if not is_published(session, each)]
    for name in changed:  # what was published has been walked through before
        progress(f"Checking the definitions: {name}")
        _must_be_right(folder, check_case(library, name))
    with store.writing() as session:
        at = district_now(session)
        for name in changed:
            publish_compiled(session, compiled[name], source=library.source(name), by="headgate", at=at)
    return changed


def _must_be_right(folder: Path, problems: list[Problem]) -> None:
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise CannotStart(f"the definitions have problems; run `headgate check {folder}`. The first: {errors[0]}")
