"""The file store: contents by their digest, in a folder; an S3-compatible one goes behind the same protocol.

What is stored under a digest never changes, so a retry writes the same again and a backup copies what is new. What is a
person's is encrypted with that person's key (`store.vault`); its digest is still that of the content.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Protocol

from store.vault import KeyDestroyedError, name_of
from store.vault import current as current_vault


class FileError(Exception):
    """The file store cannot give or keep a content."""

    code = "file"


class NoSuchFileError(FileError):
    """No content has this digest."""

    code = "no-such-file"


class RedactedFileError(NoSuchFileError):
    """The content was a person's whose data were redacted; only its digest is left."""

    code = "redacted-file"


class FileStore(Protocol):
    """Where contents are kept."""

    def put(self, content: bytes, owner: str | None = None) -> str:
        """Keeps the content, encrypted with its owner's key where it has one; its SHA-256 in hex."""
        ...

    def get(self, digest: str) -> bytes:
        """The content; raises NoSuchFileError, RedactedFileError when its owner's key is destroyed."""
        ...

    def has(self, digest: str) -> bool:
        """Whether the content is kept."""
        ...

    def delete(self, digest: str) -> None:
        """Forgets the content when its retention has ended."""
        ...

    def forget_plain(self, digest: str) -> None:
        """Forgets what was kept without an owner's key; what is sealed stays, for as long as its key."""
        ...


class FolderStore:
    """A folder with a file for each content, in 256 subfolders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes, owner: str | None = None) -> str:
        """Keeps the content, encrypted where it has an owner; its SHA-256 in hex. A reader sees all of it or nothing."""
        digest = digest_of(content)
        path = self._path(digest)
        if owner is not None:
            path = path.with_name(f"{digest}.{name_of(owner)}")
        if not path.exists():
            content = content if owner is None else current_vault().seal(owner, content, digest)
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        return digest

    def get(self, digest: str) -> bytes:
        """The content; raises NoSuchFileError, also when it has been changed on the disk."""
        try:
            content = self._path(digest).read_bytes()
        except OSError:
            content = self._opened(digest)
        if digest_of(content) != digest:
            raise NoSuchFileError(f"the content of {digest} has been changed outside Headgate")
        return content

    def has(self, digest: str) -> bool:
        """Whether the content is kept."""
        return self._path(digest).exists() or bool(self._sealed(digest))

    def delete(self, digest: str) -> None:
        """Forgets the content when its retention has ended."""
        for path in (self._path(digest), *self._sealed(digest)):
            path.unlink(missing_ok=True)

    def forget_plain(self, digest: str) -> None:
        """Forgets what was kept without an owner's key; what is sealed stays, for as long as its key."""
        self._path(digest).unlink(missing_ok=True)

    def _sealed(self, digest: str) -> list[Path]:
        return sorted(self._path(digest).parent.glob(f"{digest}.*"))

    def _opened(self, digest: str) -> bytes:
        """Of several owners with the same content one is enough."""
        redacted = False
        for path in self._sealed(digest):
            try:
                return current_vault().open(path.read_bytes(), digest)
            except KeyDestroyedError:
                redacted = True
        if redacted:
            raise RedactedFileError(f"the content of {digest} was a person's whose data were redacted")
        raise NoSuchFileError(f"no content has the digest {digest}")

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or not digest.isalnum():
            raise NoSuchFileError(f"{digest!r} is no digest")
        return self.folder / digest[:2] / digest


def digest_of(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def folder_from_environment() -> Path:
    """`HEADGATE_HOME`/files, where nothing else is said."""
    return Path(os.environ.get("HEADGATE_HOME", ".headgate")) / "files"


class _Current:
    store: FileStore | None = None


def use(store: FileStore | None) -> None:
    """Makes this the file store of the process (None: the folder of the environment again)."""
    _Current.store = store


def current() -> FileStore:
    """The file store of the process."""
    return _Current.store if _Current.store is not None else FolderStore(folder_from_environment())
