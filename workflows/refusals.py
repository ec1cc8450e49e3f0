"""Refusals on their way through Temporal: a machine's `Refused` becomes an application error and is itself again outside.

The error's type is the refusal's code, its message the sentence in English; its details are the facts, and the sentence and
those of the fields with their messages and values (not in errors of earlier versions).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import to_jsonable_python
from temporalio.exceptions import ApplicationError

from definitions.language.sentences import kept, sentence_from
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
    said = {"sentence": kept(refused.sentence), "fields": {name: kept(wrong) for name, wrong in _fields(refused.facts)}}
    return ApplicationError(str(refused.sentence), facts, said, type=refused.code, non_retryable=True)


def refused_by(failure: BaseException | None) -> Refused | None:
    """The refusal behind a failure, or None when it failed for another reason."""
    if not isinstance(failure, ApplicationError) or failure.type not in _BY_CODE:
        return None
    facts: dict[str, Any] = dict(failure.details[0]) if failure.details else {}
    said: dict[str, Any] = failure.details[1] if len(failure.details) > 1 else {}
    if said.get("fields"):
        facts["fields"] = {name: sentence_from(wrong) for name, wrong in said["fields"].items()}
    sentence = sentence_from(said.get("sentence", failure.message))
    return _BY_CODE[failure.type](sentence, **{str(name): fact for name, fact in facts.items()})


def _fields(facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    fields = facts.get("fields")
    return fields.items() if isinstance(fields, Mapping) else ()
