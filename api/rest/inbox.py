"""The inbox: what comes in by telephone, mail or over the counter, and memos between people."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, Field
from starlette.concurrency import run_in_threadpool

from api.acts import inbox, inbox_lists, joining, memos
from api.acts.accounts import log_view
from api.rest.asking import Asked, IfMatch, answer, version_of
from api.rest.bodies import Because, Body, Cursor, Limit, UserId
from api.rest.documented import GUARDED, READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.inbox import Channel, ItemTaken, ItemView, MemoView, item_view, memo_view
from api.views.shown import Page, next_link
from api.views.tasks import etag
from store.paging import Page as StorePage
from store.queries import inbox as query
from store.tables.inbox import Memo
from store.tables.utility import Account

router = APIRouter(prefix="/api", tags=["inbox"])

ItemId = Annotated[str, Path(max_length=80, examples=["in-0123456789ab"])]
MemoId = Annotated[str, Path(max_length=80, examples=["m-0123456789ab"])]
Queue = Annotated[str, Field(min_length=1, max_length=120, examples=["customer-service"])]
CaseRef = Annotated[str, Field(min_length=1, max_length=80, description="The case's id.", examples=["c-2345abcdefgh"])]


class NewItem(Body):
    """Something that came in."""

    channel: Channel
    received: AwareDatetime | None = Field(None, description="Its date stamp; by default now.")
    sender: str = Field("", max_length=200, examples=["Maria Lopez"])
    reply_to: str = Field("", max_length=200, description="A telephone number or an address.")
    account: str | None = Field(None, max_length=80, examples=["a-10017"])
    subject: str = Field("", max_length=200, examples=["The last bill"])
    text: str = Field("", max_length=20_000)
    queue: Queue | None = Field(None, description="By default the setting `inbox-queue`.")
    message_id: str | None = Field(
        None,
        min_length=1,
        max_length=400,
        description="The id that the sending system gave it, as an e-mail's Message-ID: sent again, it is one item.",
    )


class ItemChanges(Body):
    """What was found out since; what is left out stays."""

    account: str | None = Field(None, max_length=80, examples=["a-10017"])
    sender: str | None = Field(None, max_length=200)
    reply_to: str | None = Field(None, max_length=200)
    subject: str | None = Field(None, max_length=200)


class ToPerson(Body):
    """Who gets it."""

    to: UserId


class ToQueue(Body):
    """Which queue gets it."""

    queue: Queue


class Joining(Body):
    """The case that the item joins, and the event that it is for it, if it is one."""

    case: CaseRef
    event: str | None = Field(None, max_length=80, pattern=r"^[a-z0-9][a-z0-9-]*$", examples=["customer-replied"])
    data: dict[str, Any] = Field(default_factory=dict, examples=[{}])


class Opening(Body):
    """The case that the item opens."""

    case: str = Field(min_length=1, max_length=120, description="The case type.", examples=["high-consumption"])
    data: dict[str, Any] = Field(default_factory=dict, examples=[{"account": "a-10017"}])


class NewMemo(Body):
    """What is written to somebody."""

    to: UserId | None = None
    crew: str | None = Field(None, min_length=1, max_length=60, examples=["meters"])
    text: str = Field(min_length=1, max_length=4000, examples=["The gate at Orchard Lane is locked; ring first."])
    case: CaseRef | None = None


class MemoWritten(Body):
    """A memo that was written."""

    id: str


@router.get("/inbox", operation_id="list_inbox", response_model=Page[ItemView], responses=READ)
def list_inbox(
    office: Office,
    person: SignedIn,
    queue: Annotated[
        str | None, Query(max_length=120, description="One queue; by default all of the person's.")
    ] = None,
    which: Annotated[
        Literal["waiting", "mine", "all"],
        Query(description="What waits, due first; what the person has taken; all, the newest first."),
    ] = "waiting",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ItemView]:
    """Lists what came in."""
    found = inbox_lists.items_of(office, person, queue=queue, which=which, limit=limit, cursor=cursor)
    at = office.now()
    asked = {"queue": queue, "which": which, "limit": limit}
    return Page(
        items=[item_view(item, at=at, zone=office.zone) for item in found.items],
        next=next_link("/api/inbox", found.cursor, asked),
    )


@router.post("/inbox", operation_id="take_in", status_code=201, response_model=ItemTaken, responses=WRITE)
def take_in(office: Office, ask: Asked, body: NewItem) -> Response:
    """Takes down what came in. An e-mail gateway calls this: sent again with its `message_id`, the answer is 200."""
    came = inbox.Incoming(
        channel=body.channel,
        received_at=body.received,
        sender=body.sender,
        reply_to=body.reply_to,
        account=body.account,
        subject=body.subject,
        text=body.text,
        queue=body.queue,
        foreign_id=body.message_id,
    )
    return answer(inbox.take_in(office, ask, came))


@router.get("/inbox/{item_id}", operation_id="read_item", response_model=ItemView, responses=READ)
def read_item(office: Office, person: SignedIn, item_id: ItemId, response: Response) -> ItemView:
    """Reads one item."""
    with office.store.reading() as session:
        item = inbox.item_seen(session, person, item_id)
        account = session.get(Account, item.account_id) if item.account_id else None
    is_confidential = bool(account and account.confidential)
    log_view(
        office, person, item.account_id, confidential=is_confidential, what="inbox-item", of=item.id, case=item.case_id
    )
    response.headers["ETag"] = etag(item.version)
    return item_view(item, at=office.now(), zone=office.zone)


@router.patch("/inbox/{item_id}", operation_id="change_item", response_model=ItemTaken, responses=GUARDED)
def change_item(office: Office, ask: Asked, item_id: ItemId, body: ItemChanges, if_match: IfMatch = None) -> Response:
    """Changes what is known of an item: whose account it is about, who sent it."""
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    return answer(inbox.change(office, ask, item_id, version=version_of(if_match, "an item"), changes=changes))


@router.post("/inbox/{item_id}/claim", operation_id="claim_item", response_model=ItemTaken, responses=WRITE)
def claim_item(office: Office, ask: Asked, item_id: ItemId) -> Response:
    """Takes the item."""
    return answer(inbox.claim(office, ask, item_id))


@router.post("/inbox/{item_id}/release", operation_id="release_item", response_model=ItemTaken, responses=WRITE)
def release_item(office: Office, ask: Asked, item_id: ItemId) -> Response:
    """Puts the item back into its queue."""
    return answer(inbox.release(office, ask, item_id))


@router.post("/inbox/{item_id}/assign", operation_id="assign_item", response_model=ItemTaken, responses=WRITE)
def assign_item(office: Office, ask: Asked, item_id: ItemId, body: ToPerson) -> Response:
    """Gives the item to somebody who works in its queue."""
    return answer(inbox.assign(office, ask, item_id, to=body.to))


@router.post("/inbox/{item_id}/move", operation_id="move_item", response_model=ItemTaken, responses=WRITE)
def move_item(office: Office, ask: Asked, item_id: ItemId, body: ToQueue) -> Response:
    """Hands the item to another queue."""
    return answer(inbox.move(office, ask, item_id, queue=body.queue))


@router.post("/inbox/{item_id}/join", operation_id="join_item", response_model=ItemTaken, responses=WRITE)
async def join_item(office: Office, ask: Asked, item_id: ItemId, body: Joining) -> Response:
    """Joins the item to a case, as a note or as an event."""
    if body.event is None:
        return answer(await run_in_threadpool(joining.join, office, ask, item_id, body.case))
    return answer(await joining.send(office, ask, item_id, body.case, event=body.event, data=body.data))


@router.post("/inbox/{item_id}/open-case", operation_id="open_from_item", response_model=ItemTaken, responses=WRITE)
async def open_from_item(office: Office, ask: Asked, item_id: ItemId, body: Opening) -> Response:
    """Opens a case from the item."""
    return answer(await joining.open_case(office, ask, item_id, body.case, body.data))


@router.post("/inbox/{item_id}/settle", operation_id="settle_item", response_model=ItemTaken, responses=WRITE)
def settle_item(office: Office, ask: Asked, item_id: ItemId, body: Because) -> Response:
    """Closes the item, which needs nothing."""
    return answer(inbox.settle(office, ask, item_id, reason=body.reason))


@router.post("/inbox/{item_id}/bring-back", operation_id="bring_item_back", response_model=ItemTaken, responses=WRITE)
def bring_item_back(office: Office, ask: Asked, item_id: ItemId, body: Because) -> Response:
    """Brings back an item that was closed as needing nothing."""
    return answer(inbox.bring_back(office, ask, item_id, reason=body.reason))


@router.get("/memos", operation_id="list_memos", response_model=Page[MemoView], responses=READ)
def list_memos(
    office: Office,
    person: SignedIn,
    box: Annotated[Literal["received", "sent"], Query(description="Written to the person, or by them.")] = "received",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[MemoView]:
    """Lists memos with their receipts, the newest first."""
    with office.store.reading() as session:
        found: StorePage[Memo] = (
            query.memos_to(session, person.id, sorted(person.crews), limit=limit, cursor=cursor)
            if box == "received"
            else query.memos_from(session, person.id, limit=limit, cursor=cursor)
        )
        receipts = query.receipts_of(session, [memo.id for memo in found.items])
    return Page(
        items=[memo_view(memo, receipts[memo.id], by=person.id, zone=office.zone) for memo in found.items],
        next=next_link("/api/memos", found.cursor, {"box": box, "limit": limit}),
    )


@router.post("/memos", operation_id="write_memo", status_code=201, response_model=MemoWritten, responses=WRITE)
def write_memo(office: Office, ask: Asked, body: NewMemo) -> Response:
    """Writes to a person or to a crew."""
    return answer(memos.write(office, ask, to=body.to, crew=body.crew, text=body.text, case=body.case))


@router.post(
    "/memos/{memo_id}/read", operation_id="read_memo", status_code=204, response_class=Response, responses=WRITE
)
def read_memo(office: Office, ask: Asked, memo_id: MemoId) -> Response:
    """Leaves the receipt: the person has read it."""
    return answer(memos.read(office, ask, memo_id))
