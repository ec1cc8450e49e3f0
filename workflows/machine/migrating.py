"""An open case comes over to another version of its definition: what it is there, and which deadlines move.

It stays where it is: nothing is left or entered, no entry action runs, open tasks keep their numbers and claims. Timers are
counted anew from when they began; once a notice was mailed to the customer they come later only, never earlier. The service
level stays as promised.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from workflows.machine.case import Case
from workflows.machine.counterparts import Counterparts, arrival
from workflows.machine.crossing import Crossing, Migration
from workflows.machine.events import Migrated

if TYPE_CHECKING:
    from workflows.machine.setting import Setting

MIGRATED: Final = "migrated "  #: before `<from> to <to>`, in the event of a step that brings a case to another version


def content_of(event: Migrated) -> bytes:
    """The compiled bytes that the event brings."""
    return base64.b64decode(event.content)


def versions_in(label: str) -> tuple[int, int] | None:
    """From which version to which, where a step's event says that it brought the case over; else None."""
    if not label.startswith(MIGRATED):
        return None
    before, _, after = label.removeprefix(MIGRATED).partition(" to ")
    return int(before), int(after)


def check(before: Setting, case: Case, event: Migrated) -> None:
    """Raises NotMigrated when the case as it stands has no place in the other version."""
    arrival(case, _between(before, event))


def facts(before: Setting, case: Case, event: Migrated) -> set[str]:
    """What the laws of both versions may ask, and what the states ask that the case will be in."""
    from workflows.machine.needs import Needs  # it asks here what this event needs

    between = _between(before, event)
    both = (before, between.after)
    asked = {name for each in both for tag in each.lawful_timers for name in each.law_facts(tag)}
    return asked | Needs(between.after).standing_in(arrival(case, between).came_from)


def migrate(before: Setting, case: Case, event: Migrated, facts: Mapping[str, Any], at: datetime) -> Migration:
    """The step by which the case comes over; raises Barred where that would be what a law or a hold does not allow."""
    label = f"{MIGRATED}{case.version} to {event.version}"
    return Crossing(_between(before, event), case, facts, at).crossed(label)


def _between(before: Setting, event: Migrated) -> Counterparts:
    from workflows.machine.machine import machine_of  # it is made of what acts, and acts migrate

    return Counterparts(before=before, after=machine_of(content_of(event)).setting, event=event)
