"""Why the machine says no.

Refused
├── Unknown      there is no such task, outcome, event or timer here
├── Closed       the case is closed
├── Barred       a law, a hold or a district rule bars it
├── NotAllowed   this person may not (separation of duties, limit, role)
├── BadForm      the form is incomplete or wrong
└── NotMigrated  the other version has no place for the case as it stands
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """An act that the case does not take: `code` is stable, `sentence` is for people, `facts` for programs."""

    code = "refused"

    def __init__(self, sentence: str, **facts: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.facts: Mapping[str, Any] = facts


class Unknown(Refused):
    """There is no such task, outcome, event or timer in this state."""

    code = "unknown-here"


class Closed(Refused):
    """The case is closed."""

    code = "case-closed"


class Barred(Refused):
    """A law, a hold or a district rule bars the act; `facts` has the rule's id, its source and the earliest day."""

    code = "barred"


class NotAllowed(Refused):
    """This person may not do it: separation of duties, an approval limit, a role."""

    code = "not-allowed"


class BadForm(Refused):
    """The form is incomplete or has a wrong value; `facts["fields"]` says which and why."""

    code = "bad-form"


class NotMigrated(Refused):
    """The other version has no place for the case as it stands: a state, a task or a value without a counterpart."""

    code = "not-migrated"
