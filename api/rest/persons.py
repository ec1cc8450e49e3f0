"""A customer's or an applicant's personal data: what stands in the way of redacting them, all of them as JSON, redacted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from activities.exporting import pieces
from api.acts import redacting
from api.rest.asking import Asked, answer
from api.rest.bodies import Because, Cursor, Limit
from api.rest.documented import READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.redactions import PersonalDataView, RedactionView, redaction_view
from api.views.shown import Page, Shown, next_link
from store.paging import read_cursor

router = APIRouter(tags=["accounts"])

REDACTIONS = "/api/redactions"
PERSON = "/api/persons/{person_id}"

PersonId = Annotated[str, Path(max_length=80, description="Of a customer or an applicant.", examples=["cu-000001"])]


class Refused(Shown):
    """Whose redaction was refused."""

    person: str = Field(examples=["cu-000001"])


@router.get(REDACTIONS, operation_id="list_redactions", response_model=Page[RedactionView], responses=READ)
def list_redactions(
    office: Office,
    person: SignedIn,
    waiting: Annotated[
        bool, Query(description="Those that wait for their second person, not those that are done.")
    ] = True,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RedactionView]:
    """Lists redactions, the newest first."""
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    found = redacting.redactions(office, person, waiting=waiting, key=key, limit=limit)
    following = next_link(REDACTIONS, found.cursor, {"waiting": str(waiting).lower(), "limit": limit})
    return Page(items=[redaction_view(row, zone=office.zone) for row in found.items], next=following)


@router.get(PERSON, operation_id="get_personal_data", response_model=PersonalDataView, responses=READ)
def get_personal_data(office: Office, person: SignedIn, person_id: PersonId) -> PersonalDataView:
    """Says which accounts and cases a person has, and what stands in the way of redacting their data today."""
    return redacting.of_person(office, person, person_id)


@router.get(
    f"{PERSON}/export",
    operation_id="export_person",
    response_class=StreamingResponse,
    responses=READ | {200: {"description": "All that is kept, by tables.", "content": {"application/json": {}}}},
)
def export_person(office: Office, person: SignedIn, person_id: PersonId) -> StreamingResponse:
    """Writes all that is kept about a person, for the person. Who took it out stands in the audit from then on."""
    found = redacting.taken_out(office, person, person_id)
    download = {"Content-Disposition": 'attachment; filename="person.json"'}
    return StreamingResponse(pieces(found), media_type="application/json", headers=download)


@router.post(f"{PERSON}/redaction", operation_id="redact_person", response_model=RedactionView, responses=WRITE)
async def redact_person(office: Office, ask: Asked, person_id: PersonId, body: Because) -> Response:
    """Makes a former customer's personal data unreadable. Before their time it is asked for, and somebody else approves it."""
    return answer(await run_in_threadpool(redacting.redact_person, office, ask, person_id, reason=body.reason))


@router.post(
    f"{PERSON}/redaction/approve",
    operation_id="approve_redaction",
    response_model=RedactionView,
    responses=WRITE,
)
async def approve_redaction(office: Office, ask: Asked, person_id: PersonId) -> Response:
    """Agrees to a redaction before its time, which somebody else asked for; it is then done."""
    return answer(await run_in_threadpool(redacting.approve, office, ask, person_id))


@router.post(f"{PERSON}/redaction/refuse", operation_id="refuse_redaction", response_model=Refused, responses=WRITE)
async def refuse_redaction(office: Office, ask: Asked, person_id: PersonId) -> Response:
    """Refuses or takes back a redaction that was asked for before its time: nothing is redacted."""
    return answer(await run_in_threadpool(redacting.refuse, office, ask, person_id))
