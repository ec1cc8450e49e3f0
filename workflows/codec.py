"""Payloads encrypted on their way to Temporal and back: AES-256-GCM, each with the id of its key.

The first key encrypts; all of them decrypt, so that keys are rotated by putting a new one in front and keeping the old ones for
as long as histories live.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)

ENCODING = b"binary/encrypted"
NONCE_BYTES = 12
KEY_BYTES = 32


class CodecError(Exception):
    """Keys that cannot be used, or a payload that none of them opens; `code` is stable."""

    code = "codec"


class ByType(CompositePayloadConverter):
    """The SDK's pydantic converter, one for the process.

    The SDK makes a converter for each activation of a workflow; its own would then build every type's schema again, which cost
    a worker a third of its time."""

    _shared = PydanticPayloadConverter().converters

    def __init__(self) -> None:
        self.converters = self._shared


class Encryption(PayloadCodec):
    """Encrypts with the first key, decrypts with whichever the payload names."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise CodecError("there is no key to encrypt with")
        self._newest = next(iter(keys))
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads, encrypted."""
        return [self._encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads as they were; those that were never encrypted stay as they are."""
        return [self._decrypted(payload) for payload in payloads]

    def _encrypted(self, payload: Payload) -> Payload:
        nonce = os.urandom(NONCE_BYTES)
        name = self._newest.encode()
        sealed = self._ciphers[self._newest].encrypt(nonce, payload.SerializeToString(), name)
        return Payload(metadata={"encoding": ENCODING, "key-id": name}, data=nonce + sealed)

    def _decrypted(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        name = payload.metadata["key-id"]
        cipher = self._ciphers.get(name.decode())
        if cipher is None:
            raise CodecError(f'a payload was encrypted with the key "{name.decode()}"; add it to HEADGATE_CODEC_KEYS')
        try:
            opened = cipher.decrypt(payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:], name)
        except InvalidTag:
            raise CodecError(f'a payload does not open with the key "{name.decode()}" that it names') from None
        return Payload.FromString(opened)


def parse_keys(text: str) -> dict[str, bytes]:
    """The keys of HEADGATE_CODEC_KEYS, newest first (`id:base64,id:base64`); raises CodecError for what is no key."""
    keys: dict[str, bytes] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, written = part.partition(":")
        try:
            key = base64.b64decode(written, validate=True)
        except binascii.Error:
            key = b""
        if not name or len(key) != KEY_BYTES:
            raise CodecError(f'the key "{name}" is not written as id:base64 of {KEY_BYTES} bytes')
        keys[name] = key
    return keys


_READABLE = DataConverter(payload_converter_class=ByType)


def data_converter(keys: str | None) -> DataConverter:
    """How values travel: as JSON by their types, encrypted where keys are set, and then failures' sentences too."""
    if not keys:
        return _READABLE
    return replace(
        _READABLE,
        payload_codec=Encryption(parse_keys(keys)),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
