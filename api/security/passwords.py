"""What a password has to be: long, and nothing that guessing programs try early. No other rule, and no day on which it ends.

Source: NIST SP 800-63B 5.1.1.2; OWASP ASVS 4.0.3, 2.1."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from zxcvbn import zxcvbn

from api.problems import Invalid
from definitions.language.sentences import say

LEAST: Final = 12  #: characters
MOST: Final = 128  #: more would only be a way to keep the server busy
LOOKED_AT: Final = 72  #: characters that are weighed: the time for it grows quickly
SAFE_ENOUGH: Final = 2  #: of 4: more than a million guesses

LONG: Final = say("has at most 128 characters")
SHORT: Final = say("has at least 12 characters")
GUESSED: Final = say("is easily guessed: take several words that do not belong together")


def wrong_with(password: str, *known: str) -> str | None:
    """What would be right instead; None for a password that will do. `known` is what others know of the person."""
    if len(password) < LEAST:
        return SHORT
    if len(password) > MOST:
        return LONG
    weighed = zxcvbn(password[:LOOKED_AT], user_inputs=list(_words(known)))
    return GUESSED if weighed["score"] < SAFE_ENOUGH else None


def must_do(password: str, *known: str, field: str) -> None:
    """Raises Invalid for a password that will not do."""
    if wrong := wrong_with(password, *known):
        raise Invalid(say("Choose another password."), fields={field: wrong})


def _words(known: Iterable[str]) -> Iterable[str]:
    yield "headgate"
    for text in known:
        yield text.lower()
        yield from re.findall(r"\w{3,}", text.lower())
