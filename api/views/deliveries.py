"""What became of an event that came to an account."""

from __future__ import annotations

from pydantic import Field

from api.views.shown import Shown


class Reached(Shown):
    """What one case said to it."""

    case: str
    taken: bool
    step: int | None
    sentence: str | None = Field(description="Why it was not taken.")


class DeliveryView(Shown):
    """Which cases it reached, and which it opened."""

    account: str
    event: str
    reached: list[Reached]
    opened: list[str] = Field(description="Cases that their definitions open on such an event.")
