"""Opening cases on a published version: for people, for other cases and for events that open one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from activities.world import clock_mode
from definitions.language.sentences import say
from store.publishing import content_of
from store.records import version_in_effect
from workflows.machine import case as cases
from workflows.machine.case import Case
from workflows.messages import Audited, Key, StartCase


class NotPublishedError(Exception):
    """No version of this case type is published."""

    code = "not-published"


def opening(
    session: Session,
    definition: str,
    *,
    case: str,
    data: Mapping[str, Any],
    by: str,
    at: datetime,
    key: Key | None = None,
    audit: Audited | None = None,
    parent: str | None = None,
    people: tuple[str, ...] = (),
) -> tuple[StartCase, bytes]:
    """How a case of this type is opened now, and the definition that it takes along; NotPublishedError when there is none."""
    version = version_in_effect(session, definition, at)
    if version is None:
        raise NotPublishedError(
            say('no definition of cases called "%(definition)s" is published', definition=definition)
        )
    start = StartCase(
        case=case,
        definition=definition,
        version=version.version,
        by=by,
        clock=clock_mode(session),
        at=at,
        data=data,
        key=key,
        audit=audit,
        parent=parent,
        people=people,
    )
    return start, version.compiled


def reopening(session: Session, snapshot: Any, *, by: str) -> tuple[Case, StartCase, bytes]:
    """A closed case as it was, and how its new run starts on its own version; NotPublishedError when that is not there."""
    case = cases.from_json(snapshot)
    content = content_of(session, case.definition, case.version, case.rules)
    if content is None:
        raise NotPublishedError(
            say(
                "version %(version)s of %(definition)s was never published",
                version=case.version,
                definition=case.definition,
            )
        )
    start = StartCase(
        case=case.id, definition=case.definition, version=case.version, by=by, clock=clock_mode(session), at=case.at
    )
    return case, start, content
