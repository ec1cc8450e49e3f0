"""What the engine did to answer a query: its scans, its sorts and the rows it read; and many rows to read among."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, Table, cast, event, insert, literal, select, true
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
    """Write each row of a table so often, under other ids: in the database, and with the indexes made once all are in."""
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < TIMES - 1))
    copy = [
        (column.concat("-").concat(cast(numbers.c.n, String))) if column.name in ids else column for column in table.c
    ]
    with store.writing() as session:
        connection = session.connection()
        for index in table.indexes:
            index.drop(connection)
        connection.execute(insert(table).from_select(list(table.c), select(*copy).join(numbers, true())))
        for index in table.indexes:
            index.create(connection)
