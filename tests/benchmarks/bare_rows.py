"""The rows of a step of the five tasks, written down by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from store.writes import AuditWrite, CaseWrite, KeyWrite, StepWrite, TaskClose, TaskWrite

NAMES = ("first", "second", "third", "fourth", "fifth")
ZONE = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, kw_only=True)
class Done:
    """A step: the opening (1), or the completion of the task whose number is one less."""

    case: str
    account: dict[str, Any]
    step: int
    opened_at: datetime
    at: datetime
    by: str
    key: str
    digest: str
    form: dict[str, Any]  #: of the task that is completed
    forms: dict[str, Any]  #: of all that are completed


def rows_of(done: Done) -> StepWrite:
    """What the step's transaction writes."""
    before = NAMES[done.step - 2] if done.step > 1 else None
    after = NAMES[done.step - 1] if done.step <= len(NAMES) else None
    state = after or "over"
    closed_at = None if after else done.at
    run = done.step if after else None
    return StepWrite(
        case=CaseWrite(
            id=done.case,
            definition="five-tasks",
            version=1,
            account_id=done.account["id"],
            title="Five tasks",
            state=(state,),
            opened_at=done.opened_at,
            at=done.at,
            closed_at=closed_at,
            outcome=None if after else "over",
            why=_why(after, done.at),
            why_said=_why_said(after, done.at),
            snapshot=_snapshot(done, state, closed_at),
        ),
        step_no=done.step,
        act=done.key,
        event=f"outcome {before}/done" if before else "opened",
        by=done.by,
        states_left=(before,) if before else (),
        states_entered=(state,),
        changes=done.form,
        detail=None if before else {"holds": {}},
        facts={},
        digest=done.digest,
        open_tasks=(_task(after, done),) if after else (),
        closed_tasks=_closed(before, done),
        audit=(AuditWrite(person=done.by, act="complete", object_kind="case", object_id=done.case),),
        key=KeyWrite(
            person=done.by,
            key=done.key,
            digest=done.digest,
            status=200,
            response={
                "case": done.case,
                "step": done.step,
                "at": _iso(done.at),
                "state": [state],
                "open_tasks": [run] if run else [],
                "closed": closed_at is not None,
                "replayed": False,
            },
        ),
    )


def _why(after: str | None, at: datetime) -> str:
    if after:
        return f"Waits for The desk to do “{after.title()} task”."
    return f"Closed on {at.astimezone(ZONE):%A %-d %B %Y, %H:%M} as “Over”."


def _why_said(after: str | None, at: datetime) -> dict[str, Any]:
    """The same for readers of another language."""
    if after:
        task = {"say": "%(who)s to do “%(task)s”", "with": {"who": "The desk", "task": f"{after.title()} task"}}
        return {"say": "Waits for %(what)s.", "with": {"what": task}}
    closed = {"when": {"time": at.astimezone(ZONE).isoformat()}, "state": "Over"}
    return {"say": "Closed on %(when)s as “%(state)s”.", "with": closed}


def _task(name: str, done: Done) -> TaskWrite:
    return TaskWrite(
        run=done.step,
        name=name,
        place=name,
        title=f"{name.title()} task",
        queue="desk",
        opened_at=done.at,
        opened_step=done.step,
    )


def _closed(name: str | None, done: Done) -> tuple[TaskClose, ...]:
    if name is None:
        return ()
    return (TaskClose(run=done.step - 1, how="completed", by=done.by, outcome="done", form=done.form),)


def _snapshot(done: Done, state: str, closed_at: datetime | None) -> dict[str, Any]:
    """The case as one value: what a page shows, and what support asks for."""
    is_open = closed_at is None
    task = {
        "run": done.step,
        "name": state,
        "state": state,
        "kind": "task",
        "title": f"{state.title()} task",
        "queue": "desk",
        "users": [],
        "assignee": None,
        "priority": "normal",
        "opened_at": _iso(done.at),
        "due": None,
        "follow_up": None,
        "item": None,
        "index": None,
        "outcome": None,
        "suspended_at": None,
        "clock_stops": False,
        "escalated": 0,
    }
    return {
        "id": done.case,
        "definition": "five-tasks",
        "version": 1,
        "rules": None,
        "account": done.account["id"],
        "state": [state],
        "history": {},
        "data": {"account": done.account, **done.forms},
        "tasks": [task] if is_open else [],
        "timers": [],
        "people": {name: [done.by] for name in ("opening", *NAMES[: done.step - 1])},
        "holds": {},
        "hold_version": 0,
        "happened": {},
        "deadlines": {},
        "floors": {},
        "overrides": {},
        "lines": {},
        "children": {},
        "sla": None,
        "undo": None,
        "step": done.step,
        "runs": min(done.step, len(NAMES)),
        "opened_at": _iso(done.opened_at),
        "at": _iso(done.at),
        "closed_at": _iso(closed_at) if closed_at else None,
        "outcome": None if is_open else "over",
    }


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
