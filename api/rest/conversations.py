"""The contact log of an account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from api.acts import conversing
from api.acts.accounts import log_view, viewed
from api.rest.asking import Asked, answer
from api.rest.bodies import AccountId, Body, Cursor, Limit
from api.rest.documented import READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views import conversations as shown
from api.views.conversations import ConversationView, conversation_view
from api.views.shown import Page, Shown, next_link
from store.queries.conversations import conversation_page

router = APIRouter(prefix="/api/accounts", tags=["accounts"])


class NewConversation(Body):
    """Who spoke with whom, how they proved who they are, and what was offered."""

    channel: shown.Channel = "telephone"
    spoke_with: shown.SpokeWith
    incoming: bool = True
    asked: dict[shown.Asked, bool] = Field(
        default_factory=dict,
        description="What they were asked, and whether it matched.",
        examples=[{"name": True, "telephone": True}],
    )
    offered: list[shown.Offer] = Field(default_factory=list, max_length=2)
    told_of: Annotated[str | None, Field(max_length=40, description="The outage that they were told of.")] = None
    text: str = Field("", max_length=4000)
    case: Annotated[str | None, Field(max_length=60, description="The case that it was about.")] = None


class NotedConversation(Shown):
    """That it is noted."""

    id: str
    verified: bool


@router.get(
    "/{account_id}/conversations",
    operation_id="list_conversations",
    response_model=Page[ConversationView],
    responses=READ,
)
def list_conversations(
    office: Office, person: SignedIn, account_id: AccountId, limit: Limit = 50, cursor: Cursor = None
) -> Page[ConversationView]:
    """Lists the conversations with the account's customer, the newest first."""
    with office.store.reading() as session:
        account = viewed(session, person, account_id)
        page = conversation_page(session, account_id, limit=limit, cursor=cursor)
    log_view(office, person, account_id, confidential=account.confidential, what="conversations")
    return Page(
        items=[conversation_view(row, zone=office.zone) for row in page.items],
        next=next_link(f"/api/accounts/{account_id}/conversations", page.cursor, {"limit": limit}),
    )


@router.post(
    "/{account_id}/conversations",
    operation_id="note_conversation",
    status_code=201,
    response_model=NotedConversation,
    responses=WRITE,
)
async def note_conversation(office: Office, ask: Asked, account_id: AccountId, body: NewConversation) -> Response:
    """Notes a conversation; the account's open cases hear of a telephone call in which somebody was reached."""
    said = conversing.Said(
        channel=body.channel,
        spoke_with=body.spoke_with,
        incoming=body.incoming,
        asked={str(name): matched for name, matched in body.asked.items()},
        offered=tuple(dict.fromkeys(body.offered)),
        told_of=body.told_of,
        text=body.text,
        case=body.case,
    )
    return answer(await conversing.note_conversation(office, ask, account_id, said))
