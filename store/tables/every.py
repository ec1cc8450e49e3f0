"""All tables in one metadata: what migrations are held against."""

from __future__ import annotations

from store.tables import (
    audit,
    bankruptcy,
    batches,
    cases,
    clock,
    connections,
    conversations,
    definitions,
    finding,
    imports,
    inbox,
    ledger,
    lists,
    migrations,
    money,
    moves,
    outages,
    outbox,
    papers,
    parties,
    people,
    redactions,
    rules,
    runs,
    utility,
)
from store.tables.base import metadata

MODULES = (
    audit, bankruptcy, batches, cases, clock, connections, conversations, definitions, finding, imports, inbox, ledger, lists,
    migrations, money, moves, outages, outbox, papers, parties, people, redactions, rules, runs, utility,
)  # fmt: skip

__all__ = ["MODULES", "metadata"]
