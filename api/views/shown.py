"""What all shown values share: times with the district's offset, money as decimal strings, pages with a next link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from definitions.language.sentences import Sentence


def _plain(amount: Decimal) -> str:
    return format(amount, "f")


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time has its offset, as 2026-03-09T08:30:00-07:00")
    return moment


def _sentence(value: Any, otherwise: ValidatorFunctionWrapHandler) -> Any:
    return value if isinstance(value, Sentence) else otherwise(value)


Said = Annotated[str, WrapValidator(_sentence)]  #: a text that stays the sentence it is, so that pages say it again
Usd = Annotated[
    Decimal,
    PlainSerializer(_plain, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": r"^-?\d+\.\d{2}$", "examples": ["84.10"], "description": "US dollars."}
    ),
]
Ccf = Annotated[
    Decimal,
    PlainSerializer(_plain, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "examples": ["17.000"], "description": "In ccf."}),
]
Moment = Annotated[datetime, AfterValidator(_aware), PlainSerializer(datetime.isoformat, return_type=str)]


class Shown(BaseModel):
    """Something that is shown: its fields are all that leaves the server."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Item = TypeVar("Item")


class Page(Shown, Generic[Item]):
    """One page of a list, with the way to the next."""

    items: list[Item]
    next: str | None = Field(None, description="Address of the next page, or null on the last.")


def next_link(path: str, cursor: str | None, query: Mapping[str, Any]) -> str | None:
    """The address of the page that begins at the cursor, with the same query; None without a cursor."""
    if cursor is None:
        return None
    kept = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode({**kept, 'cursor': cursor}, doseq=True)}"


def local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """The moment with the district's offset."""
    return None if moment is None else moment.astimezone(zone)
