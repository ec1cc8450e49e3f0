"""The chain over the audit: each link's digest covers its row's content and the link before.

What is here is the format. It never changes for what is sealed: another format would be another `FORMAT`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final

FORMAT: Final = "headgate audit 1"
START: Final = hashlib.sha256(FORMAT.encode()).hexdigest()  #: what the first link follows on
#: The columns that a row's digest covers, in this order; moments in UTC as RFC 3339 with microseconds.
COVERED: Final = (
    "id",
    "at",
    "person",
    "act",
    "object_kind",
    "object_id",
    "account_id",
    "case_id",
    "step_no",
    "allowed",
    "code",
    "sentence",
    "rule",
)


def row_digest(row: Any) -> str:
    """The digest of one row of the audit, given anything that has its columns: SHA-256 of them as a JSON list, in hex."""
    values = [getattr(row, name) for name in COVERED]
    plain = [_moment(value) if isinstance(value, datetime) else value for value in values]
    return _digest(json.dumps(plain, ensure_ascii=False, separators=(",", ":")))


def link_digest(before: str, row: str, sealed_at: datetime) -> str:
    """The digest of the link that follows on the link with the digest `before`."""
    return _digest(f"{FORMAT}\n{before}\n{row}\n{_moment(sealed_at)}")


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
