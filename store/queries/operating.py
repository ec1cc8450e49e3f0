"""What operators watch: work that waits, what is late, what failed, and how old the oldest of it is.

Each is one scan of an index that holds open rows only, whatever was closed before; the conditions of the partial indexes are
repeated word for word. What is counted is the same from every process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import SQLColumnExpression, func, select, text
from sqlmodel import Session, col

from store.tables.cases import NOT_CLOSED, UNCLAIMED, CaseRow, Incident, TaskRow
from store.tables.lists import UNDER_WAY, ListRelease
from store.tables.outbox import AccountEvent, EffectRow
from store.tables.papers import Letter

IN_HAND = ("queued", "printed")  #: letters that have not left
FIRES_WITHIN = timedelta(minutes=1)  #: of real time: a timer that is due for longer should have fired


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """Open tasks of one queue."""

    queue: str  #: none: offered to named people only
    open: int
    unclaimed: int
    late: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """How many there are, and since when the oldest waits."""

    number: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How the district's work stands at a moment."""

    tasks: tuple[Backlog, ...]
    cases: Mapping[str, Waiting]  #: open ones by definition; oldest: in its state
    incidents: Mapping[str, Waiting]  #: open ones by action
    letters: Mapping[str, Waiting]  #: queued, printed
    effects: Mapping[str, Waiting]  #: pending, failed
    account_events: Waiting  #: that open cases have not heard of
    releases: Mapping[str, Waiting]  #: running, paused
    timers: Waiting  #: that are due and have not fired


def standing(session: Session, at: datetime, *, speed: float = 1.0) -> Standing:
    """How the work stands at the district's time; `speed` is that of a demonstration's clock."""
    letter, effect, release = col(Letter.status), col(EffectRow.status), col(ListRelease.status)
    unsettled = text("status IN ('pending', 'failed')")
    overdue = col(CaseRow.next_due) < at - FIRES_WITHIN * speed
    return Standing(
        tasks=_backlogs(session, at),
        cases=_each(session, col(CaseRow.definition), col(CaseRow.state_since), text(NOT_CLOSED)),
        incidents=_each(session, col(Incident.action), col(Incident.opened_at), text("settled_at IS NULL")),
        letters=_none(*IN_HAND) | _each(session, letter, col(Letter.queued_at), letter.in_(IN_HAND)),
        effects=_none("pending", "failed") | _each(session, effect, col(EffectRow.made_at), unsettled),
        account_events=_all(session, col(AccountEvent.made_at), text("delivered_at IS NULL")),
        releases=_none("running", "paused") | _each(session, release, col(ListRelease.made_at), text(UNDER_WAY)),
        timers=_all(session, col(CaseRow.next_due), text("status = 'open'"), overdue),
    )


def _none(*names: str) -> dict[str, Waiting]:
    return dict.fromkeys(names, Waiting())


def _backlogs(session: Session, at: datetime) -> tuple[Backlog, ...]:
    query = (
        select(
            col(TaskRow.queue),
            func.count(),
            func.count().filter(text(UNCLAIMED)),
            func.count().filter(col(TaskRow.due_order) < at),
        )
        .where(text(NOT_CLOSED))
        .group_by(col(TaskRow.queue))
    )
    return tuple(
        Backlog(queue=row[0] or "", open=row[1], unclaimed=row[2], late=row[3]) for row in session.execute(query)
    )


def _each(
    session: Session, by: SQLColumnExpression[str], since: SQLColumnExpression[Any], condition: Any
) -> dict[str, Waiting]:
    query = select(by, func.count(), func.min(since)).where(condition).group_by(by)
    return {row[0]: Waiting(number=row[1], oldest=row[2]) for row in session.execute(query)}


def _all(session: Session, since: SQLColumnExpression[Any], *conditions: Any) -> Waiting:
    number, oldest = session.execute(select(func.count(), func.min(since)).where(*conditions)).one()
    return Waiting(number=number, oldest=oldest)
