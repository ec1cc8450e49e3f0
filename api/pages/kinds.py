"""Which cases can be opened for an account, and which of them answer to what a customer says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session

from api.acts import opening
from api.library import current_all
from api.security.people import Person
from api.services import Services
from definitions.language.model import CaseDefinition
from store.tables.cases import CaseRow

HINTED: Final = "outage-cases"  #: the district's setting: case types that an outage may be behind


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


def kinds_of(
    session: Session, office: Services, person: Person, account_id: str, opened: Sequence[CaseRow]
) -> list[CaseKind]:
    """The kinds of case that this person may open for the account, by name; `opened` are the cases that it has open."""
    if not person.may("open-cases"):
        return []
    return [
        CaseKind(
            case=spec.case,
            title=spec.title,
            help=spec.help,
            standing=next((row.id for row in opened if opening.stands_in_the_way(spec, about, row)), None),
        )
        for spec in current_all(session, office.now())
        if (about := about_account(spec, account_id)) and (not spec.open_by or person.roles & set(spec.open_by))
    ]


def routed(office: Services, kinds: Sequence[CaseKind]) -> tuple[list[ReasonShown], list[CaseKind]]:
    """The district's reasons with what this person may open for each; and the kinds that answer to none of them."""
    known = {kind.case: kind for kind in kinds}
    reasons = [
        ReasonShown(says=reason.says, kinds=[known[case] for case in reason.cases if case in known])
        for reason in office.district.counter
    ]
    named = {case for reason in office.district.counter for case in reason.cases}
    return [reason for reason in reasons if reason.kinds], [kind for kind in kinds if kind.case not in named]


def may_be_an_outage(office: Services, case: str) -> bool:
    """Whether what such a case is about may be an outage."""
    return case in office.district.settings.get(HINTED, ())


def about_account(spec: CaseDefinition, account_id: str) -> dict[str, Any]:
    """The opening data that name the account; none for a case that begins with an applicant."""
    if any(field.type == "applicant" and field.required for field in spec.data.values()):
        return {}
    return {name: {"id": account_id} for name, field in spec.data.items() if field.type == "account" and not field.many}
