"""SQLite's planner is told of tables that have grown; PostgreSQL looks after itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import URL, insert, text

from store.engine import Store, open_store
from store.statistics import FEW, GROWN, Statistics
from store.tables.audit import Audit
from store.tables.base import table_of

TABLE = Audit.__tablename__


@pytest.fixture
def sqlite(new_databases: Callable[[str], URL]) -> Iterator[Store]:
    store = open_store(new_databases("sqlite"))
    yield store
    store.close()


def _grow(store: Store, rows: int) -> None:
    row = {
        "at": datetime(2026, 3, 9, 16, 0, tzinfo=UTC), "person": "rep", "act": "view", "object_kind": "account",
        "allowed": True,
    }  # fmt: skip
    with store.writing() as session:
        session.connection().execute(
            insert(table_of(Audit)), [row | {"object_id": f"a-{number}", "account_id": None} for number in range(rows)]
        )


def _known(store: Store) -> int:
    """How many rows the planner believes the audit has; 0 when it knows nothing."""
    with store.reading() as session:
        if not session.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")).first():
            return 0
        found = session.execute(text("SELECT stat FROM sqlite_stat1 WHERE tbl = :table"), {"table": TABLE}).scalars()
        return max((int(stat.split()[0]) for stat in found), default=0)


def test_a_table_with_few_rows_is_left_alone(sqlite: Store) -> None:
    _grow(sqlite, FEW)
    assert Statistics(store=sqlite).round() == 0
    assert _known(sqlite) == 0


def test_a_table_that_has_grown_is_read_whole_and_once(sqlite: Store) -> None:
    statistics = Statistics(store=sqlite)
    _grow(sqlite, 2 * FEW)
    assert statistics.round() > 0
    assert _known(sqlite) == 2 * FEW
    assert statistics.round() == 0


def test_a_table_is_read_again_when_it_has_grown_by_half(sqlite: Store) -> None:
    statistics = Statistics(store=sqlite)
    _grow(sqlite, 2 * FEW)
    statistics.round()
    _grow(sqlite, int((GROWN - 1) * 2 * FEW))
    assert statistics.round() == 0
    _grow(sqlite, 1)
    assert statistics.round() > 0
    assert _known(sqlite) == int(GROWN * 2 * FEW) + 1


def test_postgresql_is_not_told(new_databases: Callable[[str], URL]) -> None:
    store = open_store(new_databases("postgresql"))
    _grow(store, 2 * FEW)
    assert Statistics(store=store).round() == 0
    store.close()
