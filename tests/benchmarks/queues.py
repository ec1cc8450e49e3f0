"""The first 50 tasks of a queue of 100,000: how long the database takes, and how long the store does."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import String, cast, event, insert, literal, select, true

from store.engine import Store, open_store
from store.migrate import migrate
from store.queries.tasks import queue_page
from store.tables.base import table_of
from store.tables.cases import CaseRow, TaskRow
from store.types import FAR_FUTURE
from tests.benchmarks import page
from tests.benchmarks.figures import percentile
from tests.benchmarks.servers import database, databases

TASKS = 100_000
TIMES = 100  #: each row that is written here is copied so often by the database
LOOKS = 200
SHOWN = 50
MONDAY = datetime(2026, 3, 2, 17, tzinfo=UTC)

Say = Callable[[str], None]


def measure(engines: tuple[str, ...], say: Say) -> None:
    """Measures on these engines, prints the table and writes it into the page."""
    lines = [(engine, *_measured(engine)) for engine in engines]
    head = (
        "first 50 of 100,000 tasks",
        "in the database, median ms",
        "p99 ms",
        "with rows as objects, median ms",
        "p99 ms",
    )
    table = page.table(head, lines)
    say(table)
    page.write("queues", f"{page.machine()}. {LOOKS} looks each.\n\n{table}")


def _measured(engine: str) -> tuple[str, ...]:
    with TemporaryDirectory(prefix="headgate-bench-") as folder, databases(engine) as server:
        store = open_store(database(server, Path(folder), "queues"))
        migrate(store.engine)
        _fill(store)
        inside, whole = _looks(store)
        store.close()
    return tuple(f"{1000 * figure(times):.1f}" for times in (inside, whole) for figure in (median, _p99))


def _looks(store: Store) -> tuple[list[float], list[float]]:
    """Seconds in the database and in all, of each look."""
    whole: list[float] = []
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", note)
    for _ in range(LOOKS):
        with store.reading() as session:
            began = time.perf_counter()
            found = queue_page(session, ["desk"])
            whole.append(time.perf_counter() - began)
        assert len(found.items) == SHOWN
    return _inside(store, *asked[-1]), whole


def _inside(store: Store, statement: str, parameters: Any) -> list[float]:
    """The same statement by the driver alone, its rows fetched: SQLite computes them only then."""
    times = []
    with store.engine.connect() as connection:
        cursor = connection.connection.cursor()
        for _ in range(LOOKS):
            began = time.perf_counter()
            cursor.execute(statement, parameters)
            rows = cursor.fetchall()
            times.append(time.perf_counter() - began)
            assert len(rows) == SHOWN + 1  # one more, to know whether there is another page
        cursor.close()
    return times


def _p99(values: list[float]) -> float:
    return percentile(values, 0.99)


def _fill(store: Store) -> None:
    """A queue of open tasks, four priorities, with and without due dates."""
    tasks, cases = table_of(TaskRow), table_of(CaseRow)
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < TIMES - 1))
    case = CaseRow(id="c-1", definition="d", version=1, opened_at=MONDAY, at=MONDAY)
    with store.writing() as session:
        connection = session.connection()
        connection.execute(insert(cases), [case.model_dump()])
        connection.execute(insert(tasks), [_task(number) for number in range(TASKS // TIMES)])
        copied = [
            column.concat("-").concat(cast(numbers.c.n, String)) if column.name == "id" else column
            for column in tasks.c
        ]
        connection.execute(insert(tasks).from_select(list(tasks.c), select(*copied).join(numbers, true())))
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _task(number: int) -> dict[str, object]:
    due = MONDAY + timedelta(minutes=(number * 7919) % 40_000) if number % 9 else None
    row = TaskRow(
        id=f"c-1.{number}",
        case_id="c-1",
        run=number,
        name="review",
        title="Review",
        queue="desk",
        priority=number % 4,
        opened_at=MONDAY,
        opened_step=1,
        due_at=due,
    )
    return row.model_dump() | {"due_order": due or FAR_FUTURE}
