"""The database: SQLite in a file unless DATABASE_URL names a PostgreSQL; reading and writing sessions on it.

Sessions are synchronous; whoever calls from an event loop does so in a thread. Nothing is loaded lazily, and rows stay
readable after the session.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

BUSY_TIMEOUT_MS = 10_000  #: how long a writer of another process is waited for on SQLite
#: After which a writer on SQLite brings its log into the file, at some 33 MB: each 220 steps or so. With SQLite's own 1,000 one
#: step in 28 had to, and wrote the same pages again and again. Nobody does it beside writers: before SQLite 3.51.3 that can,
#: very rarely, lose what was written (https://www.sqlite.org/wal.html#walresetbug).
LOG_PAGES = 8_000
#: A random page costs little more than the next one on today's disks; at 4, its default, lists are read out of order
#: and sorted.
POSTGRES_SETTINGS = "-c timezone=UTC -c random_page_cost=1.1"
RECYCLED_S = 3600  #: for which a connection to SQLite is kept: new ones know new statistics (`store.statistics`)
IDLE_S = 5.0  #: after so many seconds in the pool a connection is asked whether it still lives
WRITES = "headgate_writes"


class StoreError(Exception):
    """Something about the database is wrong; `code` is stable, the sentence is for people."""

    code = "store"


class UnknownDatabaseError(StoreError):
    """DATABASE_URL names a database that Headgate does not work with."""

    code = "unknown-database"


def database_url(home: Path) -> URL:
    """DATABASE_URL, with psycopg 3 as PostgreSQL's driver; without it the SQLite file `headgate.db` in `home`."""
    named = os.environ.get("DATABASE_URL")
    if not named:
        return URL.create("sqlite", database=str(home / "headgate.db"))
    url = make_url(named)
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


def open_engine(url: URL | str, *, pool_size: int = 20) -> Engine:
    """An engine with the settings that Headgate relies on; UnknownDatabaseError for any but SQLite and PostgreSQL."""
    url = make_url(url)
    common: dict[str, Any] = {
        "poolclass": QueuePool,
        "pool_size": pool_size,
        "max_overflow": pool_size,
        # The one that was used last knows its statements: handed round in a circle, they cost PostgreSQL half as much again.
        "pool_use_lifo": True,
        "json_serializer": _to_json,
        "query_cache_size": 1000,
    }
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
            pool_recycle=RECYCLED_S,
            **common,
        )
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.drivername == "postgresql+psycopg":
        engine = create_engine(url, connect_args={"options": POSTGRES_SETTINGS}, **common)
        event.listen(engine, "checkin", _note_return)
        event.listen(engine, "checkout", _ask_if_alive)
        return engine
    raise UnknownDatabaseError(
        f"DATABASE_URL begins with {url.drivername}://; Headgate works with sqlite:// and postgresql+psycopg://"
    )


class Store:
    """The one door to the database of a process."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(**{WRITES: True})
        # SQLite has one writer at a time and waits by sleeping: threads of one process queue up here instead.
        self._turn = threading.Lock() if engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and changes nothing."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session in one transaction: committed at the end of the block, undone if the block raises."""
        with self._turn, Session(self._writing, expire_on_commit=False) as session:
            yield session
            session.commit()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_store(url: URL | str, *, pool_size: int = 20) -> Store:
    """The store at this address."""
    return Store(open_engine(url, pool_size=pool_size))


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin transactions late, so that two writers could both have read before either wrote.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        f"wal_autocheckpoint = {LOG_PAGES}",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "temp_store = MEMORY",
        "cache_size = -65536",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _note_return(_connection: Any, record: Any) -> None:
    record.info["returned"] = time.monotonic()


def _ask_if_alive(connection: Any, record: Any, _proxy: Any) -> None:
    # SQLAlchemy's own `pool_pre_ping` asks each time: a quarter of a step's time for what happens once a month.
    if time.monotonic() - record.info.get("returned", time.monotonic()) < IDLE_S:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as gone:
        raise DisconnectionError("the database has closed an idle connection") from gone


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
