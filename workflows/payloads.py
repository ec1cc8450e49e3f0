"""The payloads inside one of Temporal's messages, wherever they are in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload


def payloads_in(message: Message) -> Iterator[Payload]:
    """Each payload of a message, a history for example; what is changed in one is changed in the message."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for each in _messages(field, value):
            yield from payloads_in(each)


def _messages(field: Any, value: Any) -> Iterator[Message]:
    if isinstance(value, Message):
        yield value
    elif field.message_type.GetOptions().map_entry:
        if field.message_type.fields_by_name["value"].message_type is not None:
            yield from value.values()
    else:
        yield from value
