"""What a supervisor's board counts: open work by queue and person, promises, where cases wait, what came and went.

Each is one scan of open rows in an index that has all that it counts, or of a stretch of time in one; nobody reads what was
closed years ago. The conditions of the partial indexes are repeated word for word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, and_, func, literal, select, text, union_all
from sqlmodel import Session, col

from store.paging import Page, after, page_of, read_cursor
from store.queries.tasks import BY_DUE
from store.tables.cases import ANSWERED, CLOSED, COMPLETED, ESCALATED, NOT_CLOSED, PROMISED, CaseRow, TaskRow
from store.tables.definitions import DefinitionVersion
from store.tables.people import Absence, User

MOST = 200  #: on one page
AT_ONCE = 100  #: medians asked for in one statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Workload:
    """Open tasks of one queue that one person has, or nobody."""

    queue: str | None
    assignee: str | None
    open: int
    suspended: int
    overdue: int
    due_today: int  #: and not overdue yet
    aged: tuple[int, ...]  #: opened before each of the moments that were asked about
    oldest: datetime  #: when the oldest was opened


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Open cases of one definition in one state."""

    definition: str
    state: str  #: atomic states, joined with a space
    cases: int
    since: datetime | None  #: the median of when they came there


@dataclass(frozen=True, kw_only=True, slots=True)
class Promises:
    """Open cases of one definition whose service clock runs."""

    definition: str
    running: int
    warned: int  #: the promised time is near
    missed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """What was opened and closed between two moments."""

    begins: datetime
    opened: int
    closed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """Promises of one definition that ended between two moments."""

    definition: str
    begins: datetime
    in_time: int
    late: int


def workloads(session: Session, at: datetime, *, tonight: datetime, aged: Sequence[datetime] = ()) -> list[Workload]:
    """All open tasks by queue and person, in one scan; `tonight` is when today ends, `aged` moments to count up to."""
    due, opened = col(TaskRow.due_order), col(TaskRow.opened_at)
    query = (
        select(
            col(TaskRow.queue),
            col(TaskRow.assignee),
            func.count(),
            func.count().filter(col(TaskRow.state) == "suspended"),
            func.count().filter(due < at),
            func.count().filter(and_(due >= at, due < tonight)),
            func.min(opened),
            *(func.count().filter(opened < moment) for moment in aged),
        )
        .where(text(NOT_CLOSED))
        .group_by(col(TaskRow.queue), col(TaskRow.assignee))
    )
    return [
        Workload(
            queue=row[0],
            assignee=row[1],
            open=row[2],
            suspended=row[3],
            overdue=row[4],
            due_today=row[5],
            oldest=row[6],
            aged=tuple(row[7:]),
        )
        for row in session.execute(query)
    ]


def done_since(session: Session, since: datetime) -> dict[str, int]:
    """How many tasks each person has completed since then."""
    query = (
        select(col(TaskRow.closed_by), func.count())
        .where(text(COMPLETED), col(TaskRow.closed_at) >= since)
        .group_by(col(TaskRow.closed_by))
    )
    return {str(person): number for person, number in session.execute(query)}


def state_counts(session: Session, definition: str | None = None) -> list[Waiting]:
    """Open cases by definition and state, without their ages; one scan."""
    query = (
        select(col(CaseRow.definition), col(CaseRow.state), func.count())
        .where(text(NOT_CLOSED))
        .group_by(col(CaseRow.definition), col(CaseRow.state))
        .order_by(col(CaseRow.definition), col(CaseRow.state))
    )
    if definition is not None:
        query = query.where(col(CaseRow.definition) == definition)
    return [Waiting(definition=row[0], state=row[1], cases=row[2], since=None) for row in session.execute(query)]


def waiting(session: Session, definition: str | None = None) -> list[Waiting]:
    """Open cases by definition and state, each with the median of when they came there; two scans of one index."""
    counts = [(each.definition, each.state, each.cases) for each in state_counts(session, definition)]
    medians: dict[int, datetime | None] = {}
    for first in range(0, len(counts), AT_ONCE):
        asked = [_median(number, *count) for number, count in enumerate(counts[first : first + AT_ONCE], first)]
        medians |= {row[0]: row[1] for row in session.execute(union_all(*asked) if len(asked) > 1 else asked[0])}
    return [
        Waiting(definition=name, state=state, cases=number, since=medians[place])
        for place, (name, state, number) in enumerate(counts)
    ]


def _median(number: int, definition: str, state: str, cases: int) -> Select[int, datetime | None]:
    middle = (
        select(col(CaseRow.state_since))
        .where(text(NOT_CLOSED), col(CaseRow.definition) == definition, col(CaseRow.state) == state)
        .order_by(col(CaseRow.state_since))
        .limit(1)
        .offset((cases - 1) // 2)
        .scalar_subquery()
    )
    return select(literal(number).label("no"), middle.label("since"))


def promises(session: Session, at: datetime) -> list[Promises]:
    """Open cases whose service clock runs, by definition."""
    late, warn = col(CaseRow.sla_late), col(CaseRow.sla_warn)
    query = (
        select(
            col(CaseRow.definition),
            func.count(),
            func.count().filter(and_(late.is_(False), warn <= at)),
            func.count().filter(late.is_(True)),
        )
        .where(text(PROMISED))
        .group_by(col(CaseRow.definition))
        .order_by(col(CaseRow.definition))
    )
    return [Promises(definition=row[0], running=row[1], warned=row[2], missed=row[3]) for row in session.execute(query)]


def flow(session: Session, moments: Sequence[datetime]) -> list[Flow]:
    """How many cases were opened and closed between each two of these moments: one scan of those times each."""
    opened = _counted(session, col(CaseRow.opened_at), moments, None)
    closed = _counted(session, col(CaseRow.closed_at), moments, CLOSED)
    return [
        Flow(begins=begins, opened=came, closed=went)
        for begins, came, went in zip(moments[:-1], opened, closed, strict=True)
    ]


def _counted(
    session: Session, column: SQLColumnExpression[Any], moments: Sequence[datetime], condition: str | None
) -> Sequence[int]:
    """A count of its own for each stretch of the index: nothing but its place is asked of a row."""
    counts = []
    for begins, ends in pairwise(moments):
        query = select(func.count()).select_from(CaseRow).where(column >= begins, column < ends)
        counts.append((query if condition is None else query.where(text(condition))).scalar_subquery())
    return tuple(session.execute(select(*counts)).one())


def kept(session: Session, moments: Sequence[datetime]) -> list[Kept]:
    """Which promises ended in time and which late between each two of these moments, by definition."""
    stopped, late = col(CaseRow.sla_stopped_at), col(CaseRow.sla_late)
    periods = list(pairwise(moments))
    each = [
        select(literal(number).label("period"), col(CaseRow.definition), late, func.count())
        .where(text(ANSWERED), stopped >= begins, stopped < ends)
        .group_by(col(CaseRow.definition), late)
        for number, (begins, ends) in enumerate(periods)
    ]
    counts = {(row[1], row[0], bool(row[2])): row[3] for row in session.execute(union_all(*each))}
    return [
        Kept(
            definition=definition,
            begins=begins,
            in_time=counts.get((definition, number, False), 0),
            late=counts.get((definition, number, True), 0),
        )
        for definition in sorted({definition for definition, _, _ in counts})
        for number, (begins, _ends) in enumerate(periods)
    ]


def escalated_page(session: Session, *, limit: int = 50, cursor: str | None = None) -> Page[TaskRow]:
    """Open tasks of which an escalation has happened, the earliest due first."""
    limit = min(limit, MOST)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    query = after(select(TaskRow).where(text(ESCALATED)), BY_DUE, key)
    return page_of([session.execute(query.limit(limit + 1)).scalars()], lambda each: (each.due_order, each.id), limit)


def tasks_called(session: Session, names: Sequence[str], *, limit: int = MOST) -> list[tuple[TaskRow, CaseRow]]:
    """Open tasks with one of these names and their cases, the earliest due first; one scan a name."""
    streams = [
        session.execute(
            select(TaskRow, CaseRow)
            .join(CaseRow, col(CaseRow.id) == col(TaskRow.case_id))
            .where(col(TaskRow.name) == name, text(f"tasks.{NOT_CLOSED}"))
            .order_by(*BY_DUE)
            .limit(limit)
        )
        for name in dict.fromkeys(names)
    ]
    found: list[tuple[TaskRow, CaseRow]] = [(row[0], row[1]) for rows in streams for row in rows]
    return sorted(found, key=lambda each: (each[0].due_order, each[0].id))[:limit]


def titles(session: Session) -> dict[str, str]:
    """The title of the newest version of each definition."""
    query = select(
        col(DefinitionVersion.definition), col(DefinitionVersion.title), col(DefinitionVersion.version)
    ).order_by(col(DefinitionVersion.definition), col(DefinitionVersion.version))
    return {str(row[0]): str(row[1]) for row in session.execute(query)}


def absences_from(session: Session, day: date, *, limit: int = MOST) -> list[tuple[Absence, str]]:
    """Absences that are not over on the day, each with the person's name; those that end soonest first."""
    query = (
        select(Absence, col(User.name))
        .join(User, col(User.id) == col(Absence.user_id))
        .where(col(Absence.ends) >= day)
        .order_by(col(Absence.ends), col(Absence.id))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(query)]
