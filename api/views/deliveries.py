"""What became of an event that came to an account."""

from __future__ import annotations

from pydantic import Field

from activities.delivery import Delivered
from api.views.shown import Shown


class Reached(Shown):
    """What one open case said to it."""

    case: str
    taken: bool
    step: int | None
    sentence: str | None = Field(description="Why it was not taken.")


class DeliveryView(Shown):
    """Which cases it reached, which it opened, and which closed ones it opened again."""

    account: str
    event: str
    reached: list[Reached]
    opened: list[str]
    reopened: list[str]


def delivery_view(account: str, event: str, delivered: Delivered) -> DeliveryView:
    """What became of it."""
    taken = [Reached(case=each.case, taken=True, step=each.step, sentence=None) for each in delivered.taken]
    refused = [
        Reached(case=case, taken=False, step=None, sentence=sentence) for case, sentence in delivered.refused.items()
    ]
    return DeliveryView(
        account=account,
        event=event,
        reached=[*taken, *refused],
        opened=list(delivered.opened),
        reopened=list(delivered.reopened),
    )
