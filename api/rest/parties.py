"""Who stands beside an account's customer: counsel, trustee, and who is told of an impending shut-off."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import Field
from sqlmodel import col, select

from api.acts import parties
from api.acts.accounts import log_view, viewed
from api.rest.asking import Asked, answer
from api.rest.bodies import AccountId, Body
from api.rest.documented import READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.accounts import MailingAddress
from api.views.shown import Page, Shown
from store.tables.parties import AccountParty

router = APIRouter(prefix="/api/accounts", tags=["accounts"])

Role = Annotated[Literal["counsel", "trustee", "third-party"], Path(description="What they are to the customer.")]


class Party(Body):
    """Somebody beside the customer, and where letters to them go."""

    name: str = Field(min_length=1, max_length=120, examples=["Law Office of A. Byrne"])
    mailing: MailingAddress


class PartyView(Shown):
    """Somebody beside the customer."""

    role: str
    name: str
    mailing: MailingAddress


@router.get("/{account_id}/parties", operation_id="list_parties", response_model=Page[PartyView], responses=READ)
def list_parties(office: Office, person: SignedIn, account_id: AccountId) -> Page[PartyView]:
    """Lists who is noted beside the customer."""
    with office.store.reading() as session:
        account = viewed(session, person, account_id)
        query = select(AccountParty).where(AccountParty.account_id == account_id).order_by(col(AccountParty.role))
        found = [
            PartyView(role=party.role, name=party.name, mailing=MailingAddress.model_validate(party.mailing))
            for party in session.exec(query)
        ]
    log_view(office, person, account_id, confidential=account.confidential, what="parties")
    return Page(items=found)


@router.put(
    "/{account_id}/parties/{role}",
    operation_id="note_party",
    status_code=204,
    response_class=Response,
    responses=WRITE,
)
def note_party(office: Office, ask: Asked, account_id: AccountId, role: Role, body: Party) -> Response:
    """Notes who it is, in place of whoever was noted before.

    A third party is told of an impending shut-off, as a customer of 65 years or more or a dependent adult asked (Gov.
    Code 60373(c)); it owes nothing, and nothing waits for it."""
    mailing = body.mailing.model_dump()
    return answer(parties.note_party(office, ask, account_id, role, name=body.name, mailing=mailing))


@router.delete(
    "/{account_id}/parties/{role}",
    operation_id="forget_party",
    status_code=204,
    response_class=Response,
    responses=WRITE,
)
def forget_party(office: Office, ask: Asked, account_id: AccountId, role: Role) -> Response:
    """Takes the note away; letters go to the customer again."""
    return answer(parties.forget_party(office, ask, account_id, role))
