"""Finding somebody as one types: accounts, applicants and cases. By POST, so that no name stands in an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from api.acts.queue import visible
from api.pages.frame import page
from api.pages.posted import Form
from api.security.people import Person
from api.services import Office
from api.views.accounts import AccountFound, found_view
from api.views.cases import CaseView, case_view
from api.views.connections import ApplicantView, applicant_view
from store.queries.cases import cases_beginning
from store.queries.finding import search_accounts, search_applicants
from store.tables.cases import CaseRow

router = APIRouter(include_in_schema=False)

SHOWN: Final = 8  #: of each kind
LEAST: Final = 2  #: letters before anything is looked for


@dataclass(frozen=True, kw_only=True)
class FoundPage:
    """What was found so far."""

    asked: bool  #: whether enough was typed to look for it
    accounts: Sequence[AccountFound]
    applicants: Sequence[ApplicantView]
    cases: Sequence[CaseView]
    more: bool  #: there are more accounts; the whole search shows them


@router.post("/search")
def search(request: Request, office: Office, form: Form) -> Response:
    """The first of what was found, as a part of a page."""
    person = form.ask.person
    person.must("see-accounts")
    words = form.text("words")[:200]
    if len(words) < LEAST:
        nothing = FoundPage(asked=False, accounts=(), applicants=(), cases=(), more=False)
        return page(request, "desk/_found.html", nothing, person=person)
    may_see = person.may("see-confidential")
    with office.store.reading() as session:
        found = search_accounts(session, words, confidential=may_see, limit=SHOWN + 1)
        content = FoundPage(
            asked=True,
            accounts=[found_view(row, may_see=may_see) for row in found[:SHOWN]],
            applicants=[applicant_view(row, zone=office.zone) for row in search_applicants(session, words, SHOWN)],
            cases=[case_view(row, zone=office.zone) for row in _cases(session, person, words)],
            more=len(found) > SHOWN,
        )
    return page(request, "desk/_found.html", content, person=person)


def _cases(session: Session, person: Person, words: str) -> list[CaseRow]:
    """Cases whose number, or a task's number, begins so; not those of confidential accounts without the right to them."""
    number = words.lower().partition(".")[0]
    if not number.startswith("c-"):
        return []
    return visible(session, person, cases_beginning(session, number, limit=SHOWN))
