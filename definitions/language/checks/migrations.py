"""What `migration` says that earlier versions' states, tasks, timers and fields are now: it must be there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from definitions.language.checks.context import CaseText
from definitions.language.checks.tasks import works
from definitions.language.problems import Problem, register_codes

register_codes(unknown_timer="A timer that the definition does not have.")

WITHDRAWN: Final = "withdrawn"  #: what a task or a timer is that a version has no more


def migration(case: CaseText) -> Iterator[Problem]:
    """Every name on the right is one of this version's."""
    mapping = case.definition.migration
    if mapping is None:
        return
    for was, now in mapping.states.items():
        yield from case.unknown("state", "unknown-target", now, case.states, ("migration", "states", was))
    tasks = {WITHDRAWN, *(name for name, *_ in works(case))}
    for was, now in mapping.tasks.items():
        yield from case.unknown("task", "unknown-task", now, tasks, ("migration", "tasks", was))
    timers = {WITHDRAWN, *(way.event.removeprefix("timer/") for way in case.ways if way.event.startswith("timer/"))}
    for was, now in mapping.timers.items():
        yield from case.unknown("timer", "unknown-timer", now, timers, ("migration", "timers", was))
    for name in mapping.data:
        yield from case.unknown("field of data", "unknown-field", name, case.data, ("migration", "data", name))
