"""What waits for an approval: open tasks of which an outcome has a limit, with the amount and who may approve it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from activities.published import in_effect_by_digest
from api.acts.queue import visible
from api.security.people import Person
from api.views.tasks import TaskView, task_view
from definitions.language.compiled import Compiled
from definitions.language.expand import expand, walk
from definitions.language.pack import District
from store.queries.board import tasks_called
from store.queries.tasks import barred_as_doer


@dataclass(frozen=True, kw_only=True)
class Limited:
    """A task of a definition whose outcome needs a limit."""

    definition: str
    place: str  #: path of the state that has the task
    name: str  #: of the task
    limit: str  #: kind of limit: `adjustment`
    field: str | None  #: of the data that holds the amount


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One task that waits for an approval."""

    task: TaskView
    case_title: str
    kind: str  #: of the limit
    field: str | None  #: of the data that holds the amount
    amount_usd: Decimal | None  #: None while it is not known yet
    may: bool  #: the person's own limit is high enough, and no duty that they did before bars them
    roles: Sequence[tuple[str, Decimal]]  #: titles of the roles whose limit is, with it


_KEPT: dict[str, tuple[Limited, ...]] = {}  #: by digest of the definition


def approvals(session: Session, person: Person, district: District, *, at: datetime, zone: ZoneInfo) -> list[Approval]:
    """What waits for an approval, the earliest due first; what is confidential only for those who may see it."""
    kinds = {
        (each.definition, each.place): each
        for digest, compiled in in_effect_by_digest(session, at).items()
        for each in _limited(digest, compiled)
    }
    found = tasks_called(session, sorted({each.name for each in kinds.values()}))
    seen = {task.id for task in visible(session, person, [task for task, _case in found])}
    barred = barred_as_doer(session, person.id, found)
    return [
        _approval(kinds[case.definition, task.place], task, case, person, district, at, zone, barred=task.id in barred)
        for task, case in found
        if task.id in seen and (case.definition, task.place) in kinds
    ]


def _approval(
    kind: Limited,
    task: Any,
    case: Any,
    person: Person,
    district: District,
    at: datetime,
    zone: ZoneInfo,
    *,
    barred: bool,
) -> Approval:
    amount = _amount(case.snapshot, kind.field)
    by_role = {role: Decimal(limit) for role, limit in district.limits.get(kind.limit, {}).items()}
    return Approval(
        task=task_view(task, at=at, zone=zone),
        case_title=case.title,
        kind=kind.limit,
        field=kind.field,
        amount_usd=amount,
        may=not barred and amount is not None and person.limits.get(kind.limit, Decimal(0)) >= amount,
        roles=[
            (district.roles[role].title if role in district.roles else role, limit)
            for role, limit in sorted(by_role.items(), key=lambda each: each[1])
            if amount is None or limit >= amount
        ],
    )


def _amount(snapshot: Mapping[str, Any] | None, field: str | None) -> Decimal | None:
    value = ((snapshot or {}).get("data") or {}).get(field) if field else None
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def _limited(digest: str, compiled: Compiled) -> tuple[Limited, ...]:
    if digest not in _KEPT:
        definition = compiled.definition
        _KEPT[digest] = tuple(
            Limited(
                definition=definition.case,
                place=path,
                name=task.name or path.rpartition("/")[2],
                limit=outcome.limit,
                field=outcome.limit_of,
            )
            for path, state in walk(expand(definition))
            if (task := state.task or state.work_order) is not None
            for outcome in task.outcomes.values()
            if outcome.limit is not None
        )
    return _KEPT[digest]
