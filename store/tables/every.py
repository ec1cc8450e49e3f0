"""All tables in one metadata: what migrations are held against."""

from __future__ import annotations

from store.tables import (
    audit,
    batches,
    cases,
    clock,
    connections,
    definitions,
    imports,
    ledger,
    outbox,
    papers,
    people,
    utility,
)
from store.tables.base import metadata

MODULES = (audit, batches, cases, clock, connections, definitions, imports, ledger, outbox, papers, people, utility)

__all__ = ["MODULES", "metadata"]
