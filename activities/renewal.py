"""Open cases that still go by the calendar and the laws of an earlier version than the one in effect.

A calendar or a law is published with each definition that leans on it. Definition and tables of an open case stay as they
were; the calendar and the laws of the version in effect bind it from the day on which a worker's round tells it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from definitions.language.expressions import ExpressionError
from store.publishing import content_of, rules_in
from store.queries.keeping import open_cases_under, rules_of_open_cases
from store.tables.definitions import DefinitionVersion
from workflows.machine.machine import machine_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Late:
    """A case that is to take down new rules."""

    case: str
    version: int  #: that brings them
    rules: str
    at: datetime


def under_old_rules(session: Session, at: datetime) -> list[Late]:
    """The open cases whose calendar or laws differ from those of the version in effect at this moment."""
    in_effect = _newest(session, at)
    found: list[Late] = []
    for definition, version, bound_by in rules_of_open_cases(session):
        newest = in_effect.get(definition, 0)
        if newest <= bound_by:
            continue
        rules = _rules(session, definition, newest)
        if (
            rules is None
            or rules == _rules(session, definition, bound_by)
            or not _fits(session, definition, version, newest)
        ):
            continue
        cases = open_cases_under(session, definition, version, bound_by)
        found += [Late(case=case, version=newest, rules=rules, at=at) for case in cases]
    return found


def _newest(session: Session, at: datetime) -> dict[str, int]:
    query = (
        select(col(DefinitionVersion.definition), func.max(col(DefinitionVersion.version)))
        .where(col(DefinitionVersion.effective_from) <= at)
        .group_by(col(DefinitionVersion.definition))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _rules(session: Session, definition: str, version: int) -> str | None:
    content = content_of(session, definition, version)
    return rules_in(content) if content is not None else None


def _fits(session: Session, definition: str, version: int, rules: int) -> bool:
    """Whether the laws can be asked about the data of this version: one may name a field that came later."""
    content = content_of(session, definition, version, rules)
    try:
        return content is not None and machine_of(content).setting.binding is not None
    except ExpressionError:
        told = {"definition": definition, "version": version, "rules": rules}
        log.error("open cases cannot take down the laws of a later version; migrate them", extra=told)
        return False
