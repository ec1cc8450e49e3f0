"""Telling people: a memo to each of them, which their inbox shows until they have read it, and a note on the case and task.

A role is everybody who has it now; whoever is away is told, and so is their substitute. The sentence names the task and the
case, never the customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from activities import published
from definitions.catalogue.replies import Effect, Reply
from store.people import people_in_role, substitute_of
from store.tables.cases import Note, TaskRow
from store.tables.inbox import Memo
from store.tables.people import User
from workflows.messages import HEADGATE

ASSIGNEE = "assignee"  #: whoever has claimed the task
SENTENCES: Mapping[str, str] = {
    "escalation": "has been left lying and was raised",
    "reminder": "still waits for you",
    "service-warning": "is about to miss the time that the district promises",
    "service-missed": "has missed the time that the district promises",
}


def notify(session: Session, effect: Effect) -> Reply:
    """Tells everybody who is named, and notes on the case who was; the second time it changes nothing."""
    number = f"n-{effect.id}"
    if session.get(Note, number) is None:
        run = effect.args.get("run")
        task = session.get(TaskRow, f"{effect.case}.{run}") if run is not None else None
        sentence = f"{_sentence(effect.args, task)}."
        today = effect.at.astimezone(published.of_case(session, effect.case).calendar.zone).date()
        for person in dict.fromkeys(_people(session, _named(effect), task, today)):
            memo = Memo(
                id=f"{number}.{person}",
                sender=HEADGATE,
                to_user=person,
                at=effect.at,
                text=sentence[0].upper() + sentence[1:],
                case_id=effect.case,
            )
            session.add(memo)
        session.add(
            Note(
                id=number,
                case_id=effect.case,
                task_id=task.id if task is not None else None,
                account_id=effect.account,
                by=HEADGATE,
                at=effect.at,
                text=f"To {', '.join(_named(effect))}: {sentence}",
            )
        )
        session.flush()
    return Reply()


def _named(effect: Effect) -> list[str]:
    to = effect.args.get("to")
    return [str(each) for each in (to if isinstance(to, list | tuple) else [to])]


def _people(session: Session, named: Iterable[str], task: TaskRow | None, today: date) -> Iterator[str]:
    for name in named:
        if name == ASSIGNEE:
            found = [task.assignee] if task is not None and task.assignee is not None else []
        else:
            user = session.get(User, name)
            found = [name] if user is not None and user.active else people_in_role(session, name)
        for person in found:
            yield person
            if (substitute := substitute_of(session, person, today)) is not None:
                yield substitute


def _sentence(args: Mapping[str, Any], task: TaskRow | None) -> str:
    about = str(args.get("about") or "case")
    what = f"“{task.title}”" if task is not None else "this case"
    return f"{what} {SENTENCES[about]}" if about in SENTENCES else f"{what}: {about}"
