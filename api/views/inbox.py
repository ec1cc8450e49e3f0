"""What came in, and memos, as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from api.views.shown import Moment, Said, Shown, local
from definitions.language.sentences import again
from store.tables.inbox import InboxItem, Memo, MemoRead

Channel = Literal["call", "voicemail", "email", "fax", "letter", "walk-in", "web"]


class ItemTaken(Shown):
    """Where an item stands, without what is personal in it."""

    id: str = Field(examples=["in-0123456789ab"])
    channel: Channel
    status: Literal["open", "joined", "opened", "settled"] = Field(
        description="Waiting; joined to a case; it has opened a case; it needed nothing."
    )
    received: Moment = Field(description="The date stamp.")
    due: Moment = Field(description="By when somebody should have seen to it.")
    late: bool
    queue: str
    assignee: str | None
    account: str | None
    case: str | None
    closed: Moment | None
    closed_by: str | None
    version: int


class ItemView(ItemTaken):
    """A call, an e-mail, a letter, a walk-in."""

    sender: str
    reply_to: str = Field(description="A telephone number or an address.")
    subject: str
    text: str
    taken_in: Moment
    taken_in_by: str
    reason: str | None = Field(description="Why it needed nothing.")


class Receipt(Shown):
    """Who has read a memo, and when."""

    user: str
    read: Moment


class MemoView(Shown):
    """What one person wrote to another, or to a crew."""

    id: str
    sender: str
    to: str | None = Field(description="The person.")
    crew: str | None = Field(description="The crew, if it is for all of its people.")
    at: Moment
    text: Said
    case: str | None
    read: list[Receipt]
    is_read: bool = Field(description="Whether the person who asks has read it.")


def taken_view(item: InboxItem, *, at: datetime, zone: ZoneInfo) -> ItemTaken:
    """Where the item stands."""
    return ItemTaken.model_validate(_standing(item, at, zone))


def item_view(item: InboxItem, *, at: datetime, zone: ZoneInfo) -> ItemView:
    """The item as it is shown."""
    return ItemView.model_validate(
        {
            **_standing(item, at, zone),
            "sender": item.sender,
            "reply_to": item.reply_to,
            "subject": item.subject,
            "text": item.text,
            "taken_in": item.taken_in_at.astimezone(zone),
            "taken_in_by": item.taken_in_by,
            "reason": item.reason,
        }
    )


def memo_view(memo: Memo, read: Sequence[MemoRead], *, by: str, zone: ZoneInfo) -> MemoView:
    """The memo as it is shown to somebody."""
    return MemoView(
        id=memo.id,
        sender=memo.sender,
        to=memo.to_user,
        crew=memo.to_crew,
        at=memo.at.astimezone(zone),
        text=again(memo.text, memo.said),
        case=memo.case_id,
        read=[Receipt(user=each.user_id, read=each.read_at.astimezone(zone)) for each in read],
        is_read=any(each.user_id == by for each in read),
    )


def _standing(item: InboxItem, at: datetime, zone: ZoneInfo) -> dict[str, object]:
    return {
        "id": item.id,
        "channel": item.channel,
        "status": item.status,
        "received": item.received_at.astimezone(zone),
        "due": item.due_at.astimezone(zone),
        "late": item.closed_at is None and item.due_at < at,
        "queue": item.queue,
        "assignee": item.assignee,
        "account": item.account_id,
        "case": item.case_id,
        "closed": local(item.closed_at, zone),
        "closed_by": item.closed_by,
        "version": item.version,
    }
