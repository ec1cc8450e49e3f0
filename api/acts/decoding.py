"""Payloads decoded for Temporal's own pages, and encoded for what is sent from there; each decoding is in the audit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from temporalio.api.common.v1 import Payload, Payloads

from api.problems import Invalid
from api.security.people import Person
from api.services import Services
from definitions.language.sentences import say, sentence_of, whole
from store.tables.audit import Audit
from workflows.codec import CodecError

RIGHTS: Final = ("read-payloads", "see-confidential")  #: a payload may be of a confidential account


async def decoded(office: Services, person: Person, body: dict[str, Any]) -> dict[str, Any]:
    """The payloads as they were before they were encrypted; who read so many stands in the audit before they leave."""
    payloads = _asked(person, body)
    try:
        opened = await office.codec.decode(payloads) if office.codec else payloads
    except CodecError as error:
        raise Invalid(whole(sentence_of(error))) from error
    await asyncio.to_thread(_seen, office, person, len(payloads))
    return _said(opened)


async def encoded(office: Services, person: Person, body: dict[str, Any]) -> dict[str, Any]:
    """The payloads, encrypted with the newest key."""
    payloads = _asked(person, body)
    return _said(await office.codec.encode(payloads) if office.codec else payloads)


def _asked(person: Person, body: dict[str, Any]) -> Sequence[Payload]:
    for right in RIGHTS:
        person.must(right)
    try:
        return ParseDict(body, Payloads(), ignore_unknown_fields=True).payloads
    except ParseError as error:
        raise Invalid(say("These are no payloads as Temporal writes them: bytes are written in base64.")) from error


def _said(payloads: Sequence[Payload]) -> dict[str, Any]:
    return {"payloads": MessageToDict(Payloads(payloads=payloads)).get("payloads", [])}


def _seen(office: Services, person: Person, number: int) -> None:
    with office.store.writing() as session:
        session.add(
            Audit(
                at=office.now(),
                person=person.id,
                act="view",
                object_kind="payloads",
                object_id=str(number),
                rule=f"right {RIGHTS[0]}",
            )
        )
