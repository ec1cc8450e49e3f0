"""Refusals on their way through Temporal: a machine's `Refused` becomes an application error and is itself again outside.

The error's type is the refusal's code, its message the sentence, its one detail the facts.
"""

from __future__ import annotations

from typing import Any

from pydantic_core import to_jsonable_python
from temporalio.exceptions import ApplicationError

from workflows.machine.errors import BadForm, Barred, Closed, NotAllowed, NotMigrated, Refused, Unknown


class KeyReused(Refused):
    """The person sent this key before, with another request."""

    code = "key-reused"


class NotSettled(Refused):
    """There is no such effect that waits for a decision."""

    code = "no-incident"


class AlreadyOpen(Refused):
    """Another case of this type is open for the same thing; `facts["case"]` says which."""

    code = "already-open"


_BY_CODE: dict[str, type[Refused]] = {
    kind.code: kind
    for kind in (Refused, Unknown, Closed, Barred, NotAllowed, BadForm, NotMigrated, KeyReused, NotSettled, AlreadyOpen)
}


def refusals() -> tuple[type[Refused], ...]:
    """Every kind of refusal."""
    return tuple(_BY_CODE.values())


def failure_of(refused: Refused, **more: Any) -> ApplicationError:
    """The refusal as an update or a validator fails with it, with more facts if given; never retried."""
    facts = to_jsonable_python({**refused.facts, **more}, fallback=str)
    return ApplicationError(refused.sentence, facts, type=refused.code, non_retryable=True)


def refused_by(failure: BaseException | None) -> Refused | None:
    """The refusal behind a failure, or None when it failed for another reason."""
    if not isinstance(failure, ApplicationError) or failure.type not in _BY_CODE:
        return None
    facts: dict[str, Any] = failure.details[0] if failure.details else {}
    return _BY_CODE[failure.type](failure.message, **{str(name): fact for name, fact in facts.items()})
