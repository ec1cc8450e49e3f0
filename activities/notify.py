"""Telling people: a memo to each of them, which their inbox shows until they have read it, and a note on the case and task.

A role is everybody who has it now; whoever is away is told, and so is their substitute. The sentence names the task and the
case, never the customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlmodel import Session

from activities import published
from definitions.catalogue.replies import Effect, Reply
from definitions.language.pack import District
from definitions.language.sentences import Sentence, beside, joined, say, whole
from store.people import people_in_role, substitute_of
from store.tables.cases import Note, TaskRow
from store.tables.inbox import Memo
from store.tables.people import User
from workflows.messages import HEADGATE

ASSIGNEE: Final = "assignee"  #: whoever has claimed the task
SENTENCES: Final[Mapping[str, Sentence]] = {
    "escalation": say("%(what)s has been left lying and was raised"),
    "reminder": say("%(what)s still waits for you"),
    "service-warning": say("%(what)s is about to miss the time that the district promises"),
    "service-missed": say("%(what)s has missed the time that the district promises"),
}


def notify(session: Session, effect: Effect) -> Reply:
    """Tells everybody who is named, and notes on the case who was; the second time it changes nothing."""
    number = f"n-{effect.id}"
    if session.get(Note, number) is None:
        run = effect.args.get("run")
        task = session.get(TaskRow, f"{effect.case}.{run}") if run is not None else None
        sentence = _sentence(effect.args, task)
        compiled = published.of_case(session, effect.case)
        today = effect.at.astimezone(compiled.calendar.zone).date()
        for person in dict.fromkeys(_people(session, _named(effect), task, today)):
            memo = Memo(
                id=f"{number}.{person}",
                sender=HEADGATE,
                to_user=person,
                at=effect.at,
                text=whole(sentence),
                said=beside(whole(sentence)),
                case_id=effect.case,
            )
            session.add(memo)
        told = say("to %(whom)s: %(what)s", whom=_whom(_named(effect), compiled.district), what=sentence)
        session.add(
            Note(
                id=number,
                case_id=effect.case,
                task_id=task.id if task is not None else None,
                account_id=effect.account,
                by=HEADGATE,
                at=effect.at,
                text=whole(told),
                said=beside(whole(told)),
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


def _whom(named: Sequence[str], district: District) -> str:
    """Roles by their titles; people by their short names, as the desk calls them."""
    titles = {name: role.title for name, role in district.roles.items()} | {ASSIGNEE: say("whoever has the task")}
    return joined([titles.get(name, name) for name in named])


def _sentence(args: Mapping[str, Any], task: TaskRow | None) -> Sentence:
    about = str(args.get("about") or "case")
    what = say("“%(task)s”", task=task.title) if task is not None else say("this case")
    message = SENTENCES.get(about)
    return say(message.message, what=what) if message else say("%(what)s: %(about)s", what=what, about=about)
