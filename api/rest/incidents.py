"""What keeps failing, for a supervisor to retry or skip."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.acts import settling
from api.problems import NotPermitted
from api.rest.asking import Asked, answer
from api.rest.bodies import Because, Cursor, Limit
from api.rest.documented import READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.books import IncidentView, incident_view
from api.views.shown import Page, next_link
from store.queries.cases import incident_page

router = APIRouter(prefix="/api/incidents", tags=["operators"])

IncidentId = Annotated[str, Path(max_length=80, examples=["i-0123456789ab"])]


@router.get("", operation_id="list_incidents", response_model=Page[IncidentView], responses=READ)
def list_incidents(office: Office, person: SignedIn, limit: Limit = 50, cursor: Cursor = None) -> Page[IncidentView]:
    """Lists what keeps failing, the oldest first."""
    if not person.may("settle-incidents") and not person.may("read-audit"):
        raise NotPermitted("Incidents are for supervisors and auditors to read.")
    with office.store.reading() as session:
        page = incident_page(session, limit=limit, cursor=cursor)
    return Page(
        items=[incident_view(row, zone=office.zone) for row in page.items],
        next=next_link("/api/incidents", page.cursor, {"limit": limit}),
    )


@router.post("/{incident_id}/retry", operation_id="retry_incident", response_model=IncidentView, responses=WRITE)
async def retry(office: Office, ask: Asked, incident_id: IncidentId, body: Because) -> Response:
    """Lets it be tried again."""
    return answer(await settling.settle(office, ask, incident_id, how="retry", reason=body.reason))


@router.post("/{incident_id}/skip", operation_id="skip_incident", response_model=IncidentView, responses=WRITE)
async def skip(office: Office, ask: Asked, incident_id: IncidentId, body: Because) -> Response:
    """Leaves it out with a reason."""
    return answer(await settling.settle(office, ask, incident_id, how="skip", reason=body.reason))
