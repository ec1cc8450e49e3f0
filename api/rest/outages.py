"""Outages: where the water is off for planned work or in an emergency."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, Field

from api.acts import outages
from api.acts.accounts import log_view, viewed
from api.rest.asking import Asked, IfMatch, answer, version_of
from api.rest.bodies import AccountId, Body, Cursor, Limit
from api.rest.documented import GUARDED, READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.outages import Extent, Kind, OutageView, outage_view
from api.views.shown import Page, next_link
from store.queries.outages import outage_page, outages_at

router = APIRouter(prefix="/api", tags=["outages"])

OutageId = Annotated[str, Path(max_length=40, description="The outage's id.", examples=["ou-0123456789ab"])]
Text = Annotated[str, Field(min_length=1, max_length=500, description="As customers are told.")]


class NewOutage(Body):
    """What is announced."""

    kind: Kind
    begins: AwareDatetime | None = Field(None, description="Null: now.")
    expected_until: AwareDatetime | None = Field(None, description="Null while nobody knows.")
    reason: Text
    extent: Extent


class OutageChanges(Body):
    """What is otherwise now; what is left out stays."""

    kind: Kind | None = None
    begins: AwareDatetime | None = None
    expected_until: AwareDatetime | None = None
    reason: Text | None = None
    extent: Extent | None = None


class OutageEnd(Body):
    """When the water came back."""

    at: AwareDatetime | None = Field(None, description="Null: now.")


@router.get("/outages", operation_id="list_outages", response_model=Page[OutageView], responses=READ)
def list_outages(
    office: Office,
    person: SignedIn,
    standing: Annotated[bool | None, Query(description="Those that are not over, or only those that are.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[OutageView]:
    """Lists outages, those that begin last first."""
    person.must("see-accounts")
    with office.store.reading() as session:
        page = outage_page(session, standing=standing, limit=limit, cursor=cursor)
    return Page(
        items=[outage_view(row, at=office.now(), zone=office.zone) for row in page.items],
        next=next_link("/api/outages", page.cursor, {"standing": standing, "limit": limit}),
    )


@router.post("/outages", operation_id="announce_outage", status_code=201, response_model=OutageView, responses=WRITE)
def announce(office: Office, ask: Asked, body: NewOutage) -> Response:
    """Announces an outage: whoever opens an account there sees it from now on."""
    new = outages.NewOutage(
        kind=body.kind,
        begins=body.begins,
        expected_until=body.expected_until,
        reason=body.reason,
        extent=body.extent,
    )
    return answer(outages.announce(office, ask, new))


@router.get("/outages/{outage_id}", operation_id="read_outage", response_model=OutageView, responses=READ)
def read(office: Office, person: SignedIn, response: Response, outage_id: OutageId) -> OutageView:
    """Reads an outage."""
    person.must("see-accounts")
    with office.store.reading() as session:
        row = outages.outage_of(session, outage_id)
    response.headers["ETag"] = f'"{row.version}"'
    return outage_view(row, at=office.now(), zone=office.zone)


@router.patch("/outages/{outage_id}", operation_id="change_outage", response_model=OutageView, responses=GUARDED)
def change(office: Office, ask: Asked, outage_id: OutageId, body: OutageChanges, if_match: IfMatch = None) -> Response:
    """Changes an outage that is not over."""
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    return answer(outages.change(office, ask, outage_id, version=version_of(if_match, "an outage"), changes=changes))


@router.post("/outages/{outage_id}/end", operation_id="end_outage", response_model=OutageView, responses=WRITE)
def end(office: Office, ask: Asked, outage_id: OutageId, body: OutageEnd) -> Response:
    """Ends an outage: the water is back. One that had not begun is called off."""
    at: datetime | None = body.at
    return answer(outages.end(office, ask, outage_id, at=at))


@router.get(
    "/accounts/{account_id}/outages",
    operation_id="list_account_outages",
    response_model=Page[OutageView],
    responses=READ,
)
def list_of_account(office: Office, person: SignedIn, account_id: AccountId) -> Page[OutageView]:
    """Lists the outages that concern an account's premise now, later or until yesterday, the earliest first."""
    with office.store.reading() as session:
        account = viewed(session, person, account_id)
        found = outages_at(session, account.premise_id, office.now())
    log_view(office, person, account_id, confidential=account.confidential, what="outages")
    return Page(items=[outage_view(row, at=office.now(), zone=office.zone) for row in found])
