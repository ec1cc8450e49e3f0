"""One act on several tasks: each is done or refused by itself, and says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from api.acts.act import Ask
from api.acts.many import chosen, part
from api.acts.queue import visible
from api.problems import Problem
from api.services import Services
from store.tables.cases import TaskRow


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of the act on one task."""

    task: str
    title: str  #: of the task, as far as the person may see it; else its id
    refused: Problem | None


def each(office: Services, ask: Ask, tasks: Sequence[str], act: Callable[[Ask, str], object]) -> list[Result]:
    """Does the act on each task, in this order, under a key of its own: what is sent twice is done once."""
    refused: dict[str, Problem | None] = {}
    for task in chosen(tasks):
        try:
            act(part(ask, task), task)
        except Problem as problem:
            refused[task] = problem
        else:
            refused[task] = None
    titles = _titles(office, ask, list(refused))
    return [Result(task=task, title=titles.get(task, task), refused=problem) for task, problem in refused.items()]


def _titles(office: Services, ask: Ask, tasks: Sequence[str]) -> dict[str, str]:
    with office.store.reading() as session:
        rows = list(session.exec(select(TaskRow).where(col(TaskRow.id).in_(tasks))))
        return {row.id: row.title for row in visible(session, ask.person, rows)}
