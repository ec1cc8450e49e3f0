"""The crew's day: which orders are a crew's, which are so no longer, and closing one with what was seen on the spot.

A phone without coverage keeps a closing and sends it later, under the key that it made when the order was closed: what was
sent twice is done once, and what has changed meanwhile is refused with the reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.acts import remembering
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.claiming import note
from api.acts.completing import Completion, complete
from api.acts.queue import task_seen, visible
from api.acts.reading import SecondLook, unconfirmed
from api.acts.rules import definition_of, must_see_task
from api.library import published
from api.problems import Changed, Conflict, DoubtfulRead, NotPermitted, Problem
from api.security.people import Person
from api.services import Services
from api.views.orders import CrewDay, CrewOrders, GoneOrder, Why, on_the_way, order_view
from api.views.shown import local
from definitions.language.expand import title_of
from definitions.language.forms import fields_of
from definitions.language.sentences import again, say, word
from store.queries.tasks import MOST, crew_page
from store.tables.cases import TaskRow
from store.tables.utility import Account, Premise

OVERVIEW: Final = 100  #: orders of a crew that who assigns tasks sees at once
LATE: Final = timedelta(minutes=5)  #: a closing that comes later than this was kept on the phone, and the case says so


@dataclass(frozen=True, kw_only=True)
class Closing:
    """How an order was closed on the spot."""

    completion: Completion
    form_seen: str | None = None  #: `form_digest` of the form that was filled in: refused when it has changed since
    look: SecondLook = field(default_factory=SecondLook)
    done_at: datetime | None = None  #: by the phone's clock


def day_of(office: Services, person: Person, known: Sequence[str] = ()) -> CrewDay:
    """The open orders that the person may do, by route; of the orders that they hold (`known`), those that are gone.

    NotPermitted for who is of no crew."""
    if not person.crews:
        raise NotPermitted(say("Today's orders are for people of a crew; %(person)s is of none.", person=person.id))
    at = office.now()
    with office.store.reading() as session:
        rows = crew_page(session, sorted(person.crews), limit=MOST).items
        seen = visible(session, person, [task for task in rows if is_open_to(person, task)])
        orders = sorted((order_view(task, by=person.id, at=at, zone=office.zone) for task in seen), key=on_the_way)
        held = {order.id for order in orders}
        gone = [_gone(session, office, person, task_id) for task_id in known if task_id not in held]
    return CrewDay(
        day=at.astimezone(office.zone).date(),
        at=at.astimezone(office.zone),
        orders=[order for order in orders if order.today],
        later=[order for order in orders if not order.today],
        gone=[each for each in gone if each is not None],
    )


def unfinished(office: Services, person: Person) -> list[CrewOrders]:
    """What each crew has not finished, for who assigns tasks; a crew without orders is there, too."""
    person.must("assign-tasks")
    at = office.now()
    found: list[CrewOrders] = []
    with office.store.reading() as session:
        for name, crew in sorted(office.district.crews.items()):
            page = crew_page(session, [name], limit=OVERVIEW)
            rows = visible(session, person, page.items)
            orders = [order_view(task, by=person.id, at=at, zone=office.zone) for task in rows]
            found.append(
                CrewOrders(
                    crew=name,
                    title=crew.title,
                    late=sum(order.late for order in orders),
                    unclaimed=sum(order.assignee is None for order in orders),
                    orders=orders,
                    more=page.cursor is not None,
                )
            )
    return found


@dataclass(frozen=True, kw_only=True)
class Known:
    """What crews should know of a place."""

    access: str  #: how to get to the meter
    hazard: str  #: what to look out for


def place_of(session: Session, task: TaskRow) -> Premise | None:
    """The premise that the order is for, as it is now; None where the case has none yet."""
    account = session.get(Account, task.account_id) if task.account_id else None
    return session.get(Premise, account.premise_id) if account is not None else None


def describe_place(office: Services, ask: Ask, task_id: str, known: Known) -> Answer:
    """What is known of the order's place from now on, for each crew that comes there; Conflict where there is no place."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        task = task_seen(session, ask.person, task_id)
        note(record, task)
        place = place_of(session, task)
        if place is None:
            raise Conflict(say("This order is for no place in the books yet."))
        place.access, place.hazard = known.access.strip(), known.hazard.strip()
        session.add(place)
        record.rule = "order of the crew" if ask.person.in_the_field_only else "right work"
        return Answer(body={"access": place.access, "hazard": place.hazard})

    return once(office.store, ask, Record(act="describe-place", kind="task", id=task_id), work)


def form_digest(session: Session, task: TaskRow) -> str:
    """What tells one form of an order from another: its fields with their types, and those of each outcome."""
    spec, case = definition_of(session, task)
    if spec is None:
        return ""
    data = published(session, case.definition, case.version).definition.data
    forms = {"": spec.form} | {key: outcome.form for key, outcome in spec.outcomes.items()}
    said: dict[str, Any] = {
        key: {name: each.model_dump(mode="json") for name, each in fields_of(form, data).items()}
        for key, form in forms.items()
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


async def close(office: Services, ask: Ask, task_id: str, closing: Closing) -> Answer:
    """The step that closing the order led to; Changed when its form is another, DoubtfulRead for one not looked at twice."""

    def also(session: Session, record: Record) -> None:
        task = session.get_one(TaskRow, task_id)
        if task.kind != "work-order":
            raise Conflict(say("This is no work order; it is completed at the desk."))
        if closing.form_seen is not None and closing.form_seen != form_digest(session, task):
            raise Changed(
                say(
                    "The order asks for other things than when it was opened on the phone. Open it again and "
                    "enter what is new; what was entered is kept."
                )
            )
        wrong = unconfirmed(session, office, task, closing.completion.form, closing.look)
        if wrong:
            raise DoubtfulRead(say("A read is to be looked at twice before it is sent."), fields=wrong)

    answer = await complete(office, ask, task_id, closing.completion, also=also)
    said = _said(office, closing)
    if said:
        again = replace(ask, key=f"{ask.key[:120]}/note")
        await run_in_threadpool(remembering.add_note, office, again, text=said, task_id=task_id)
    return answer


def _said(office: Services, closing: Closing) -> str:
    """What the case should know beside the form, "" when there is nothing."""
    said = []
    if closing.done_at is not None and datetime.now(UTC) - closing.done_at > LATE:
        said.append(f"Closed on the spot at {closing.done_at.astimezone(office.zone):%Y-%m-%d %H:%M}, sent later.")
    form = closing.completion.form
    said += [f"{_titled(name)} {form.get(name)}: read twice." for name in sorted(closing.look.reads)]
    said += [
        f"{_titled(name)} {form.get(name)}: see the photograph of the register." for name in sorted(closing.look.photos)
    ]
    return " ".join(said)


def _titled(name: str) -> str:
    return title_of(name.replace("_", "-"))


def is_open_to(person: Person, task: TaskRow) -> bool:
    """Whether the person may do the order: it is offered to the crew, or theirs, and not put aside."""
    return task.state in ("open", "claimed") and (task.assignee is None or person.is_or_stands_in_for(task.assignee))


def _gone(session: Session, office: Services, person: Person, task_id: str) -> GoneOrder | None:
    """Why the crew should not go on with an order that the phone holds; None when it may."""
    task = session.get(TaskRow, task_id)
    if task is None or not _sees(session, person, task):
        return GoneOrder(id=task_id, title="", why="unknown", at=None, by=None, because=None)
    if is_open_to(person, task):
        return None
    why: Why = "taken"
    if task.closed_at is not None:
        why = "recalled" if task.state == "cancelled" else "done"
    elif task.state == "suspended":
        why = "put-aside"
    return GoneOrder(
        id=task.id,
        title=task.title,
        why=why,
        at=local(task.closed_at or task.suspended_at or task.claimed_at, office.zone),
        by=task.closed_by or task.assignee,
        because=_because(task),
    )


def _because(task: TaskRow) -> str | None:
    """Why an order was recalled: as the machine says it, or an event by its title."""
    if task.close_reason is None or task.close_reason_said is not None:
        return again(task.close_reason, task.close_reason_said)
    return word(task.close_reason if " " in task.close_reason else _titled(task.close_reason))


def _sees(session: Session, person: Person, task: TaskRow) -> bool:
    try:
        must_see_task(session, person, task)
    except Problem:
        return False
    return True
