"""Rows of a store copied by its database, each copy with ids of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Interval,
    String,
    Table,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    true,
    type_coerce,
)

from store.tables.base import Row, table_of

COPY: Final = "~"  #: stands before the number of a copy
PREFIX: Final = 100  #: an account of the sample is `10-…`, its copies are `101-…`, `102-…`
OF_PLACES: Final = ("premise_id", "service_point_id", "meter_id", "customer_id", "serial", "entry_id")
OF_CASES: Final = ("id", "case_id", "open_key")

Number = ColumnElement[int]
Changes = dict[str, ColumnElement[Any]]


class Copies:
    """Copies through one connection. Sixty seconds' work of an INSERT a row is one of these."""

    def __init__(self, connection: Connection, districts: int) -> None:
        self.connection = connection
        self.districts = districts  #: as many copies of each account there are, the first one included
        self.is_postgres = connection.dialect.name == "postgresql"

    def make(
        self,
        model: type[Row],
        times: int,
        changed: Callable[[Table, Number], Changes],
        where: ColumnElement[bool] | None = None,
    ) -> None:
        """Each row that meets the condition so many times, the one that is there included."""
        if times < 2:
            return
        table = table_of(model)
        numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
        numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < times - 1))
        changes = changed(table, numbers.c.n)
        columns = [column for column in table.c if column is not table.autoincrement_column]
        query = select(*(changes.get(column.name, column) for column in columns)).select_from(table)
        query = query.join(numbers, true()) if where is None else query.join(numbers, true()).where(where)
        self.connection.execute(insert(table).from_select([column.name for column in columns], query))

    def in_district(self, table: Table, n: Number) -> Changes:
        """Places, people, accounts and their books in the n-th copy of the district."""
        changes: Changes = {name: _named(table.c[name], n) for name in OF_PLACES if name in table.c}
        if "account_id" in table.c:
            changes["account_id"] = _account(table.c.account_id, n)
        if table.name == "accounts":
            changes["id"] = _account(table.c.id, n)
        elif "id" in table.c and table.autoincrement_column is None:
            changes["id"] = _named(table.c.id, n)
        return changes

    def found_in_district(self, table: Table, n: Number) -> Changes:
        """What the copies of accounts are found by."""
        word = case((table.c.is_number, _account(table.c.word, n)), else_=table.c.word)
        return {"subject_id": _account(table.c.subject_id, n), "word": word}

    def of_case(self, table: Table, n: Number) -> Changes:
        """A case with its steps and papers; its account is that of a copy of the district."""
        changes: Changes = {name: _named(table.c[name], n) for name in OF_CASES if name in table.c}
        if "account_id" in table.c:
            changes["account_id"] = _account(table.c.account_id, n % self.districts)
        if "snapshot" in table.c:
            changes["snapshot"] = self._snapshot(table, n)
        return changes

    def later(self, column: ColumnElement[Any], minutes: Number) -> ColumnElement[Any]:
        """The moment so many minutes later."""
        if self.is_postgres:
            return column + cast(literal(timedelta(minutes=1), Interval), Interval) * minutes
        shift = cast(minutes, String).concat(" minutes")
        return type_coerce(func.strftime("%Y-%m-%d %H:%M:%f000", column, shift), column.type)

    def _snapshot(self, table: Table, n: Number) -> ColumnElement[Any]:
        """The machine's case, or what a crew sees, with the copy's own ids."""
        stored = table.c.snapshot
        text: ColumnElement[Any] = cast(stored, String) if self.is_postgres else type_coerce(stored, String)
        case_id = table.c.id if table.name == "cases" else table.c.case_id
        account = _account(table.c.account_id, n % self.districts)
        text = func.replace(text, case_id, _named(case_id, n), type_=String)
        text = case(
            (table.c.account_id.is_(None), text), else_=func.replace(text, table.c.account_id, account, type_=String)
        )
        return cast(text, JSON) if self.is_postgres else type_coerce(text, stored.type)


def _named(column: ColumnElement[Any], n: Number) -> ColumnElement[Any]:
    return column.concat(COPY).concat(cast(n, String))


def _account(column: ColumnElement[Any], n: Number) -> ColumnElement[Any]:
    """An account's number in the n-th copy of the district; with 0 it is the sample's own."""
    return case((n == 0, column), else_=cast(n + PREFIX, String).concat(func.substr(column, 3)))
