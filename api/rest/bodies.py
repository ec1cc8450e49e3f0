"""What request bodies and paths share."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator


class Body(BaseModel):
    """A request's body: unknown fields are refused, and so is what is no text."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _is_text(cls, given: Any) -> Any:
        if _holds_half(given):
            raise ValueError("holds half of a character (a surrogate without its other half), which is no text")
        return given


CaseId = Annotated[str, Path(description="The case's id.", max_length=80, examples=["c-2345abcdefgh"])]
TaskId = Annotated[
    str,
    Path(description="The case's id, a dot, and the number of the run.", max_length=100, examples=["c-2345abcdefgh.1"]),
]
AccountId = Annotated[str, Path(description="The account's number.", max_length=80, examples=["a-10017"])]
UserName = Annotated[str, Path(description="A person's short name.", max_length=60, examples=["rep"])]
EventName = Annotated[
    str,
    Path(
        max_length=80, pattern=r"^[a-z0-9][a-z0-9-]*$", description="The event's name.", examples=["payment-received"]
    ),
]
UserId = Annotated[str, Field(min_length=1, max_length=60, description="A person's short name.", examples=["rep2"])]
Reason = Annotated[str, Field(min_length=1, max_length=1000, description="Why.", examples=["The meter was misread."])]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(max_length=500, description="Where the page begins: taken from `next` of the page before.")
]


class EventData(Body):
    """What an event brings along, as the definition's `messages` declare it."""

    data: dict[str, Any] = Field(default_factory=dict, examples=[{}])


class Because(Body):
    """Why."""

    reason: Reason


class NewNote(Body):
    """What to write down."""

    text: str = Field(min_length=1, max_length=4000, examples=["The customer is on holiday until the 14th."])


def _holds_half(value: Any) -> bool:
    """Whether a text somewhere in it cannot be written: JSON lets `\\ud800` stand alone, databases and histories do not."""
    match value:
        case str():
            return not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value)
        case dict():
            return any(_holds_half(each) for pair in value.items() for each in pair)
        case list():
            return any(_holds_half(each) for each in value)
        case _:
            return False
