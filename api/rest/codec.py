"""The codec server of Temporal's own pages and command: its remote codec protocol, for those with the right."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.acts import decoding
from api.problems import TooLarge, WrongType
from api.rest.documented import READ, problems
from api.security.signin import SignedIn
from api.services import Office

router = APIRouter(prefix="/api/codec", tags=["operators"])

ANSWERS = READ | problems(WrongType, TooLarge)


class PayloadBody(BaseModel):
    """A payload as Temporal writes it in JSON."""

    metadata: dict[str, str] = Field(
        default_factory=dict, description="Each value in base64.", examples=[{"encoding": "anNvbi9wbGFpbg=="}]
    )
    data: str = Field("", description="In base64.", examples=["ImhlbGxvIg=="])


class PayloadsBody(BaseModel):
    """Some payloads."""

    payloads: list[PayloadBody] = Field(max_length=10_000)


@router.post("/decode", operation_id="decode_payloads", response_model=PayloadsBody, responses=ANSWERS)
async def decode_payloads(office: Office, person: SignedIn, body: PayloadsBody) -> dict[str, Any]:
    """Decrypts payloads. It changes nothing and needs no Idempotency-Key; who read them stands in the audit."""
    return await decoding.decoded(office, person, body.model_dump())


@router.post("/encode", operation_id="encode_payloads", response_model=PayloadsBody, responses=ANSWERS)
async def encode_payloads(office: Office, person: SignedIn, body: PayloadsBody) -> dict[str, Any]:
    """Encrypts payloads, for what is sent from Temporal's own pages. It changes nothing and needs no Idempotency-Key."""
    return await decoding.encoded(office, person, body.model_dump())
