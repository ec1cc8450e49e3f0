"""Applicants and parcels: kept, changed and looked at. Their names stand in no key, no answer that is repeated, no address."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlmodel import Session, select

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.printable import must_print, whom
from api.problems import Changed, NotFound
from api.security.people import Person
from api.services import Services
from api.views.connections import ParcelView, applicant_etag, parcel_view
from definitions.language.sentences import say
from store.applicants import add_applicant
from store.finding import keep_applicant_words
from store.tables.connections import Applicant, Parcel


def viewed(session: Session, person: Person, applicant_id: str) -> Applicant:
    """The applicant, for a person who may see accounts; NotFound otherwise."""
    person.must("see-accounts")
    row = session.get(Applicant, applicant_id)
    if row is None:
        raise NotFound(
            say(
                "There is no applicant %(applicant)s. POST /api/applicants/search finds applicants.",
                applicant=repr(applicant_id[:60]),
            )
        )
    return row


def keep(
    office: Services, ask: Ask, *, name: str, phone: str, email: str, language: str, mailing: dict[str, Any]
) -> Answer:
    """The number of the applicant that is kept."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "open-cases")
        must_print(whom(name, mailing))
        record.id = number = f"ap-{uuid4().hex[:12]}"
        add_applicant(
            session, number, name=name, phone=phone, email=email, language=language, mailing=mailing, at=ask.at
        )
        return Answer(status=201, body={"id": number}, headers={"Location": f"/api/applicants/{number}"})

    return once(office.store, ask, Record(act="keep-applicant", kind="applicant", id="new"), work)


def change(
    office: Services,
    ask: Ask,
    applicant_id: str,
    *,
    version: str,
    name: str,
    phone: str,
    email: str,
    language: str,
    mailing: dict[str, Any],
) -> Answer:
    """Nothing but the new ETag; Changed when somebody else was first."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "open-cases")
        row = session.exec(select(Applicant).where(Applicant.id == applicant_id).with_for_update()).first()
        if row is None:
            raise NotFound(say("There is no applicant %(applicant)s.", applicant=repr(applicant_id[:60])))
        if applicant_etag(row) != f'"{version}"':
            raise Changed(say("Somebody changed this applicant since you read it. Read it again first."))
        must_print(whom(name, mailing))
        row.name, row.phone, row.email, row.language, row.mailing = name, phone, email, language, mailing
        session.flush()
        keep_applicant_words(session.connection(), [applicant_id])
        return Answer(status=204, headers={"ETag": applicant_etag(row)})

    return once(office.store, ask, Record(act="change-applicant", kind="applicant", id=applicant_id), work)


def parcel_seen(session: Session, person: Person, apn: str) -> Parcel:
    """The parcel, for a person who may see accounts; NotFound otherwise."""
    person.must("see-accounts")
    row = session.get(Parcel, apn)
    if row is None:
        raise NotFound(say("There is no parcel %(apn)s. PUT /api/parcels/{apn} enters one.", apn=repr(apn[:60])))
    return row


def enter_parcel(office: Services, ask: Ask, apn: str, told: ParcelView) -> Answer:
    """The parcel as it stands now."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "open-cases")
        must_print({"line1": told.line1, "city": told.city})
        row = session.get(Parcel, apn) or Parcel(id=apn)
        for name, value in told.model_dump().items():
            if name != "id":
                setattr(row, name, value)
        session.add(row)
        return Answer(body=parcel_view(row).model_dump(mode="json"))

    return once(office.store, ask, Record(act="enter-parcel", kind="parcel", id=apn), work)
