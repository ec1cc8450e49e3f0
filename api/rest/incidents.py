"""What keeps failing, for a supervisor to retry or skip."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.acts import settling
from api.acts.act import Answer, Ask
from api.acts.many import MOST, Dones, many
from api.library import content_of_case
from api.rest.asking import Asked, answer
from api.rest.bodies import Because, Body, Cursor, Limit
from api.rest.documented import READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.books import IncidentDetail, IncidentView, incident_view
from api.views.leaving_out import if_left_out
from api.views.shown import Page, next_link
from store.queries.cases import incident_page
from store.tables.cases import CaseRow
from workflows.machine.machine import machine_of

router = APIRouter(prefix="/api/incidents", tags=["operators"])


class Retrial(Body):
    """Why it is tried again, where there is something to say."""

    reason: str = Field("", max_length=1000, description="Why.", examples=["The bank has the account now."])


class Settlement(Retrial):
    """Which incidents, what is done with them, and why: needed to skip them."""

    incidents: list[Annotated[str, Field(min_length=1, max_length=80)]] = Field(
        min_length=1, max_length=MOST, description="Their ids."
    )
    how: Literal["retry", "skip"]


IncidentId = Annotated[str, Path(max_length=80, examples=["i-0123456789ab"])]


@router.get("", operation_id="list_incidents", response_model=Page[IncidentView], responses=READ)
def list_incidents(office: Office, person: SignedIn, limit: Limit = 50, cursor: Cursor = None) -> Page[IncidentView]:
    """Lists what keeps failing, the oldest first."""
    settling.may_read(person)
    with office.store.reading() as session:
        page = incident_page(session, limit=limit, cursor=cursor)
    return Page(
        items=[incident_view(row, zone=office.zone) for row in page.items],
        next=next_link("/api/incidents", page.cursor, {"limit": limit}),
    )


@router.get("/{incident_id}", operation_id="get_incident", response_model=IncidentDetail, responses=READ)
def get_incident(office: Office, person: SignedIn, incident_id: IncidentId) -> IncidentDetail:
    """Shows what keeps failing, and what its case would do next if it were skipped."""
    settling.may_read(person)
    with office.store.reading() as session:
        incident = settling.incident_of(session, incident_id)
        row = session.get_one(CaseRow, incident.case_id)
        then = if_left_out(session, machine_of(content_of_case(session, row)), row, incident, at=office.now())
    return IncidentDetail(**incident_view(incident, zone=office.zone).model_dump(), if_skipped=then)


@router.post("/settle", operation_id="settle_incidents", response_model=Dones, responses=WRITE)
async def settle_many(office: Office, ask: Asked, body: Settlement) -> Response:
    """Retries or skips several, and says what became of each; skipping wants a reason."""
    settling.must_say_why(body.how, body.reason)

    async def one(part: Ask, incident: str) -> Answer:
        return await settling.settle(office, part, incident, how=body.how, reason=body.reason)

    return answer(await many(ask, body.incidents, one))


@router.post("/{incident_id}/retry", operation_id="retry_incident", response_model=IncidentView, responses=WRITE)
async def retry(office: Office, ask: Asked, incident_id: IncidentId, body: Retrial | None = None) -> Response:
    """Lets it be tried again, which needs no reason."""
    reason = body.reason if body is not None else ""
    return answer(await settling.settle(office, ask, incident_id, how="retry", reason=reason))


@router.post("/{incident_id}/skip", operation_id="skip_incident", response_model=IncidentView, responses=WRITE)
async def skip(office: Office, ask: Asked, incident_id: IncidentId, body: Because) -> Response:
    """Leaves it out with a reason."""
    return answer(await settling.settle(office, ask, incident_id, how="skip", reason=body.reason))
