"""The contact log of an account as it is shown."""

from __future__ import annotations

from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from api.views.shown import Moment, Shown
from store.tables.conversations import Conversation

Channel = Literal["telephone", "counter", "email", "letter", "site"]
SpokeWith = Literal["customer", "adult", "other", "nobody"]
Asked = Literal["name", "service-address", "telephone", "mailing-address", "last-payment", "last-bill", "photo-id"]
Offer = Literal["policy", "options"]

EXAMPLE: dict[str, Any] = {
    "id": "co-0123456789ab",
    "account": "a-10017",
    "case": None,
    "at": "2026-03-09T10:42:00-07:00",
    "by": "rep",
    "channel": "telephone",
    "incoming": True,
    "spoke_with": "customer",
    "asked": {"name": True, "telephone": True},
    "verified": True,
    "offered": ["policy", "options"],
    "told_of": None,
    "text": "Asks for more time.",
}


class ConversationView(Shown):
    """A conversation with the account's customer, or a try at one."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: str
    account: str
    case: str | None = Field(description="The case that it was about.")
    at: Moment
    by: str
    channel: Channel
    incoming: bool = Field(description="They came to the district, not the district to them.")
    spoke_with: SpokeWith = Field(description="The customer, another adult there, somebody else, nobody.")
    asked: dict[Asked, bool] = Field(description="What they were asked, and whether it matched; never what they said.")
    verified: bool = Field(description="Whether enough of it matched.")
    offered: list[Offer] = Field(description="The two offers of H&S 116908(a)(1)(B), as far as they were made.")
    told_of: str | None = Field(description="The outage that they were told of.")
    text: str


def conversation_view(row: Conversation, *, zone: ZoneInfo) -> ConversationView:
    """The conversation as it is shown."""
    return ConversationView(
        id=row.id,
        account=row.account_id,
        case=row.case_id,
        at=row.at.astimezone(zone),
        by=row.by,
        channel=row.channel,
        incoming=row.incoming,
        spoke_with=row.spoke_with,
        asked=row.asked,
        verified=row.verified,
        offered=row.offered,
        told_of=row.told_of,
        text=row.text,
    )
