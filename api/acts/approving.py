"""What waits for somebody's approval with an amount: credits, refunds, write-offs, plans, with limits and duties."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sqlmodel import Session, col, select

from api.acts.rules import may_do, offered_to
from api.problems import Problem
from api.security.people import Person
from api.services import Services
from api.views import limited_tasks
from api.views.approvals import ApprovalView
from api.views.limited_tasks import Approval
from definitions.language.sentences import say
from store.tables.cases import TaskRow


def approvals(session: Session, office: Services, person: Person, kind: str | None = None) -> list[ApprovalView]:
    """What waits for approval and is of this person's queues, or of all for who gives out work or audits; each task once."""
    waiting = limited_tasks.approvals(session, person, office.district, at=office.now(), zone=office.zone)
    asked = {each.task.id: each for each in waiting if kind in (None, each.kind) and _sees(person, each)}
    rows = {row.id: row for row in session.exec(select(TaskRow).where(col(TaskRow.id).in_(asked)))}
    return [_view(session, person, each, rows[number]) for number, each in asked.items()]


def _view(session: Session, person: Person, waiting: Approval, row: TaskRow) -> ApprovalView:
    task, limit = waiting.task, person.limits.get(waiting.kind)
    amount = _as_drafted(row, waiting)
    return ApprovalView(
        task=task.id,
        title=task.title,
        case=task.case,
        case_title=waiting.case_title,
        account=task.account,
        kind=waiting.kind,
        amount_usd=amount,
        queue=task.queue,
        assignee=task.assignee,
        due=task.due,
        late=task.late,
        limit_usd=limit,
        bar=_bar(session, person, row, amount, limit),
    )


def _sees(person: Person, waiting: Approval) -> bool:
    return person.may("read-audit") or person.may("assign-tasks") or (waiting.task.queue or "") in person.queues


def _bar(session: Session, person: Person, task: TaskRow, amount: Decimal | None, limit: Decimal | None) -> str | None:
    if offered_to(person, task) is None:
        return say("It is offered to others.")
    try:
        may_do(session, person, task)
    except Problem as problem:
        return problem.sentence
    if task.assignee is not None and not person.is_or_stands_in_for(task.assignee):
        return say("%(who)s has this task.", who=task.assignee)
    if limit is None:
        return say("You have no limit for this.")
    if amount is not None and amount > limit:
        return say(
            "%(amount)s is above your limit, %(limit)s.",
            amount=f"${amount:,.2f}",
            limit=f"${limit:,.2f}",
        )
    return None


def _as_drafted(task: TaskRow, waiting: Approval) -> Decimal | None:
    """The amount as somebody has half-filled it in, else as it stands in the case."""
    given = (task.draft or {}).get(waiting.field)
    try:
        amount = waiting.amount_usd if given is None else Decimal(str(given))
        return None if amount is None else amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        return waiting.amount_usd
