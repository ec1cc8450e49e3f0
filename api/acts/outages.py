"""Announcing, changing and ending outages, so that whoever speaks with a customer knows that their water is off, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlmodel import Session, select

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.problems import Changed, Conflict, Invalid, NotFound
from api.services import Services
from api.views.outages import Extent, Part, outage_view
from definitions.language.sentences import Sentence, say
from store.queries.outages import Stretch, along_route, along_street, concern, of_accounts
from store.tables.outages import Outage

RIGHT = "announce-outages"
RULE = f"right {RIGHT}"


@dataclass(frozen=True, kw_only=True)
class NewOutage:
    """What is announced."""

    kind: str  #: planned, emergency
    begins: datetime | None  #: None: now
    expected_until: datetime | None  #: None while nobody knows
    reason: str
    extent: Extent


def outage_of(session: Session, outage_id: str, *, locked: bool = False) -> Outage:
    """The outage; NotFound where there is none."""
    query = select(Outage).where(Outage.id == outage_id)
    row = session.exec(query.with_for_update() if locked else query).first()
    if row is None:
        raise NotFound(say("There is no outage %(outage)s.", outage=repr(outage_id[:60])))
    return row


def announce(office: Services, ask: Ask, new: NewOutage) -> Answer:
    """The outage, which everybody sees from now on who opens an account there; Invalid where nobody lives."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        record.rule = RULE
        row = Outage(
            id=record.id,
            kind=new.kind,
            begins_at=new.begins or ask.at,
            expected_until=new.expected_until,
            reason=new.reason,
            extent=new.extent.model_dump(mode="json"),
            premises=0,
            announced_by=ask.person.id,
            announced_at=ask.at,
        )
        _must_be_whole(row)
        premises = _reached(session, new.extent)
        session.add(row)
        session.flush()
        concern(session, row, premises)
        return _shown(office, ask, row, 201)

    return once(office.store, ask, Record(act="announce-outage", kind="outage", id=f"ou-{uuid4().hex[:12]}"), work)


def change(office: Services, ask: Ask, outage_id: str, *, version: str, changes: Mapping[str, Any]) -> Answer:
    """The outage, changed; Changed when somebody else was first, Conflict when it is over.

    Changes: `kind`, `begins`, `expected_until`, `reason`, `extent`."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        record.rule = RULE
        row = _standing(session, outage_id)
        if str(row.version) != version:
            raise Changed(
                say("The outage is at version %(version)s. Read it again first.", version=row.version),
            )
        row.kind = changes.get("kind") or row.kind
        row.begins_at = changes.get("begins") or row.begins_at
        row.reason = changes.get("reason") or row.reason
        if "expected_until" in changes:
            row.expected_until = changes["expected_until"]
        _must_be_whole(row)
        extent: Extent | None = changes.get("extent")
        if extent is not None and (plain := extent.model_dump(mode="json")) != row.extent:
            premises = _reached(session, extent)
            row.extent = plain
            concern(session, row, premises)
        row.changed_by, row.changed_at, row.version = ask.person.id, ask.at, row.version + 1
        return _shown(office, ask, row)

    return once(office.store, ask, Record(act="change-outage", kind="outage", id=outage_id), work)


def end(office: Services, ask: Ask, outage_id: str, *, at: datetime | None = None) -> Answer:
    """The outage, over since `at` or now; one that had not begun is called off. Conflict when it is over already."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        record.rule = RULE
        row = _standing(session, outage_id)
        if at is not None and at > ask.at:
            raise Invalid(say("The water is back when it is back."), fields={"at": say("is not in the future")})
        row.ended_at, row.ended_by, row.version = at or ask.at, ask.person.id, row.version + 1
        return _shown(office, ask, row)

    return once(office.store, ask, Record(act="end-outage", kind="outage", id=outage_id), work)


def _standing(session: Session, outage_id: str) -> Outage:
    row = outage_of(session, outage_id, locked=True)
    if row.ended_at is not None:
        raise Conflict(say("The outage is over: %(person)s ended it.", person=row.ended_by))
    return row


def _must_be_whole(row: Outage) -> None:
    if row.expected_until is not None and row.expected_until <= row.begins_at:
        raise Invalid(
            say("The outage cannot be over before it begins."), fields={"expected_until": say("is after the beginning")}
        )


def _reached(session: Session, extent: Extent) -> set[str]:
    wrong: dict[str, Sentence | str] = {}
    premises: set[str] = set()
    for name, part, along in (("route", extent.route, along_route), ("street", extent.street, along_street)):
        found = along(session, _stretch(part)) if part is not None else set()
        if part is not None and not found:
            wrong[name] = say("has no premise there")
        premises |= found
    known = of_accounts(session, extent.accounts)
    if unknown := sorted(set(extent.accounts) - set(known)):
        wrong["accounts"] = say("there is no account %(accounts)s", accounts=", ".join(unknown[:5]))
    premises |= set(known.values())
    if not premises and not wrong:
        wrong["street"] = say("is needed, or a route, or accounts")
    if wrong:
        raise Invalid(say("Nobody can be told where the water is off."), fields=wrong)
    return premises


def _stretch(part: Part) -> Stretch:
    return Stretch(name=part.name.strip(), first=part.first, last=part.last)


def _shown(office: Services, ask: Ask, row: Outage, status: int = 200) -> Answer:
    view = outage_view(row, at=ask.at, zone=office.zone)
    return Answer(status=status, body=view.model_dump(mode="json"), headers={"ETag": f'"{row.version}"'})
