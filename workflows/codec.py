"""Payloads encrypted on their way to Temporal and back: AES-256-GCM, each with the id of its key.

The first key encrypts; all of them decrypt, so that keys are rotated by putting a new one in front and keeping the old ones for
as long as something needs them (`headgate keys list`). Keys that are read from a file are read again when a payload names one
that is not known: the processes need not be restarted in one moment.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

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
FROM_FILE: Final = "@"  #: `@/run/secrets/keys`: the keys are in this file
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  #: of a key


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

    def __init__(self, keys: Mapping[str, bytes], again: Callable[[], Mapping[str, bytes]] | None = None) -> None:
        self._again = again
        self._take(keys)

    @property
    def newest(self) -> str:
        """The name of the key that encrypts."""
        return self._newest

    def _take(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise CodecError("there is no key to encrypt with")
        self._newest = next(iter(keys))
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads, encrypted."""
        return [self.encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads as they were; those that were never encrypted stay as they are."""
        return [self.decrypted(payload) for payload in payloads]

    def encrypted(self, payload: Payload) -> Payload:
        """The payload, encrypted with the newest key."""
        nonce = os.urandom(NONCE_BYTES)
        name = self._newest.encode()
        sealed = self._ciphers[self._newest].encrypt(nonce, payload.SerializeToString(), name)
        return Payload(metadata={"encoding": ENCODING, "key-id": name}, data=nonce + sealed)

    def decrypted(self, payload: Payload) -> Payload:
        """The payload as it was; raises CodecError when no key opens it."""
        named = key_of(payload)
        if named is None:
            return payload
        name, cipher = named.encode(), self._cipher(named)
        try:
            opened = cipher.decrypt(payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:], name)
        except InvalidTag:
            raise CodecError(f'a payload does not open with the key "{named}" that it names') from None
        return Payload.FromString(opened)

    def _cipher(self, name: str) -> AESGCM:
        if name not in self._ciphers and self._again is not None:
            self._take(self._again())
        if name not in self._ciphers:
            raise CodecError(f'a payload was encrypted with the key "{name}"; add it to HEADGATE_CODEC_KEYS')
        return self._ciphers[name]


def key_of(payload: Payload) -> str | None:
    """The name of the key that a payload is encrypted with, None for one that is not encrypted."""
    if payload.metadata.get("encoding") != ENCODING:
        return None
    return payload.metadata["key-id"].decode(errors="replace")


def parse_keys(text: str) -> dict[str, bytes]:
    """The keys of HEADGATE_CODEC_KEYS, newest first (`id:base64`, by commas or lines); raises CodecError for what is no key."""
    keys: dict[str, bytes] = {}
    lines = [line.strip() for line in text.splitlines()]
    parts = [part.strip() for line in lines if not line.startswith("#") for part in line.split(",")]
    for part in filter(None, parts):
        name, _, written = part.partition(":")
        try:
            key = base64.b64decode(written, validate=True)
        except binascii.Error:
            key = b""
        if not NAME.fullmatch(name) or len(key) != KEY_BYTES:
            raise CodecError(f'the key "{name[:64]}" is not written as id:base64 of {KEY_BYTES} bytes')
        if name in keys:
            raise CodecError(f'two keys have the name "{name}"')
        keys[name] = key
    return keys


def key_file(keys: str | None) -> Path | None:
    """The file that HEADGATE_CODEC_KEYS names, None where the keys stand in it or where there are none."""
    return Path(keys.removeprefix(FROM_FILE)) if keys and keys.startswith(FROM_FILE) else None


def read_keys(keys: str) -> dict[str, bytes]:
    """The keys that HEADGATE_CODEC_KEYS holds or names the file of; raises CodecError."""
    file = key_file(keys)
    if file is None:
        return parse_keys(keys)
    try:
        return parse_keys(file.read_text())
    except OSError as error:
        raise CodecError(f"the keys cannot be read from {file}: {error.strerror}") from None


def encryption(keys: str | None) -> Encryption | None:
    """What payloads are encrypted with, None without keys."""
    if not keys:
        return None
    return Encryption(read_keys(keys), (lambda: read_keys(keys)) if key_file(keys) else None)


_READABLE = DataConverter(payload_converter_class=ByType)


def data_converter(keys: str | None) -> DataConverter:
    """How values travel: as JSON by their types, encrypted where keys are set, and then failures' sentences too."""
    codec = encryption(keys)
    if codec is None:
        return _READABLE
    return replace(
        _READABLE,
        payload_codec=codec,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
