"""The inbox: what comes in is taken down with its date stamp, taken by somebody, passed on, or needs nothing.

Answers are kept for repetitions, so none says who sent it or what it says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import uuid4

from sqlmodel import Session, select

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.passing import colleague
from api.acts.rules import must_see_account
from api.calendar import calendar_of
from api.problems import AlreadyClaimed, Changed, Conflict, Invalid, NotFound, NotPermitted
from api.security.people import Person
from api.services import Services
from api.views.inbox import taken_view
from api.views.tasks import etag
from definitions.language.calendars import CalendarError
from definitions.language.durations import Duration
from definitions.language.sentences import say, sentence_of, whole
from store.tables.inbox import InboxItem
from store.tables.utility import Account

RIGHT: Final = "take-in"
DUE: Final = "1 business day"  #: where the district's settings have no `inbox-due`
QUEUE: Final = "customer-service"  #: where they have no `inbox-queue`


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """Something as it came in. Personal data."""

    channel: str
    received_at: datetime | None = None  #: its date stamp; now, when nobody says another
    sender: str = ""
    reply_to: str = ""
    account: str | None = None
    subject: str = ""
    text: str = ""
    queue: str | None = None
    foreign_id: str | None = None  #: that the sending system gave it: known again, whatever the key


def take_in(office: Services, ask: Ask, came: Incoming) -> Answer:
    """The item, waiting in its queue; one that a system sends again is the one that is there already."""
    item_id = f"in-{uuid4().hex[:12]}"

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        record.rule = f"right {RIGHT}"
        digest = hashlib.sha256(came.foreign_id.encode()).hexdigest() if came.foreign_id else None
        known = session.exec(select(InboxItem).where(InboxItem.foreign_id == digest)).first() if digest else None
        if known is not None:
            record.id, record.account = known.id, known.account_id
            return _shown(office, ask, known)
        received = came.received_at or ask.at
        wrong = {}
        if received > ask.at:
            wrong["received"] = say("is not in the future")
        if came.account is not None and session.get(Account, came.account) is None:
            wrong["account"] = say("is the number of an account")
        queue = came.queue or _queue(office)
        if queue not in office.district.queues:
            wrong["queue"] = say("is one of %(queues)s", queues=", ".join(sorted(office.district.queues)))
        if wrong:
            raise Invalid(say("It cannot be taken in as it is."), fields=wrong)
        must_see_account(session, ask.person, came.account)
        item = InboxItem(
            id=item_id,
            channel=came.channel,
            received_at=received,
            taken_in_at=ask.at,
            taken_in_by=ask.person.id,
            sender=came.sender,
            reply_to=came.reply_to,
            account_id=came.account,
            subject=came.subject,
            text=came.text,
            queue=queue,
            due_at=_due(office, received),
            foreign_id=digest,
        )
        session.add(item)
        session.flush()
        record.account = item.account_id
        return _shown(office, ask, item, status=201)

    return once(office.store, ask, Record(act="take-in", kind="inbox-item", id=item_id), work)


def change(office: Services, ask: Ask, item_id: str, *, version: str, changes: dict[str, Any]) -> Answer:
    """The item with what was found out since: account, sender, how to answer, subject. Changed when somebody was first."""

    def work(session: Session, item: InboxItem, record: Record) -> None:
        if str(item.version) != version:
            raise Changed(
                say(
                    "The item is at version %(version)s, not %(asked)s. Read it again first.",
                    version=item.version,
                    asked=version[:20],
                )
            )
        account = changes.get("account")
        if account is not None:
            if session.get(Account, account) is None:
                raise Invalid(say("There is no such account."), fields={"account": say("is the number of an account")})
            must_see_account(session, ask.person, account)
        for name, column in (("sender", "sender"), ("reply_to", "reply_to"), ("subject", "subject")):
            if changes.get(name) is not None:
                setattr(item, column, changes[name])
        if "account" in changes:
            item.account_id = record.account = account

    return _on_open(office, ask, item_id, "change-item", work)


def claim(office: Services, ask: Ask, item_id: str) -> Answer:
    """The item, taken by the person; AlreadyClaimed, naming who has it, when somebody was first."""

    def work(session: Session, item: InboxItem, record: Record) -> None:
        take(ask, item, record)

    return _on_open(office, ask, item_id, "claim-item", work)


def release(office: Services, ask: Ask, item_id: str) -> Answer:
    """The item, back in its queue."""

    def work(session: Session, item: InboxItem, record: Record) -> None:
        if item.assignee is None:
            raise Conflict(say("Nobody has this item; it is offered already."))
        _must_have(ask.person, item)
        item.assignee = None

    return _on_open(office, ask, item_id, "release-item", work)


def assign(office: Services, ask: Ask, item_id: str, *, to: str) -> Answer:
    """The item, given to somebody who works in its queue."""

    def work(session: Session, item: InboxItem, record: Record) -> None:
        if item.assignee is not None:
            _must_have(ask.person, item)
        person = colleague(session, office, to)
        if item.queue not in person.queues:
            raise NotPermitted(
                say(
                    "%(to)s does not work in the queue %(queue)s. Hand it to another queue, or to another.",
                    to=to,
                    queue=item.queue,
                )
            )
        must_see_account(session, person, item.account_id)
        item.assignee = person.id
        record.rule = f"{record.rule}: to {person.id}"

    return _on_open(office, ask, item_id, "assign-item", work)


def move(office: Services, ask: Ask, item_id: str, *, queue: str) -> Answer:
    """The item, handed to another queue, where nobody has it yet. Its date stamp and its due day stay."""

    def work(session: Session, item: InboxItem, record: Record) -> None:
        if item.assignee is not None:
            _must_have(ask.person, item)
        if queue not in office.district.queues:
            raise Invalid(
                say("There is no such queue."),
                fields={"queue": say("is one of %(queues)s", queues=", ".join(sorted(office.district.queues)))},
            )
        if queue == item.queue:
            raise Conflict(say("The item is in that queue already."))
        record.rule = f"{record.rule}: {item.queue} to {queue}"
        item.queue, item.assignee = queue, None

    return _on_open(office, ask, item_id, "move-item", work)


def settle(office: Services, ask: Ask, item_id: str, *, reason: str) -> Answer:
    """The item, closed: it needed nothing, and somebody said why."""

    def work(session: Session, item: InboxItem, record: Record) -> None:
        take(ask, item, record)
        close(ask, item, "settled")
        item.reason = reason

    return _on_open(office, ask, item_id, "settle-item", work)


def bring_back(office: Services, ask: Ask, item_id: str, *, reason: str) -> Answer:
    """The item that was thought to need nothing, waiting once more."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        item = _locked(session, ask.person, item_id, record)
        if item.status != "settled":
            raise Conflict(say("Only what was closed as needing nothing is brought back; a case goes on as a case."))
        item.status, item.closed_at, item.closed_by, item.reason = "open", None, None, None
        item.version += 1
        record.rule = f"queue {item.queue}: {reason}"
        return _shown(office, ask, item)

    return once(office.store, ask, Record(act="bring-item-back", kind="inbox-item", id=item_id), work)


def item_seen(session: Session, person: Person, item_id: str) -> InboxItem:
    """The item, for a person who may see it; NotFound, NotPermitted or Confidential otherwise."""
    person.must("see-accounts")
    item = session.get(InboxItem, item_id)
    if item is None or not may_see(person, item):
        raise NotFound(
            say("There is no inbox item %(item)s for %(person)s.", item=repr(item_id[:60]), person=person.id)
        )
    must_see_account(session, person, item.account_id)
    return item


def may_see(person: Person, item: InboxItem) -> bool:
    """Whether the item is of a queue of theirs, was taken by or taken in by them, or they see all queues."""
    theirs = item.queue in person.queues or item.taken_in_by == person.id
    return theirs or sees_all(person) or (item.assignee is not None and person.is_or_stands_in_for(item.assignee))


def sees_all(person: Person) -> bool:
    """Whether they see what waits in every queue: to give it out, or to audit."""
    return person.may("assign-tasks") or person.may("read-audit")


def take(ask: Ask, item: InboxItem, record: Record) -> None:
    """Gives a locked item to the person who asks, unless somebody else has it."""
    person = ask.person
    if item.assignee is not None and not person.is_or_stands_in_for(item.assignee):
        raise AlreadyClaimed(
            say("%(who)s has this item. Ask %(who)s to release it, or take another.", who=item.assignee),
            assignee=item.assignee,
        )
    if item.queue not in person.queues and item.assignee is None and not person.may("assign-tasks"):
        raise NotPermitted(
            say(
                "This item waits in the queue %(queue)s; %(person)s does not work there.",
                queue=item.queue,
                person=person.id,
            )
        )
    record.rule = f"queue {item.queue}" if item.assignee is None else f"assigned to {item.assignee}"
    item.assignee = person.id


def close(ask: Ask, item: InboxItem, status: Literal["joined", "opened", "settled"]) -> None:
    """Closes a locked item."""
    item.status, item.closed_at, item.closed_by = status, ask.at, ask.person.id


def open_item(session: Session, person: Person, item_id: str, record: Record) -> InboxItem:
    """The item, locked for this transaction; Conflict when it is closed already."""
    item = _locked(session, person, item_id, record)
    if item.closed_at is not None:
        raise Conflict(_how_closed(item), case=item.case_id)
    return item


def _how_closed(item: InboxItem) -> str:
    match item.status:
        case "joined":
            return say("This item was joined to %(case)s by %(who)s.", case=item.case_id, who=item.closed_by)
        case "opened":
            return say("This item was made the case %(case)s by %(who)s.", case=item.case_id, who=item.closed_by)
        case _:
            return say("This item was closed as needing nothing by %(who)s.", who=item.closed_by)


def _on_open(
    office: Services, ask: Ask, item_id: str, act: str, change_it: Callable[[Session, InboxItem, Record], None]
) -> Answer:
    """What every act on an open item has in common."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        item = open_item(session, ask.person, item_id, record)
        record.rule = f"queue {item.queue}"
        change_it(session, item, record)
        item.version += 1
        session.flush()
        return _shown(office, ask, item)

    return once(office.store, ask, Record(act=act, kind="inbox-item", id=item_id), work)


def _locked(session: Session, person: Person, item_id: str, record: Record) -> InboxItem:
    item_seen(session, person, item_id)
    item = session.exec(select(InboxItem).where(InboxItem.id == item_id).with_for_update()).one()
    record.account, record.case = item.account_id, item.case_id
    return item


def _must_have(person: Person, item: InboxItem) -> None:
    if item.assignee is not None and not person.is_or_stands_in_for(item.assignee) and not person.may("assign-tasks"):
        raise NotPermitted(
            say(
                "%(who)s has this item. Only %(who)s or a supervisor can give it away.",
                who=item.assignee,
            )
        )


def _shown(office: Services, ask: Ask, item: InboxItem, status: int = 200) -> Answer:
    body = taken_view(item, at=ask.at, zone=office.zone).model_dump(mode="json")
    return Answer(status=status, body=body, headers={"ETag": etag(item.version)})


def _queue(office: Services) -> str:
    return str(office.district.settings.get("inbox-queue", QUEUE))


def _due(office: Services, received: datetime) -> datetime:
    written = str(office.district.settings.get("inbox-due", DUE))
    try:
        return calendar_of(office).add(Duration.parse(written), received, "due")
    except CalendarError as error:
        raise Invalid(
            whole(sentence_of(error)),
            fields={"received": say("is a day of the calendar's years")},
        ) from error
