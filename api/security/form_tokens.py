"""The token that a session's forms carry: it proves that a form was made for this session, and tells nothing of it."""

from __future__ import annotations

import hashlib
import hmac


def form_token(session: str) -> str:
    """The token for forms of this session."""
    return hmac.new(session.encode(), b"form", hashlib.sha256).hexdigest()


def is_form_token(given: str, session: str) -> bool:
    """Whether a form carries the token of this session."""
    return hmac.compare_digest(given.encode(), form_token(session).encode())
