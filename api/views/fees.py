"""Fees as the published definitions charge them: each table's rows, from which day they stand and until when."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from pydantic import Field

from api.views.shown import Shown
from definitions.language.compiled import Compiled
from definitions.language.library import actions_in
from definitions.language.pack import DecisionTable, TableRow


class FeeRow(Shown):
    """One row: for what, how much, and when."""

    when: dict[str, str] = Field(description="Conditions by input; an input that is left out may be anything.")
    then: dict[str, str] = Field(description="Amounts and other results by output.", examples=[{"fee": "75.00"}])
    since: date | None = Field(description="The day from which it stands; null: from the beginning.")
    until: date | None = Field(description="The last day on which it stands; null while nothing replaces it.")


class FeeTable(Shown):
    """A table of fees, as the cases of some types look it up."""

    table: str
    title: str
    source: str | None = Field(description="The resolution or policy that says so.")
    used_by: list[str] = Field(description="The case types that look it up in this wording.")
    rows: list[FeeRow]


def fee_tables(published: Iterable[Compiled]) -> list[FeeTable]:
    """The tables with amounts that published definitions look up; one that two of them know differently is there twice."""
    found: dict[tuple[str, str], tuple[DecisionTable, list[str]]] = {}
    for compiled in published:
        for name in sorted(
            {str(action.with_["table"]) for action in actions_in(compiled.definition) if "table" in action.with_}
        ):
            table = compiled.tables.get(name)
            if table is not None and any(field.type == "money" for field in table.outputs.values()):
                _, users = found.setdefault((name, table.model_dump_json()), (table, []))
                users.append(compiled.definition.case)
    return [_view(table, sorted(users)) for (_, _), (table, users) in sorted(found.items())]


def as_csv(tables: Sequence[FeeTable]) -> str:
    """One line for each amount, for the billing system: table, conditions, what, amount, from, until, source."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("table", "when", "what", "amount", "since", "until", "source"))
    writer.writerows(line for table in tables for line in _lines(table))
    return out.getvalue()


def _lines(table: FeeTable) -> Iterator[tuple[str, ...]]:
    for row in table.rows:
        for what, amount in row.then.items():
            when = "; ".join(f"{name} {asked}" for name, asked in row.when.items())
            since, until = (day.isoformat() if day is not None else "" for day in (row.since, row.until))
            yield table.table, when, what, amount, since, until, table.source or ""


def _view(table: DecisionTable, users: list[str]) -> FeeTable:
    rows = [
        FeeRow(when=dict(row.when), then=dict(row.then), since=row.since, until=_until(table.rows, number))
        for number, row in enumerate(table.rows)
    ]
    return FeeTable(table=table.table, title=table.title, source=table.source, used_by=users, rows=rows)


def _until(rows: Sequence[TableRow], number: int) -> date | None:
    """The day before the first row above it that asks for the same and begins later."""
    asked = _asked(rows[number].when)
    later = [row.since for row in rows[:number] if row.since is not None and _asked(row.when) == asked]
    return min(later) - timedelta(days=1) if later else None


def _asked(when: Mapping[str, str]) -> dict[str, str]:
    return {name: asked for name, asked in when.items() if asked != "any"}
