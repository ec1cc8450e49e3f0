"""Proposed definitions: one person proposes (`POST /api/definitions`), a second one approves or sends back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from api.acts import proposing
from api.rest.asking import Asked, answer
from api.rest.bodies import Because, Cursor, Limit
from api.rest.documented import READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.bench import ProposalDetail, ProposalView, proposal_detail, proposal_view
from api.views.books import DefinitionView
from api.views.shown import Page, next_link
from store.queries.bench import proposal_page

router = APIRouter(prefix="/api/proposals", tags=["definitions"])

ProposalId = Annotated[str, Path(max_length=40, description="The proposal's id.", examples=["pr-0123456789ab"])]


@router.get("", operation_id="list_proposals", response_model=Page[ProposalView], responses=READ)
def list_proposals(
    office: Office,
    person: SignedIn,
    case: Annotated[str | None, Query(max_length=120, description="Of this case type.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ProposalView]:
    """Lists what was proposed, the newest first."""
    with office.store.reading() as session:
        page = proposal_page(session, case, limit=limit, cursor=cursor)
    return Page(
        items=[proposal_view(row, zone=office.zone) for row in page.items],
        next=next_link("/api/proposals", page.cursor, {"case": case, "limit": limit}),
    )


@router.get("/{proposal_id}", operation_id="read_proposal", response_model=ProposalDetail, responses=READ)
def read_proposal(office: Office, person: SignedIn, proposal_id: ProposalId) -> ProposalDetail:
    """Reads a proposal with its text."""
    with office.store.reading() as session:
        return proposal_detail(proposing.proposal(session, proposal_id), zone=office.zone)


@router.post(
    "/{proposal_id}/approve",
    operation_id="approve_proposal",
    status_code=201,
    response_model=DefinitionView,
    responses=WRITE,
)
def approve(office: Office, ask: Asked, proposal_id: ProposalId) -> Response:
    """Publishes what somebody else has proposed; open cases keep their version."""
    return answer(proposing.approve(office, ask, proposal_id))


@router.post(
    "/{proposal_id}/send-back", operation_id="send_proposal_back", response_model=ProposalView, responses=WRITE
)
def send_back(office: Office, ask: Asked, proposal_id: ProposalId, body: Because) -> Response:
    """Sends a proposal of somebody else back, with a reason."""
    return answer(proposing.send_back(office, ask, proposal_id, reason=body.reason))


@router.post("/{proposal_id}/withdraw", operation_id="withdraw_proposal", response_model=ProposalView, responses=WRITE)
def withdraw(office: Office, ask: Asked, proposal_id: ProposalId) -> Response:
    """Withdraws one's own proposal."""
    return answer(proposing.withdraw(office, ask, proposal_id))
