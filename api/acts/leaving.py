"""Somebody leaves: every right and sign-in ends, and what they hold is handed over or goes back to its queue."""

from __future__ import annotations

from contextlib import suppress

from sqlmodel import Session

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.passing import colleague
from api.acts.people import RULE, must_leave_an_administrator, user_at
from api.acts.rules import may_do
from api.problems import Conflict, Invalid, Problem
from api.security.people import Person
from api.services import Services
from api.views.people import HandedView, LeftView
from definitions.language.sentences import say
from store import claims, people
from store.leaving import Held, end_substitutions, held_by, offer_to
from store.tables.cases import TaskRow


def let_go(office: Services, ask: Ask, user_id: str, *, version: str, to: str | None, reason: str) -> Answer:
    """What became of the work that the user held: given to `to` where they may do it, else back in its queue."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "manage-people")
        user = user_at(session, user_id, version)
        if not user.active:
            raise Conflict(say("%(user)s has left already.", user=user_id))
        if to == user_id:
            raise Invalid(say("Somebody else takes over."), fields={"to": say("is somebody else who works here")})
        heir = colleague(session, office, to) if to is not None else None
        handed = _handed(session, ask, held_by(session, user_id), heir, user_id)
        people.leave(session, user_id, office.today(), ask.at)
        end_substitutions(session, user_id, office.today())
        must_leave_an_administrator(office, session)
        record.rule = f"{RULE}: {len(handed)} handed over, {reason}"
        view = LeftView(user=user_id, left_on=office.today(), handed=handed)
        return Answer(body=view.model_dump(mode="json"))

    return once(office.store, ask, Record(act="let-user-go", kind="user", id=user_id), work)


def _handed(session: Session, ask: Ask, held: Held, heir: Person | None, leaver: str) -> list[HandedView]:
    """Hands over task by task; what the heir may not do, or needs nobody by name, goes back to its queue."""
    took: list[HandedView] = []
    for task in held.named:
        offer_to(session, task, instead_of=leaver, to=heir.id if heir else None)
        if task.assignee != leaver:
            took.append(_view("task", task.id, task.title, _offered(task)))
    for task in held.tasks:
        given = _give(session, ask, task, heir)
        took.append(_view("task", task.id, task.title, heir.id if given and heir else _offered(task)))
    for item in held.items:
        takes = heir is not None and item.queue in heir.queues
        item.assignee = heir.id if takes and heir else None
        item.version += 1
        session.add(item)
        took.append(_view("inbox-item", item.id, item.subject or item.channel, item.assignee or f"queue {item.queue}"))
    session.flush()
    return took


def _give(session: Session, ask: Ask, task: TaskRow, heir: Person | None) -> bool:
    """Whether the heir has the task now; else it is offered again. One that is put aside goes on first."""
    if task.state == "suspended":
        task.assignee = heir.id if heir else None
        task.version += 1
        session.add(task)
        session.flush()
        return heir is not None
    if heir is not None:
        with suppress(Problem):
            may_do(session, heir, task)
            claims.assign(session, task.id, heir.id, ask.at)
            return True
    claims.release(session, task.id, None)
    return False


def _offered(task: TaskRow) -> str:
    if task.queue:
        return f"queue {task.queue}"
    if task.crew:
        return f"crew {task.crew}"
    return ", ".join(task.users or []) or "nobody: assign it"


def _view(kind: str, id_: str, title: str, now: str) -> HandedView:
    return HandedView.model_validate({"kind": kind, "id": id_, "title": title, "now": now})
