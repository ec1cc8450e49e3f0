"""Finding an account, and opening a case for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.acts import accounts as acts
from api.acts import opening
from api.pages.frame import Trouble, page
from api.pages.kinds import about_account
from api.pages.opening_forms import Whence, definition_for_new, opened, opening_page
from api.pages.posted import Form
from api.pages.urls import urls
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _
from api.views.accounts import (
    AccountFound,
    found_view,
)
from api.views.connections import ApplicantView, applicant_view
from api.views.openings import opening_fields
from api.views.stories import account_detail
from store.queries.finding import search_accounts, search_applicants
from store.queries.outages import without_water

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class FindPage:
    """Looking for an account."""

    words: str
    found: Sequence[AccountFound] | None  #: None before anything was looked for
    without_water: frozenset[str] = frozenset()  #: accounts found where an outage is on
    applicants: Sequence[ApplicantView] = ()
    may_open: bool = False


@router.get("/accounts")
def find(request: Request, person: SignedIn) -> Response:
    """Asks for an account."""
    person.must("see-accounts")
    content = FindPage(words="", found=None, may_open=person.may("open-cases"))
    return page(request, "counter/find.html", content, person=person)


@router.post("/accounts")
def found(request: Request, office: Office, form: Form) -> Response:
    """Shows the accounts that were found."""
    person = form.ask.person
    person.must("see-accounts")
    words = form.text("words")[:200]
    may_see = person.may("see-confidential")
    with office.store.reading() as session:
        rows = search_accounts(session, words, confidential=may_see, limit=50) if words else []
        applicants = search_applicants(session, words, 20) if words else []
        off = without_water(session, [row.account_id for row in rows], office.now())
    content = FindPage(
        words=words,
        found=[found_view(row, may_see=may_see) for row in rows],
        without_water=frozenset(off),
        applicants=[applicant_view(row, zone=office.zone) for row in applicants],
        may_open=person.may("open-cases"),
    )
    return page(request, "counter/find.html", content, person=person)


@router.get("/accounts/{account_id}/open/{case}")
def ask_to_open(request: Request, office: Office, person: SignedIn, account_id: str, case: str) -> Response:
    """Asks for what opens a case."""
    person.must("open-cases")
    return _form(request, office, person, account_id, case)


@router.post("/accounts/{account_id}/open/{case}")
async def open_it(request: Request, office: Office, form: Form, account_id: str, case: str) -> Response:
    """Opens the case, or shows what was wrong at its field."""

    def given() -> dict[str, Any]:
        with office.store.reading() as session:
            spec = definition_for_new(session, office, case)
            return form.typed(opening_fields(spec)) | about_account(spec, account_id)

    data = await run_in_threadpool(given)
    return await opened(
        opening.open_case(office, form.ask, case, data),
        again=lambda trouble: _form(request, office, form.ask.person, account_id, case, given=data, trouble=trouble),
    )


def _form(
    request: Request,
    office: Services,
    person: Person,
    account_id: str,
    case: str,
    *,
    given: Mapping[str, Any] | None = None,
    trouble: Trouble | None = None,
) -> Response:
    with office.store.reading() as session:
        account = acts.viewed(session, person, account_id)
        spec = definition_for_new(session, office, case)
        name = account_detail(session, account, zone=office.zone).name
        whence = Whence(
            whom=_("%(name)s, account %(id)s", name=name, id=account_id),
            back=urls.account(account_id),
            action=urls.open_case(account_id, case),
            account=account,
            about=about_account(spec, account_id),
        )
        content = opening_page(session, office, spec, whence, given=given, trouble=trouble)
    return page(request, "counter/open_case.html", content, person=person, status=422 if trouble else 200)
