"""How a write says what it asks: Idempotency-Key, If-Match, and the digest by which a repetition is known."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.responses import JSONResponse

from api import texts
from api.acts.act import Answer, Ask
from api.problems import BadRequest, VersionNeeded
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from definitions.language.sentences import say

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,128}$",
        description="A new word for each act; the same key with the same request is done once and answered the same.",
        examples=["5f1c1d5e-complete"],
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=200,
        description="The ETag of what was read; 412 if it has changed.",
    ),
]


async def ask(request: Request, person: SignedIn, office: Office, key: IdempotencyKey) -> Ask:
    """Who asks, with which key, for what."""
    return asked(request, person, office, key, await _canonical_body(request))


Asked = Annotated[Ask, Depends(ask)]


def asked(request: Request, person: Person, office: Services, key: str, body: bytes) -> Ask:
    """The ask of a request with this body; uploads give the digest of their content instead."""
    said = b"\n".join((request.method.encode(), request.url.path.encode(), request.url.query.encode(), body))
    return Ask(person=person, at=office.now(), key=key, digest=hashlib.sha256(said).hexdigest())


async def _canonical_body(request: Request) -> bytes:
    body = await request.body()
    try:
        return json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    except ValueError:
        return body


def answer(given: Answer) -> Response:
    """The answer on the wire; one that was given before says so."""
    headers = dict(given.headers)
    if given.replayed:
        headers["Idempotency-Replayed"] = "true"
    if given.body is None:
        return Response(status_code=given.status, headers=headers)
    return JSONResponse(texts.told(given.body), status_code=given.status, headers=headers)


def version_of(if_match: str | None, what: str) -> str:
    """The version that If-Match names; VersionNeeded without one."""
    if if_match is None:
        raise VersionNeeded(
            say(
                "Two people can change %(what)s at once: send the ETag of what you read in the header If-Match.",
                what=what,
            )
        )
    tag = if_match.strip().removeprefix("W/")
    if len(tag) < 2 or tag[0] != '"' or tag[-1] != '"':
        raise BadRequest(say('If-Match is an ETag in double quotes, as "3".'))
    return tag[1:-1]


def json_of(value: Any) -> Any:
    """A pydantic model as plain JSON."""
    return value.model_dump(mode="json")
