"""Reads the facts that a step is decided on: those of the catalogue, and the two that the machine asks for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session
from temporalio import activity

from activities import published
from activities.facts import read_facts
from store.engine import Store
from store.people import approval_limit_usd
from store.tables.cases import TaskRow
from workflows.messages import READ_FACTS, FactsAsked

CLAIMED = "task.claimed"
LIMIT = "limit."


@dataclass(frozen=True, kw_only=True)
class Asking:
    """The activity that reads facts."""

    store: Store

    @activity.defn(name=READ_FACTS)
    def read(self, asked: FactsAsked) -> dict[str, Any]:
        """The facts by name, as they are now."""
        with self.store.reading() as session:
            return facts(session, asked)


def facts(session: Session, asked: FactsAsked) -> dict[str, Any]:
    """The facts by name, in one state of the database."""
    found: dict[str, Any] = {}
    ours = [name for name in asked.names if name == CLAIMED or name.startswith(LIMIT)]
    for name in ours:
        if name == CLAIMED:
            found[name] = _is_claimed(session, f"{asked.case.id}.{asked.run}")
        else:
            kind = name.removeprefix(LIMIT)
            by_role = published.of_case(session, asked.case.id).district.limits.get(kind, {})
            found[name] = f"{approval_limit_usd(session, asked.by, kind, by_role):f}"
    others = tuple(name for name in asked.names if name not in ours)
    return found | read_facts(session, asked.case.account, others, asked.case, asked.at) if others else found


def _is_claimed(session: Session, task: str) -> bool:
    row = session.get(TaskRow, task)
    return row is not None and row.assignee is not None
