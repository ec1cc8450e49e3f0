"""Applicants, parcels, registers of devices, and the monthly report on new connections."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.acts import applicants, registering
from api.acts.queue import visible
from api.acts.rules import must_see_account
from api.problems import NotFound
from api.rest.asking import Asked, IfMatch, answer, version_of
from api.rest.bodies import Body, Cursor, Limit
from api.rest.documented import GUARDED, READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.accounts import MailingAddress
from api.views.cases import CaseView, case_view
from api.views.connections import (
    ApplicantMade,
    ApplicantView,
    ConnectionReport,
    ParcelView,
    RegisterEventView,
    RegisterItemView,
    applicant_etag,
    applicant_view,
    connection_line,
    event_view,
    item_view,
    parcel_view,
)
from api.views.shown import Page, next_link
from definitions.language.sentences import say
from store import registers
from store.connections import new_connections
from store.queries.cases import case_page
from store.queries.finding import search_applicants
from store.tables.connections import RegisterItem

router = APIRouter(prefix="/api", tags=["connections"])

ApplicantId = Annotated[str, Path(max_length=80, description="The applicant's number.", examples=["ap-2x7mpqk4hvta"])]
Apn = Annotated[
    str,
    Path(
        max_length=40,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$",
        description="The assessor's parcel number.",
        examples=["114-020-07"],
    ),
]
ItemId = Annotated[str, Path(max_length=120, description="The device's number in its register.")]
Register = Annotated[Literal["backflow", "grease"], Path(description="Which register.")]


class NewApplicant(Body):
    """Somebody who asks for service."""

    name: str = Field(min_length=1, max_length=200, examples=["Maria Lopez"])
    phone: str = Field("", max_length=40)
    email: str = Field("", max_length=200)
    language: str = Field("en", pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$", description="Of letters: BCP 47.")
    mailing: MailingAddress = Field(description="Where letters go.")


class ApplicantSearch(Body):
    """What to look for: words of a name, a telephone number, an applicant's number."""

    words: str = Field(min_length=1, max_length=200, examples=["lopez"])
    limit: int = Field(20, ge=1, le=100)


class NewParcel(Body):
    """What is known of a parcel."""

    line1: str = Field("", max_length=120)
    city: str = Field("", max_length=80)
    zip: str = Field("", max_length=20)
    legal: str = Field("", max_length=500)
    zone: str = Field("", max_length=40)
    area: str = Field("", max_length=80)
    inside: bool | None = None
    route: str = Field("", max_length=40)
    map: str = Field("", max_length=80)
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)


class NewEvent(Body):
    """Something that was done with a device."""

    on: date = Field(examples=["2026-03-06"])
    kind: Literal["tested", "inspected", "pumped", "removed"]
    passed: bool | None = Field(None, description="Of a test.")
    percent: int | None = Field(None, ge=0, le=100, description="Of an inspection: grease and solids of the depth.")
    note: str = Field("", max_length=1000)


@router.post(
    "/applicants",
    operation_id="keep_applicant",
    status_code=201,
    response_model=ApplicantMade,
    responses=WRITE,
)
def keep_applicant(office: Office, ask: Asked, body: NewApplicant) -> Response:
    """Keeps an applicant; their number then opens a case."""
    return answer(
        applicants.keep(
            office,
            ask,
            name=body.name,
            phone=body.phone,
            email=body.email,
            language=body.language,
            mailing=body.mailing.model_dump(),
        )
    )


@router.post("/applicants/search", operation_id="search_applicants", response_model=Page[ApplicantView], responses=READ)
def search(office: Office, person: SignedIn, body: ApplicantSearch) -> Page[ApplicantView]:
    """Finds applicants. A POST, so that no name stands in an address; it changes nothing and needs no key."""
    person.must("see-accounts")
    with office.store.reading() as session:
        found = search_applicants(session, body.words, body.limit)
    return Page(items=[applicant_view(row, zone=office.zone) for row in found])


@router.get("/applicants/{applicant_id}", operation_id="read_applicant", response_model=ApplicantView, responses=READ)
def read_applicant(office: Office, person: SignedIn, applicant_id: ApplicantId, response: Response) -> ApplicantView:
    """Reads an applicant; the ETag is needed to change them."""
    with office.store.reading() as session:
        row = applicants.viewed(session, person, applicant_id)
    response.headers["ETag"] = applicant_etag(row)
    return applicant_view(row, zone=office.zone)


@router.put(
    "/applicants/{applicant_id}",
    operation_id="change_applicant",
    status_code=204,
    response_class=Response,
    responses=GUARDED,
)
def change_applicant(
    office: Office, ask: Asked, applicant_id: ApplicantId, body: NewApplicant, if_match: IfMatch = None
) -> Response:
    """Changes who the applicant is and how they are reached."""
    return answer(
        applicants.change(
            office,
            ask,
            applicant_id,
            version=version_of(if_match, "an applicant"),
            name=body.name,
            phone=body.phone,
            email=body.email,
            language=body.language,
            mailing=body.mailing.model_dump(),
        )
    )


@router.get(
    "/applicants/{applicant_id}/cases",
    operation_id="list_applicant_cases",
    response_model=Page[CaseView],
    responses=READ,
)
def list_cases(
    office: Office, person: SignedIn, applicant_id: ApplicantId, limit: Limit = 50, cursor: Cursor = None
) -> Page[CaseView]:
    """Lists the applicant's cases, the newest first."""
    with office.store.reading() as session:
        applicants.viewed(session, person, applicant_id)
        page = case_page(session, applicant=applicant_id, limit=limit, cursor=cursor)
        seen = visible(session, person, page.items)
    return Page(
        items=[case_view(row, zone=office.zone) for row in seen],
        next=next_link(f"/api/applicants/{applicant_id}/cases", page.cursor, {"limit": limit}),
    )


@router.get("/parcels/{apn}", operation_id="read_parcel", response_model=ParcelView, responses=READ)
def read_parcel(office: Office, person: SignedIn, apn: Apn) -> ParcelView:
    """Reads a parcel: boundary, zone, legal description."""
    with office.store.reading() as session:
        return parcel_view(applicants.parcel_seen(session, person, apn))


@router.put("/parcels/{apn}", operation_id="enter_parcel", response_model=ParcelView, responses=WRITE)
def enter_parcel(office: Office, ask: Asked, apn: Apn, body: NewParcel) -> Response:
    """Enters a parcel, or replaces what is known of it."""
    return answer(applicants.enter_parcel(office, ask, apn, ParcelView(id=apn, **body.model_dump())))


@router.get(
    "/registers/{register}", operation_id="list_register", response_model=Page[RegisterItemView], responses=READ
)
def list_register(
    office: Office,
    person: SignedIn,
    register: Register,
    due_before: Annotated[date | None, Query(description="Only what is due before this day.")] = None,
    account: Annotated[str | None, Query(max_length=200, description="The account's number.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RegisterItemView]:
    """Lists the devices of a register that are there, what is due first."""
    person.must("see-accounts")
    with office.store.reading() as session:
        must_see_account(session, person, account)
        page = registers.items_page(
            session, register, due_before=due_before, account=account, limit=limit, cursor=cursor
        )
        seen = visible(session, person, page.items)
    asked = {"due_before": due_before, "account": account, "limit": limit}
    return Page(
        items=[item_view(item, today=office.today()) for item in seen],
        next=next_link(f"/api/registers/{register}", page.cursor, asked),
    )


@router.get(
    "/registers/items/{item_id}/events",
    operation_id="list_register_events",
    response_model=Page[RegisterEventView],
    responses=READ,
)
def list_events(office: Office, person: SignedIn, item_id: ItemId) -> Page[RegisterEventView]:
    """Lists what was done with a device, the newest first."""
    person.must("see-accounts")
    with office.store.reading() as session:
        item = session.get(RegisterItem, item_id)
        if item is None:
            raise NotFound(say("There is no device %(item)s in the registers.", item=repr(item_id[:60])))
        must_see_account(session, person, item.account_id)
        return Page(items=[event_view(event) for event in registers.events_of(session, item_id)])


@router.post(
    "/registers/items/{item_id}/events",
    operation_id="take_down_register_event",
    status_code=201,
    response_model=RegisterEventView,
    responses=WRITE,
)
def take_down(office: Office, ask: Asked, item_id: ItemId, body: NewEvent) -> Response:
    """Takes down a test, an inspection, a pump-out or the removal of a device; says when the next is due."""
    doing = registering.Doing(**body.model_dump())
    return answer(registering.take_down(office, ask, item_id, doing))


@router.get(
    "/reports/new-connections/{month}",
    operation_id="report_new_connections",
    response_model=ConnectionReport,
    responses=READ,
)
def report(
    office: Office,
    person: SignedIn,
    month: Annotated[str, Path(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="The month.", examples=["2026-11"])],
) -> ConnectionReport:
    """Reads the report on new connections of a month: each project that was open, with stage, fees and deposit."""
    person.must("see-accounts")
    with office.store.reading() as session:
        found = new_connections(session, month, office.zone)
    return ConnectionReport(
        month=found.month,
        opened=found.opened,
        finished=found.finished,
        ended=found.ended,
        lines=[connection_line(line) for line in found.lines],
    )
