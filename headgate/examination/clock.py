"""Clocks that should agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from headgate.examination.finding import Finding, well, wrong

SKEWED: Final = timedelta(seconds=5)


def now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


def compared(whose: str, theirs: datetime, before: datetime, after: datetime) -> Finding:
    """What is to be said of a clock that showed this time at some moment between two of this machine's."""
    by = max(theirs - after, timedelta(0)) or min(theirs - before, timedelta(0))
    if abs(by) > SKEWED:
        seconds = abs(by.total_seconds())
        says = f"{whose} is {seconds:.0f} s {'ahead' if by > timedelta(0) else 'behind'} of this machine"
        return wrong("clock", says, "Let all machines take their time from the same servers (NTP).")
    return well("clock", f"{whose} agrees with this machine")
