"""What SQLite's planner knows of how many rows a value has. PostgreSQL's autovacuum keeps that by itself; here a worker does.

Without it SQLite takes an account's cases from among all open ones, and with a guess from a few hundred rows of an index
(`PRAGMA analysis_limit`) the lock-off day's postings from among all of the ledger: tables are read whole, each in a
transaction of its own, when they have grown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, literal_column, select, text
from sqlmodel import SQLModel

from store.engine import Store

FEW: Final = 500  #: rows that are read through as quickly as by an index
GROWN: Final = 1.5  #: times the rows that there were


@dataclass(kw_only=True)
class Statistics:
    """What one process has told SQLite of its tables."""

    store: Store
    known: dict[str, int] = field(default_factory=dict)  #: table → its newest row's number when it was last read

    def round(self) -> int:
        """How many tables were read anew."""
        if self.store.engine.dialect.name != "sqlite":
            return 0
        grown = self._grown()
        for table, newest in grown.items():
            with self.store.writing() as session:
                session.execute(text(f'ANALYZE "{table}"'))
            self.known[table] = newest
        return len(grown)

    def _grown(self) -> dict[str, int]:
        with self.store.reading() as session:
            newest = {
                name: session.execute(select(func.max(literal_column("rowid"))).select_from(table)).scalar_one() or 0
                for name, table in SQLModel.metadata.tables.items()
            }
        return {table: number for table, number in newest.items() if number > GROWN * self.known.get(table, FEW)}
