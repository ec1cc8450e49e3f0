"""The machine's sentences: times, people and states as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from definitions.language.compiled import Compiled
from definitions.language.expand import title_of


def day_and_time(at: datetime, zone: tzinfo) -> str:
    """A time in the district's zone: `Tuesday 3 March 2026, 17:00`."""
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words joined as one says them: `a, b and c`."""
    *most, final = list(words)
    return f"{', '.join(most)} {last} {final}" if most else final


def queue_title(compiled: Compiled, queue: str | None) -> str:
    """Who works a queue, as people say it."""
    district = compiled.district
    if queue is None:
        return "the person it was given to"
    known = district.queues.get(queue) or district.crews.get(queue)
    return known.title if known is not None else title_of(queue)
