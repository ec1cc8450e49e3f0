"""What an examination finds of one part of an installation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["well", "look", "wrong"]  #: `look`: it works, and somebody should know


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One part, how it is, and what would help where it is not well."""

    part: str
    verdict: Verdict
    says: str
    remedy: str | None = None


def well(part: str, says: str) -> Finding:
    """The part is as it should be."""
    return Finding(part=part, verdict="well", says=says)


def look(part: str, says: str, remedy: str) -> Finding:
    """The part works; somebody should look."""
    return Finding(part=part, verdict="look", says=says, remedy=remedy)


def wrong(part: str, says: str, remedy: str) -> Finding:
    """The part does not work."""
    return Finding(part=part, verdict="wrong", says=says, remedy=remedy)
