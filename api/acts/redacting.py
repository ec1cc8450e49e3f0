"""A person's data taken out for them, and redacted: before the retention period is over by two persons."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from activities.exporting import exported
from activities.redacting import IN_TIME, destroy, lasting, redact, retention_of
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.rules import must_see_account
from api.problems import Conflict, NotFound, NotPermitted
from api.security.people import Person
from api.services import Services
from api.views.redactions import PersonalDataView, personal_data_view, redaction_view
from definitions.language.sentences import SEMICOLON, joined, say
from store.paging import Page, after, page_of
from store.persons import Belongings, Obstacle, UnknownPersonError, belongings, obstacles
from store.tables.audit import Audit
from store.tables.connections import Applicant
from store.tables.redactions import Redaction
from store.tables.utility import Customer

EXPORT: Final = "export-persons"
REDACT: Final = "redact-persons"


def may_keep(person: Person) -> bool:
    """Whether they take out or redact personal data."""
    return person.may(REDACT) or person.may(EXPORT)


def of_person(office: Services, person: Person, person_id: str) -> PersonalDataView:
    """What the person has here, and what stands in the way of redacting it today."""
    person.must(REDACT if person.may(REDACT) else EXPORT)
    with office.store.reading() as session:
        whose = _seen(session, person, person_id)
        found = obstacles(session, whose, office.today(), retention_of(office.district))
        row = session.get(Redaction, person_id)
        who = session.get(Customer, person_id) or session.get_one(Applicant, person_id)
        name = who.name
    return personal_data_view(whose, name, found, lasting(found), row, zone=office.zone)


def redactions(
    office: Services, person: Person, *, waiting: bool, key: tuple[datetime, str] | None = None, limit: int
) -> Page[Redaction]:
    """Redactions that wait for their second person, or those that are done, the newest first."""
    person.must(REDACT)
    done = col(Redaction.done_at)
    wanted = select(Redaction).where(done.is_(None) if waiting else done.is_not(None))
    query = after(wanted, (col(Redaction.asked_at), col(Redaction.person_id)), key, down=True)
    with office.store.reading() as session:
        rows = session.execute(query.limit(limit + 1)).scalars()
        return page_of([rows], lambda row: (row.asked_at, row.person_id), limit, down=True)


def taken_out(office: Services, person: Person, person_id: str) -> dict[str, Any]:
    """All that is kept about the person; it stands in the audit before it leaves."""
    person.must(EXPORT)
    with office.store.writing() as session:
        _seen(session, person, person_id)
        at = office.now()
        found = exported(session, person_id, office.files, at)
        session.add(
            Audit(
                at=at, person=person.id, act="export", object_kind="person", object_id=person_id, rule=f"right {EXPORT}"
            )
        )
    return found


def redact_person(office: Services, ask: Ask, person_id: str, *, reason: str) -> Answer:
    """The redaction: done when its time has come, else waiting for somebody else (202)."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, REDACT)
        whose = _seen(session, ask.person, person_id)
        found = _obstacles(office, session, whose)
        row = session.get(Redaction, person_id)
        if found and row is not None:
            raise Conflict(say("%(who)s has asked for this already; somebody else approves it.", who=row.asked_by))
        row = row or Redaction(person_id=person_id, asked_by=ask.person.id, asked_at=ask.at, reason=reason, early=True)
        session.add(row)
        record.rule = f"right {REDACT}"
        if not found:
            row.early, row.reason = False, IN_TIME
            redact(session, whose, row, ask.at)
        return _shown(office, row)

    answer = once(office.store, ask, Record(act="ask-redaction", kind="person", id=person_id), work)
    _destroyed(office, person_id)
    return answer


def approve(office: Services, ask: Ask, person_id: str) -> Answer:
    """The redaction that somebody else asked for, done."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, REDACT)
        whose = _seen(session, ask.person, person_id)
        row = _asked_for(session, person_id)
        if row.asked_by == ask.person.id:
            raise NotPermitted(say("Who asks for a redaction before its time does not approve it. Somebody else does."))
        found = _obstacles(office, session, whose)
        row.early, row.approved_by = bool(found), ask.person.id
        record.rule = f"right {REDACT}: asked for by {row.asked_by}"
        redact(session, whose, row, ask.at)
        return _shown(office, row)

    answer = once(office.store, ask, Record(act="approve-redaction", kind="person", id=person_id), work)
    _destroyed(office, person_id)
    return answer


def refuse(office: Services, ask: Ask, person_id: str) -> Answer:
    """A redaction before its time that was asked for, not done: refused by somebody else, or taken back."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, REDACT)
        _seen(session, ask.person, person_id)
        row = _asked_for(session, person_id)
        record.rule = f"right {REDACT}: asked for by {row.asked_by}"
        session.delete(row)
        return Answer(status=200, body={"person": person_id})

    return once(office.store, ask, Record(act="refuse-redaction", kind="person", id=person_id), work)


def _asked_for(session: Session, person_id: str) -> Redaction:
    row = session.get(Redaction, person_id)
    if row is None or row.done_at is not None:
        raise Conflict(say("Nobody has asked for this person's redaction."))
    return row


def _seen(session: Session, person: Person, person_id: str) -> Belongings:
    try:
        whose = belongings(session, person_id)
    except UnknownPersonError as error:
        raise NotFound(say("There is no customer or applicant with this number.")) from error
    for account in whose.accounts:
        must_see_account(session, person, account)
    return whose


def _obstacles(office: Services, session: Session, whose: Belongings) -> list[Obstacle]:
    """That the time is not over, if so; Conflict for what two persons cannot set aside either."""
    found = obstacles(session, whose, office.today(), retention_of(office.district))
    if standing := lasting(found):
        raise Conflict(
            say(
                "This cannot be redacted now: %(obstacles)s.",
                obstacles=joined((each.sentence for each in standing[:5]), SEMICOLON),
            )
        )
    return found


def _destroyed(office: Services, person_id: str) -> None:
    """After the transaction: a worker's round does the same again, and what is left."""
    with office.store.reading() as session:
        row = session.get(Redaction, person_id)
        if row is not None and row.done_at is not None:
            destroy(session, belongings(session, person_id), office.files)


def _shown(office: Services, row: Redaction) -> Answer:
    body = redaction_view(row, zone=office.zone).model_dump(mode="json")
    return Answer(status=200 if row.done_at else 202, body=body)
