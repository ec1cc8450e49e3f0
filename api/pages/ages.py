"""How long ago something was, in words."""

from __future__ import annotations

from datetime import datetime

from api.texts import ngettext


def age(since: datetime, now: datetime) -> str:
    """`25 minutes`, `3 hours`, `2 days`: whole units, rounded down."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("%(n)s hour", "%(n)s hours", minutes // 60) % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
