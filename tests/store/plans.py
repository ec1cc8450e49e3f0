"""What the engine did to answer a query: its scans, its sorts and the rows it read; and many rows to read among."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, String, Table, cast, event, insert, literal, select, true
from sqlmodel import Session

from store.engine import Store

TIMES = 100  #: each row is written so often


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One statement's plan."""

    scans: list[str]  #: what each scan goes over: an index's name, or a table's for a full scan
    sorts: int
    rows: int | None  #: rows that were read; SQLite does not say


def plans_of(store: Store, call: Callable[[Session], Any]) -> list[Plan]:
    """The plans of the statements that a call runs."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", note)
    with store.reading() as session:
        call(session)
    event.remove(store.engine, "before_cursor_execute", note)
    return [_plan(store, statement, parameters or None) for statement, parameters in seen]


def _plan(store: Store, statement: str, parameters: Any) -> Plan:
    with store.engine.connect() as connection:
        if store.engine.dialect.name == "sqlite":
            lines = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            scans = [line for line in lines if line.startswith(("SEARCH", "SCAN"))]
            return Plan(
                scans=[line.split("INDEX ")[1].split(" ")[0] if "INDEX " in line else line for line in scans],
                sorts=sum("B-TREE" in line for line in lines),
                rows=None,
            )
        # A generic plan is what a prepared statement gets in the long run: it must use the index as well.
        connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        row = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).one()
        found = row[0] if isinstance(row[0], list) else json.loads(row[0])
        nodes = list(_nodes(found[0]["Plan"]))
        scans = [node for node in nodes if "Scan" in node["Node Type"]]
        return Plan(
            scans=[node.get("Index Name", node.get("Relation Name", "?")) for node in scans],
            sorts=sum("Sort" in node["Node Type"] for node in nodes),
            rows=sum(
                round(node["Actual Rows"] * node["Actual Loops"]) + node.get("Rows Removed by Filter", 0)
                for node in scans
            ),
        )


def _nodes(node: dict[str, Any]) -> Any:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


def multiply(store: Store, table: Table, *ids: str) -> None:
    """Write each row of a table so often, under other ids, in the database.

    SQLite's indexes are made once all rows are in, in the order that they had: of two that cost the same it takes by it."""
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < TIMES - 1))
    copy = [
        (column.concat("-").concat(cast(numbers.c.n, String))) if column.name in ids else column for column in table.c
    ]
    with store.writing() as session:
        connection = session.connection()
        indexes = _indexes(connection, table)
        for name, _sql in indexes:
            connection.exec_driver_sql(f"DROP INDEX {name}")
        connection.execute(insert(table).from_select(list(table.c), select(*copy).join(numbers, true())))
        for _name, sql in indexes:
            connection.exec_driver_sql(sql)


def _indexes(connection: Connection, table: Table) -> list[tuple[str, str]]:
    if connection.dialect.name != "sqlite":
        return []
    found = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY rowid",
        (table.name,),
    )
    return [(name, sql) for name, sql in found]


def swept(store: Store) -> None:
    """As in a database that has run for a while: its statistics are known and its old rows are gone, so that an index can
    be read alone."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
        if connection.dialect.name != "sqlite":
            # The tests' server commits without waiting: a row counts as there for all once its commit is on disk.
            connection.exec_driver_sql("CHECKPOINT")
            connection.exec_driver_sql("VACUUM")
