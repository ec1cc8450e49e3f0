"""The token that a session's forms carry: it proves that a form was made for this session, and tells nothing of it.

Each is another, so that the size of a compressed page does not tell it by and by."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def form_token(session: str) -> str:
    """A token for forms of this session."""
    return _token(session, secrets.token_hex(8))


def is_form_token(given: str, session: str) -> bool:
    """Whether a form carries the token of this session."""
    salt, _dot, _digest = given.partition(".")
    return hmac.compare_digest(given.encode(), _token(session, salt).encode())


def _token(session: str, salt: str) -> str:
    return f"{salt}.{hmac.new(session.encode(), f'form {salt}'.encode(), hashlib.sha256).hexdigest()}"
