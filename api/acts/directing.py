"""What a supervisor does with others' work: how pressing it is, and who does it, one task or several at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.acts import passing
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.claiming import note, shown
from api.acts.many import many
from api.acts.rules import must_see_task, open_task
from api.services import Services
from store import claims

Priority = Literal["low", "normal", "high", "urgent"]
RIGHT = "assign-tasks"


def prioritize(office: Services, ask: Ask, task_id: str, *, priority: Priority) -> Answer:
    """The task, as pressing as somebody who directs the work says; an escalation may raise it further."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        task = open_task(session, task_id)
        note(record, task)
        must_see_task(session, ask.person, task)
        record.rule = f"right {RIGHT}"
        return shown(office, ask, claims.set_priority(session, task.id, priority))

    return once(office.store, ask, Record(act=f"priority-{priority}", kind="task", id=task_id), work)


async def prioritize_many(office: Services, ask: Ask, tasks: Sequence[str], *, priority: Priority) -> Answer:
    """What became of each task."""

    async def one(part: Ask, task: str) -> Answer:
        return await run_in_threadpool(prioritize, office, part, task, priority=priority)

    return await many(ask, tasks, one)


async def assign_many(office: Services, ask: Ask, tasks: Sequence[str], *, to: str) -> Answer:
    """What became of each task."""

    async def one(part: Ask, task: str) -> Answer:
        return await run_in_threadpool(passing.assign, office, part, task, to=to)

    return await many(ask, tasks, one)
