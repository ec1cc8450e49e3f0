"""What waits for somebody's approval with an amount: credits, refunds, write-offs, plans, with limits and duties."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from api.acts.rules import may_do
from api.library import current_all, published, task_at
from api.problems import Problem
from api.security.people import Person
from api.services import Services
from api.views.approvals import ApprovalView
from api.views.shown import local
from definitions.language.expand import expand, walk
from definitions.language.model import Outcome, Task
from store.queries.tasks import PRESSING
from store.tables.cases import CaseRow, TaskRow

MOST = 200  #: tasks that are looked at
_names: dict[str, frozenset[str]] = {}  #: digest of a definition → its tasks that a limit counts in


def approvals(session: Session, office: Services, person: Person, kind: str | None = None) -> list[ApprovalView]:
    """What waits for approval and this person may see, most pressing first; of one kind, or of all."""
    named = _limited_tasks(session, office.now())
    query = (
        select(TaskRow, CaseRow)
        .join(CaseRow, col(CaseRow.id) == col(TaskRow.case_id))
        .where(text("tasks.closed_at IS NULL"), col(TaskRow.name).in_(named), TaskRow.kind == "task")
        .order_by(*PRESSING)
        .limit(MOST)
    )
    at, zone, found = office.now(), office.zone, []
    for task, case in session.exec(query):
        spec = task_at(published(session, case.definition, case.version).definition, task.place)
        outcome = _limited(spec)
        if outcome is None or kind not in (None, outcome.limit) or not _sees(person, task):
            continue
        amount = _amount(task, case, str(outcome.limit_of))
        limit = person.limits.get(str(outcome.limit))
        found.append(
            ApprovalView(
                task=task.id,
                title=task.title,
                case=case.id,
                case_title=case.title,
                account=task.account_id,
                kind=str(outcome.limit),
                amount_usd=amount,
                queue=task.queue,
                assignee=task.assignee,
                due=local(task.due_at, zone),
                late=task.due_at is not None and task.due_at < at,
                limit_usd=limit,
                bar=_bar(session, person, task, amount, limit),
            )
        )
    return found


def _sees(person: Person, task: TaskRow) -> bool:
    return person.may("read-audit") or person.may("assign-tasks") or (task.queue or "") in person.queues


def _bar(session: Session, person: Person, task: TaskRow, amount: Decimal | None, limit: Decimal | None) -> str | None:
    try:
        may_do(session, person, task)
    except Problem as problem:
        return problem.sentence
    if task.assignee is not None and not person.is_or_stands_in_for(task.assignee):
        return f"{task.assignee} has this task."
    if limit is None:
        return f"{person.id} has no limit for this."
    if amount is not None and amount > limit:
        return f"${amount:,.2f} is above the limit of {person.id}, ${limit:,.2f}."
    return None


def _amount(task: TaskRow, case: CaseRow, name: str) -> Decimal | None:
    """The amount as it stands: half-filled in the task, else in the case."""
    data: dict[str, Any] = (case.snapshot or {}).get("data") or {}
    given = (task.draft or {}).get(name, data.get(name))
    try:
        return None if given is None else Decimal(str(given)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def _limited(spec: Task | None) -> Outcome | None:
    outcomes = spec.outcomes.values() if spec is not None else ()
    return next((each for each in outcomes if each.limit is not None and each.limit_of is not None), None)


def _limited_tasks(session: Session, at: datetime) -> set[str]:
    """The names of tasks that a limit counts in."""
    versions = current_all(session, at)
    return {name for row in versions for name in _named(session, row.definition, row.version, row.digest)}


def _named(session: Session, definition: str, version: int, digest: str) -> frozenset[str]:
    if digest not in _names:
        states = walk(expand(published(session, definition, version).definition))
        limited = [(path, state.task) for path, state in states if _limited(state.task)]
        _names[digest] = frozenset(task.name or path.rpartition("/")[2] for path, task in limited if task is not None)
    return _names[digest]
