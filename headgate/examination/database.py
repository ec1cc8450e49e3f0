"""The database: reachable, of this release, on time; and what should be gone from it by now and is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from headgate.examination import clock
from headgate.examination.finding import Finding, look, well, wrong
from headgate.settings import Settings
from store.clock import read_clock
from store.engine import Store, StoreError, open_store
from store.migrate import newest_revision, revision_of
from store.queries.backlog import Left, left, orphans

UPGRADE: Final = "Run `headgate upgrade`, then start workers and APIs of this release."
LATE: Final = timedelta(minutes=15)  #: of real time: what is older should be done


def reached(settings: Settings) -> tuple[Store | None, Finding]:
    """The store, if it can be worked with, and what is to be said of it."""
    try:
        url = make_url(settings.database)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            return None, wrong(
                "database", f"there is none at {url.database}", "Run `headgate up` or `headgate upgrade`."
            )
        store = open_store(url)
        found, needed = revision_of(store.engine), newest_revision()
    except (ArgumentError, StoreError) as error:
        return None, wrong("database", str(error), "Set DATABASE_URL to postgresql+psycopg://… or sqlite:///….")
    except DBAPIError as error:
        said = (str(error.orig).strip().splitlines() or ["no reason given"])[0]
        return None, wrong(
            "database", f"it cannot be reached: {said}", "Start it, and see DATABASE_URL and the network."
        )
    if found is None:
        store.close()
        return None, wrong("database", "it has no tables of Headgate", UPGRADE)
    if found != needed:
        store.close()
        return None, wrong("database", f"it is at {found}, this release needs {needed}", UPGRADE)
    return store, well("database", f"reachable, at {found}")


def time_of(store: Store) -> Finding:
    """Whether this machine's clock and the database's agree."""
    if store.engine.dialect.name == "sqlite":
        return well("clock", "the database is on this machine")
    with store.reading() as session:
        before = clock.now()
        theirs = session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
    return clock.compared("the database", theirs, before, clock.now())


def contents(store: Store) -> Iterator[Finding]:
    """What is in it that should not be, and what is not that should."""
    with store.reading() as session:
        shown, now = read_clock(session), datetime.now(UTC)
        at, speed = (shown.at(now), shown.speed) if shown else (now, 1.0)
        found, astray = left(session, at - LATE * speed), orphans(session)
    yield _there("published definitions", found.published, "Run `headgate upgrade`: it publishes the folder.")
    yield _there("users", found.people, "Add one: `headgate user add NAME --name NAME --role admin`.")
    yield from _left(found)
    for what, number in astray.items():
        if number:
            yield wrong("rows", f"{number} {what}", "Run `headgate reconcile` with a worker running.")
    if not any(astray.values()):
        yield well("rows", "none stands for a step that is not there")


def open_cases(store: Store) -> int:
    """How many cases are open."""
    with store.reading() as session:
        return left(session, datetime.now(UTC)).open_cases


def _there(what: str, number: int, remedy: str) -> Finding:
    return well(what, f"{number}") if number else wrong(what, "none", remedy)


def _left(found: Left) -> Iterator[Finding]:
    worker = "See that workers run and reach database and Temporal; they take this up by themselves."
    incidents = "See the board's incidents or `GET /api/incidents`: each says its cause and its remedy."
    yield _none("incidents", found.incidents, "keep failing", incidents)
    yield _none("timers", found.late_timers, "cases have a timer that should have come", worker)
    yield _none("effects", found.pending_effects, "wait to be carried out", worker)
    yield _none("account events", found.account_events, "wait to reach their cases", worker)
    yield _none("releases", found.releases, "of lists run and do not end", worker)
    yield _none("migrations", found.migrations, "of cases run and do not end", worker)
    yield _none("histories", found.unkept_histories, "of closed cases are not archived yet", worker)


def _none(part: str, number: int, says: str, remedy: str) -> Finding:
    return look(part, f"{number} {says}", remedy) if number else well(part, "none left over")
