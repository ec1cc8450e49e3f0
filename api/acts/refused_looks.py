"""What somebody asked to see and was refused: acts write their own refusals, this is for what only reads."""

from __future__ import annotations

import re
from typing import Final

from api.problems import NotPermitted
from api.security.people import Person
from api.services import Services
from definitions.language.sentences import beside
from store.tables.audit import Audit

CASE: Final = re.compile(r"\bc-[0-9a-z]{12}\b")  #: its number, also within that of one of its tasks


def log_refused_look(office: Services, person: Person, problem: NotPermitted, path: str) -> None:
    """Writes down what the person asked to see; an address names no one."""
    with office.store.writing() as session:
        session.add(
            Audit(
                at=office.now(),
                person=person.id,
                act="view",
                object_kind="address",
                object_id=path[:200],
                account_id=problem.facts.get("account"),
                case_id=found[0] if (found := CASE.search(path)) else None,
                allowed=False,
                code=problem.code,
                sentence=problem.sentence,
                said=beside(problem.sentence),
                rule=problem.facts.get("right"),
            )
        )
