"""A customer's or an applicant's personal data: all of them as JSON, and redacted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from activities.exporting import pieces
from api.acts import redacting
from api.rest.asking import Asked, answer
from api.rest.bodies import Because
from api.rest.documented import READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.redactions import RedactionView

router = APIRouter(prefix="/api/persons/{person_id}", tags=["accounts"])

PersonId = Annotated[str, Path(max_length=80, description="Of a customer or an applicant.", examples=["cu-000001"])]


@router.get(
    "/export",
    operation_id="export_person",
    response_class=StreamingResponse,
    responses=READ | {200: {"description": "All that is kept, by tables.", "content": {"application/json": {}}}},
)
def export_person(office: Office, person: SignedIn, person_id: PersonId) -> StreamingResponse:
    """Writes all that is kept about a person, for the person. Who took it out stands in the audit from then on."""
    found = redacting.taken_out(office, person, person_id)
    download = {"Content-Disposition": 'attachment; filename="person.json"'}
    return StreamingResponse(pieces(found), media_type="application/json", headers=download)


@router.post("/redaction", operation_id="redact_person", response_model=RedactionView, responses=WRITE)
async def redact_person(office: Office, ask: Asked, person_id: PersonId, body: Because) -> Response:
    """Makes a former customer's personal data unreadable. Before their time it is asked for, and somebody else approves it."""
    return answer(await run_in_threadpool(redacting.redact_person, office, ask, person_id, reason=body.reason))


@router.post("/redaction/approve", operation_id="approve_redaction", response_model=RedactionView, responses=WRITE)
async def approve_redaction(office: Office, ask: Asked, person_id: PersonId) -> Response:
    """Agrees to a redaction before its time, which somebody else asked for; it is then done."""
    return answer(await run_in_threadpool(redacting.approve, office, ask, person_id))
