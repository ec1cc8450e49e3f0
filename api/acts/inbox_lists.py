"""Which items of the inbox somebody sees: of their queues, without confidential accounts for who may not open those."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session, col, select

from api.acts.inbox import sees_all
from api.problems import Invalid, NotPermitted
from api.security.people import Person
from api.services import Services
from definitions.language.sentences import say
from store.paging import Page
from store.queries import inbox as query
from store.tables.inbox import InboxItem
from store.tables.utility import Account


def items_of(
    office: Services, person: Person, *, queue: str | None, which: str, limit: int, cursor: str | None
) -> Page[InboxItem]:
    """A page of what waits (due first), what the person has taken (`mine`), or `all` (the newest first)."""
    person.must("see-accounts")
    queues = _asked(office, person, queue)
    with office.store.reading() as session:
        if which == "mine":
            people = [person.id, *sorted(person.stands_in_for)]
            found = query.held_page(session, people, limit=limit, cursor=cursor)
        elif which == "waiting":
            found = query.waiting_page(session, queues, limit=limit, cursor=cursor)
        else:
            found = query.received_page(session, queues, limit=limit, cursor=cursor)
        return replace(found, items=_open_to(session, person, found.items))


def queues_seen(office: Services, person: Person) -> list[str]:
    """The queues whose items the person sees."""
    known = sorted(office.district.queues)
    return known if sees_all(person) else [name for name in known if name in person.queues]


def _asked(office: Services, person: Person, queue: str | None) -> list[str]:
    queues = queues_seen(office, person)
    if queue is None:
        return queues
    if queue not in office.district.queues:
        known = ", ".join(sorted(office.district.queues))
        raise Invalid(say("There is no such queue."), fields={"queue": say("is one of %(known)s", known=known)})
    if queue not in queues:
        raise NotPermitted(
            say("%(person)s does not work in the queue %(queue)s.", person=person.id, queue=queue),
            rule=f"queue {queue}",
        )
    return [queue]


def _open_to(session: Session, person: Person, items: list[InboxItem]) -> list[InboxItem]:
    if person.may("see-confidential"):
        return items
    named = {item.account_id for item in items if item.account_id}
    confidential = select(Account.id).where(col(Account.id).in_(named), col(Account.confidential).is_(True))
    closed = set(session.exec(confidential)) if named else set()
    return [item for item in items if item.account_id not in closed]
