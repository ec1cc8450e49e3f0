"""Whether both contenders have written the same rows, but for ids, moments and digests."""

from __future__ import annotations

import json
import re
from typing import Any

from sqlalchemy import Table, select

from store.engine import Store
from store.tables.audit import Audit
from store.tables.base import table_of
from store.tables.cases import CaseRow, StepRow, TaskRow
from store.tables.every import metadata
from tests.benchmarks.places import Place

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|\d{1,2} \w+ \d{4}, \d\d:\d\d|\w+day")
OWN = {"act", "digest", "kept_at"}  #: differ by nature: a digest of the whole step; when Headgate has archived


class DifferentRows(Exception):
    """The two do not write the same: the comparison would be unfair."""


def check_same(place: Place, bare: str, headgate: str) -> None:
    """Raises DifferentRows unless these two cases left the same rows in the two databases."""
    for table in _tables():
        first = _rows(place.stores["bare"], table, bare)
        second = _rows(place.stores["headgate"], table, headgate)
        if first != second:
            raise DifferentRows(f"{table.name}: bare {first}, headgate {second}")


def _tables() -> list[Table]:
    named = [table_of(CaseRow), table_of(StepRow), table_of(TaskRow), table_of(Audit)]
    return [*named, metadata.tables["idempotency_keys"]]


def _rows(store: Store, table: Table, case: str) -> list[dict[str, Any]]:
    id_ = table.c.id if table is table_of(CaseRow) else table.c.case_id
    with store.reading() as session:
        rows = session.connection().execute(select(table).where(id_ == case)).mappings().all()
    return sorted((_plain(dict(row), case) for row in rows), key=repr)


def _plain(row: dict[str, Any], case: str) -> dict[str, Any]:
    return {
        name: MOMENT.sub("", json.dumps(value, sort_keys=True, ensure_ascii=False)).replace(case, "CASE")
        for name, value in row.items()
        if name not in OWN and not hasattr(value, "tzinfo") and not (name == "id" and isinstance(value, int))
    }
