"""Databases on the tests' PostgreSQL: made from a template, and lent again where a test has left nothing behind."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from typing import Any, Final, LiteralString

import psycopg
from sqlalchemy import URL

from store.engine import open_store
from store.migrate import migrate

TEMPLATE: Final = "template_headgate"
#: Bytes below which the planner takes every table that nobody has analyzed to be of the same size.
SMALL: Final = 10 * 8192

#: What tells a database from a new one, but for its rows: its schema and version, what is known of its contents, and its size.
SHAPE: Final = """
SELECT md5(string_agg(format('%s %s %s %s', oid, xmin, relpages, reltuples), ' ' ORDER BY oid)),
       (SELECT count(*) FROM pg_trigger), (SELECT string_agg(version_num, ' ') FROM alembic_version),
       coalesce(max(pg_relation_size(oid)), 0)
FROM pg_class WHERE relnamespace = 'public'::regnamespace"""
ALONE: Final = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
FROM_THE_START: Final = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE schemaname = 'public'"""


class Databases:
    """Those of one server. What is made is dropped by who asked for it; what is lent comes back, or is dropped here."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self._open = ExitStack()
        self._administration = self._connected("postgres")
        self._spare: list[_Lent] = []
        self._lent: dict[URL, _Lent] = {}
        self.administer(f"CREATE DATABASE {TEMPLATE}")
        store = open_store(server.set(database=TEMPLATE))
        migrate(store.engine)
        store.close()

    def close(self) -> None:
        """Closes the connections; the databases stay."""
        self._open.close()

    def administer(self, statement: LiteralString) -> None:
        """Runs a statement that no transaction may hold."""
        self._administration.execute(statement)

    def make(self) -> URL:
        """A migrated, empty database of one's own."""
        url = self._server.set(database=f"headgate_{next(self._numbers)}")
        self.administer(f"CREATE DATABASE {url.database} TEMPLATE {TEMPLATE}")
        return url

    def drop(self, url: URL) -> None:
        """Drops it, whoever is connected to it."""
        self.administer(f"DROP DATABASE {url.database} WITH (FORCE)")

    def lend(self) -> URL:
        """A migrated, empty database, to be given back."""
        lent = self._spare.pop() if self._spare else self._lendable()
        self._lent[lent.url] = lent
        return lent.url

    def give_back(self, url: URL) -> None:
        """Empties it for the next; one whose schema or statistics have changed, or that has grown, is dropped."""
        lent = self._lent.pop(url)
        if lent.emptied():
            self._spare.append(lent)
        else:
            lent.connection.close()
            self.drop(url)

    def _lendable(self) -> _Lent:
        url = self.make()
        assert url.database is not None
        return _Lent(url, self._connected(url.database, options="-c session_replication_role=replica"))

    def _connected(self, database: str, **options: str) -> psycopg.Connection[tuple[Any, ...]]:
        address = self._server.set(drivername="postgresql", database=database).render_as_string(hide_password=False)
        return self._open.enter_context(psycopg.connect(address, autocommit=True, **options))


class _Lent:
    """A database with a connection that asks neither triggers nor foreign keys."""

    def __init__(self, url: URL, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self.url = url
        self.connection = connection
        self._shape = self._looked_at()[:-1]
        tables = [str(name) for (name,) in connection.execute(TABLES)]
        self._filled = " UNION ALL ".join(f"SELECT '{each}' WHERE EXISTS (SELECT FROM {each})" for each in tables)

    def emptied(self) -> bool:
        """Whether it is as it was when it was new."""
        self.connection.execute(ALONE)
        *shape, largest = self._looked_at()
        if tuple(shape) != self._shape or largest > SMALL:
            return False
        filled = [str(name) for (name,) in self.connection.execute(self._filled.encode())]
        if filled:
            self.connection.execute("; ".join(f"DELETE FROM {each}" for each in filled).encode())
        self.connection.execute(FROM_THE_START)
        return True

    def _looked_at(self) -> tuple[Any, ...]:
        found = self.connection.execute(SHAPE).fetchone()
        assert found is not None
        return found
