"""Keyset pages: a page ends with a cursor that says where the next one begins, whatever was added meanwhile."""

from __future__ import annotations

import base64
import binascii
import heapq
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, literal, tuple_

from definitions.language.sentences import say

T = TypeVar("T")
Key = tuple[Any, ...]


class CursorError(ValueError):
    """A cursor that no page of this list has given out; `code` is stable."""

    code = "bad-cursor"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[T]):
    """A page of a list, and where the next one begins: None on the last."""

    items: list[T]
    cursor: str | None


def write_cursor(key: Key) -> str:
    """The cursor that stands for a place in a list."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in key]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(cursor: str, kinds: Sequence[Any]) -> Key:
    """The place that a cursor stands for; CursorError when it is not one of this list's."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise CursorError(say("the cursor is of another list"))
        key = tuple(
            kind.fromisoformat(value) if kind in (date, datetime) else value
            for value, kind in zip(values, kinds, strict=True)
        )
    except (binascii.Error, UnicodeDecodeError, ValueError, TypeError) as wrong:
        raise CursorError(say("the cursor is none that a page of this list has given out")) from wrong
    if not all(type(value) is kind and _has_zone(value) for value, kind in zip(key, kinds, strict=True)):
        raise CursorError(say("the cursor is of another list"))
    return key


def after(query: Select[Any], columns: Sequence[Any], key: Key | None, *, down: bool = False) -> Select[Any]:
    """The query in the order of these columns, from after the key on."""
    if key is not None:
        place = tuple_(*(literal(value, column.type) for value, column in zip(key, columns, strict=True)))
        query = query.where(tuple_(*columns) < place if down else tuple_(*columns) > place)
    return query.order_by(*(column.desc() if down else column.asc() for column in columns))


def page_of(streams: Iterable[Iterable[T]], key_of: Callable[[T], Key], limit: int, *, down: bool = False) -> Page[T]:
    """The first `limit` of sorted streams together. Each stream has at least `limit + 1` items, or all there are."""
    merged = heapq.merge(*streams, key=key_of, reverse=down)
    items = [item for _, item in zip(range(limit + 1), merged, strict=False)]
    more = len(items) > limit
    return Page(items=items[:limit], cursor=write_cursor(key_of(items[limit - 1])) if more else None)


def _has_zone(value: Any) -> bool:
    return not isinstance(value, datetime) or value.tzinfo is not None
