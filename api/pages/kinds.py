"""Which cases can be opened for an account, and which of them answer to what a customer says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from api.acts import opening
from api.library import content, current_all
from api.security.people import Person
from api.services import Services
from definitions.language.model import CaseDefinition
from workflows.machine.machine import machine_of


@dataclass(frozen=True, kw_only=True)
class CaseKind:
    """A kind of case that can be opened for the account."""

    case: str
    title: str
    help: str | None
    standing: str | None  #: the open case that stands in the way


@dataclass(frozen=True, kw_only=True)
class ReasonShown:
    """What a customer says, and the cases that answer to it, the likeliest first."""

    says: str  #: in the district's own words
    kinds: Sequence[CaseKind]


def kinds_of(session: Session, office: Services, person: Person, account_id: str) -> list[CaseKind]:
    """The kinds of case that this person may open for the account, by name."""
    if not person.may("open-cases"):
        return []
    kinds = []
    for version in current_all(session, office.now()):
        spec = machine_of(content(session, version.definition, version.version)).definition
        about = about_account(spec, account_id)
        if not about or (spec.open_by and not person.roles & set(spec.open_by)):
            continue
        standing = opening.open_already(session, spec, about)
        kinds.append(
            CaseKind(case=spec.case, title=spec.title, help=spec.help, standing=standing.id if standing else None)
        )
    return kinds


def routed(office: Services, kinds: Sequence[CaseKind]) -> tuple[list[ReasonShown], list[CaseKind]]:
    """The district's reasons with what this person may open for each; and the kinds that answer to none of them."""
    known = {kind.case: kind for kind in kinds}
    reasons = [
        ReasonShown(says=reason.says, kinds=[known[case] for case in reason.cases if case in known])
        for reason in office.district.counter
    ]
    named = {case for reason in office.district.counter for case in reason.cases}
    return [reason for reason in reasons if reason.kinds], [kind for kind in kinds if kind.case not in named]


def about_account(spec: CaseDefinition, account_id: str) -> dict[str, Any]:
    """The opening data that name the account; none for a case that begins with an applicant."""
    if any(field.type == "applicant" and field.required for field in spec.data.values()):
        return {}
    return {name: {"id": account_id} for name, field in spec.data.items() if field.type == "account" and not field.many}
