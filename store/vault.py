"""A key for each person: what is kept for years is encrypted with it, and can be read by nobody once it is destroyed.

The keys lie in a folder of their own, each wrapped with a master key; nothing of them is in the database, so that a backup
of the database or of the files alone opens nothing. An owner is a customer, an applicant, or a letter batch, which holds
letters of many.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"HG1\n"
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
DESTROYED: Final = b"destroyed\n"  #: stands in a key's file for good; a file that is empty is a damaged one
NAME_LETTERS: Final = 32  #: of an owner's name in the folder: the beginning of a digest
MASTER: Final = "master"  #: the file of the master key where none is configured
LOCAL: Final = "local"  #: its name


class VaultError(Exception):
    """Something that is sealed cannot be opened, or nothing can be sealed; `code` is stable."""

    code = "vault"


class KeyDestroyedError(VaultError):
    """The person's data were redacted: their key is gone for good."""

    code = "key-destroyed"


class Vault:
    """The keys of a folder. Nothing is kept in memory: a key that was destroyed opens nothing from that moment on."""

    def __init__(self, folder: Path, masters: Mapping[str, bytes] | None = None) -> None:
        self.folder = folder
        self._masters = dict(masters) if masters else None

    def seal(self, owner: str, content: bytes, about: str) -> bytes:
        """The content, encrypted with the owner's key, which is made when there is none; opens only as what it is about."""
        name = name_of(owner)
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self._key(name, make=True)).encrypt(nonce, content, f"{name} {about}".encode())
        return MAGIC + name.encode() + nonce + sealed

    def open(self, sealed: bytes, about: str) -> bytes:
        """The content that was sealed about this; what was never sealed is given back. Raises KeyDestroyedError, VaultError."""
        if not is_sealed(sealed):
            return sealed
        name = sealed[len(MAGIC) : len(MAGIC) + NAME_LETTERS].decode(errors="replace")
        rest = sealed[len(MAGIC) + NAME_LETTERS :]
        try:
            return AESGCM(self._key(name)).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], f"{name} {about}".encode())
        except InvalidTag:
            raise VaultError("what was sealed does not open with the key that it names: it was changed") from None

    def destroy(self, owner: str) -> None:
        """Destroys the owner's key for good; a word stays in its place, so that none is made again."""
        path = self.folder / name_of(owner)
        with suppress(FileNotFoundError), path.open("r+b") as file:
            file.write(os.urandom(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        self._put(path, DESTROYED, replace=True)

    def is_destroyed(self, owner: str) -> bool:
        """Whether the owner's key was destroyed."""
        path = self.folder / name_of(owner)
        return path.exists() and path.read_bytes() == DESTROYED

    def destroyed(self) -> frozenset[str]:
        """The names (`name_of`) of all owners whose keys were destroyed."""
        if not self.folder.exists():
            return frozenset()
        files = (path for path in self.folder.iterdir() if len(path.name) == NAME_LETTERS)
        small = (path for path in files if path.stat().st_size == len(DESTROYED))
        return frozenset(path.name for path in small if path.read_bytes() == DESTROYED)

    def rewrap(self) -> int:
        """How many keys were wrapped anew with the newest master key; the others were already."""
        newest, done = next(iter(self._held())), 0
        for path in sorted(self.folder.iterdir()):
            if len(path.name) != NAME_LETTERS or (kept := path.read_bytes()) == DESTROYED:
                continue
            if _written(path.name, kept)["master"] != newest:
                self._put(path, self._wrapped(path.name, self._key(path.name)), replace=True)
                done += 1
        return done

    def _key(self, name: str, *, make: bool = False) -> bytes:
        path = self.folder / name
        try:
            kept = path.read_bytes()
        except FileNotFoundError:
            if not make:
                raise VaultError(f"the key {name} is not in {self.folder}") from None
            self._put(path, self._wrapped(name, os.urandom(KEY_BYTES)), replace=False)
            kept = path.read_bytes()
        if kept == DESTROYED:
            raise KeyDestroyedError("the person's data were redacted; their key is destroyed")
        return self._unwrapped(name, kept)

    def _wrapped(self, name: str, key: bytes) -> bytes:
        master, secret = next(iter(self._held().items()))
        nonce = os.urandom(NONCE_BYTES)
        wrapped = nonce + AESGCM(secret).encrypt(nonce, key, name.encode())
        return json.dumps({"master": master, "key": base64.b64encode(wrapped).decode()}).encode()

    def _unwrapped(self, name: str, kept: bytes) -> bytes:
        written = _written(name, kept)
        secret = self._held().get(written["master"])
        if secret is None:
            raise VaultError(f'the key {name} is wrapped with the master key "{written["master"]}", which is not there')
        wrapped = base64.b64decode(written["key"])
        try:
            return AESGCM(secret).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], name.encode())
        except InvalidTag:
            raise VaultError(f'the key {name} does not open with the master key "{written["master"]}"') from None

    def _held(self) -> dict[str, bytes]:
        if self._masters is not None:
            return self._masters
        path = self.folder / MASTER
        if not path.exists():
            self._put(path, os.urandom(KEY_BYTES), replace=False)
        return {LOCAL: path.read_bytes()}

    def _put(self, path: Path, content: bytes, *, replace: bool) -> None:
        """Whole or not at all; without `replace` the first of several stays."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, beside = tempfile.mkstemp(dir=self.folder, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                Path(beside).replace(path)
            else:
                with suppress(FileExistsError):
                    path.hardlink_to(beside)
        finally:
            Path(beside).unlink(missing_ok=True)


def _written(name: str, kept: bytes) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(kept)
    except ValueError:
        raise VaultError(f"the key {name} is damaged; put its file back from the copy") from None
    return found


def is_sealed(content: bytes) -> bool:
    """Whether `Vault.seal` wrote this."""
    return content.startswith(MAGIC)


def name_of(owner: str) -> str:
    """The owner's name in the folder and on what is sealed."""
    return hashlib.sha256(f"headgate owner {owner}".encode()).hexdigest()[:NAME_LETTERS]


class _Current:
    vault: Vault | None = None


def use(vault: Vault | None) -> None:
    """Makes this the vault of the process (None: `HEADGATE_HOME`/keys again)."""
    _Current.vault = vault


def current() -> Vault:
    """The vault of the process; raises VaultError where master keys are configured and nobody has handed them over."""
    if _Current.vault is not None:
        return _Current.vault
    if os.environ.get("HEADGATE_MASTER_KEYS") or os.environ.get("HEADGATE_MASTER_KEYS_FILE"):
        raise VaultError("HEADGATE_MASTER_KEYS is set, and this process has not opened the vault with it")
    return Vault(Path(os.environ.get("HEADGATE_HOME", ".headgate")) / "keys")
