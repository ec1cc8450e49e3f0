"""What waits for somebody's approval, as it is shown."""

from __future__ import annotations

from pydantic import Field

from api.views.shown import Moment, Said, Shown, Usd


class ApprovalView(Shown):
    """A task that ends in posting an amount, if somebody approves it."""

    task: str
    title: str
    case: str
    case_title: str
    account: str | None
    kind: str = Field(description="The limit that counts.", examples=["adjustment"])
    amount_usd: Usd | None = Field(description="Null where it is worked out in the task itself.")
    queue: str | None
    assignee: str | None
    due: Moment | None
    late: bool
    limit_usd: Usd | None = Field(description="Up to what the person who asks may approve of this kind.")
    bar: Said | None = Field(description="Why the person who asks may not approve it; null when they may.")
