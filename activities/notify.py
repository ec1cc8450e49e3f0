"""Telling people: a note on the case, and on the task that it is about, which the desk of whoever is told shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session

from definitions.catalogue.replies import Effect, Reply
from store.tables.cases import Note, TaskRow

SENTENCES: Mapping[str, str] = {
    "escalation": "has been left lying and was raised",
    "reminder": "still waits for you",
    "service-level": "is about to miss the time that the district promises",
    "service-level-missed": "has missed the time that the district promises",
}


def notify(session: Session, effect: Effect) -> Reply:
    """Notes on the case who is told what; the second time it changes nothing."""
    number = f"n-{effect.id}"
    if session.get(Note, number) is None:
        run = effect.args.get("run")
        task = session.get(TaskRow, f"{effect.case}.{run}") if run is not None else None
        session.add(
            Note(
                id=number,
                case_id=effect.case,
                task_id=task.id if task is not None else None,
                account_id=effect.account,
                by="headgate",
                at=effect.at,
                text=f"To {_people(effect.args.get('to'))}: {_sentence(effect.args, task)}.",
            )
        )
        session.flush()
    return Reply()


def _people(to: Any) -> str:
    names: Iterable[Any] = to if isinstance(to, list | tuple) else [to]
    return ", ".join(str(each) for each in names)


def _sentence(args: Mapping[str, Any], task: TaskRow | None) -> str:
    about = str(args.get("about") or "case")
    what = f"“{task.title}”" if task is not None else "this case"
    return f"{what} {SENTENCES[about]}" if about in SENTENCES else f"{what}: {about}"
