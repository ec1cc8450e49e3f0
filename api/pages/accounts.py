"""Finding an account, and opening a case for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.acts import accounts as acts
from api.acts import opening
from api.library import content as compiled_content
from api.library import current
from api.pages.fields import Input, inputs
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.kinds import about_account, outages_behind
from api.pages.posted import Form
from api.pages.urls import urls
from api.problems import Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _
from api.views.accounts import (
    AccountFound,
    found_view,
)
from api.views.cases import CaseView, case_view
from api.views.connections import ApplicantView, applicant_view
from api.views.openings import opening_fields
from api.views.outages import OutageView
from api.views.stories import account_detail
from api.views.work import field_view
from definitions.language.model import CaseDefinition
from store.queries.finding import search_accounts, search_applicants
from store.queries.outages import without_water
from workflows.machine.machine import machine_of

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class FindPage:
    """Looking for an account."""

    words: str
    found: Sequence[AccountFound] | None  #: None before anything was looked for
    without_water: frozenset[str] = frozenset()  #: accounts found where an outage is on
    applicants: Sequence[ApplicantView] = ()
    may_open: bool = False


@dataclass(frozen=True, kw_only=True)
class OpenPage:
    """The form that opens a case."""

    whom: str  #: the account or the applicant that it is for
    back: str  #: where they are shown
    action: str  #: where the form is sent
    case: str
    title: str
    help: str | None
    inputs: Sequence[Input]
    standing: CaseView | None  #: the open case that stands in the way
    key: str  #: stays the same when the form comes back with errors, so that it opens one case
    trouble: Trouble | None
    outages: Sequence[OutageView] = ()  #: that may be what it is about


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
    return _form(request, office, person, account_id, case, key=new_key())


@router.post("/accounts/{account_id}/open/{case}")
async def open_it(request: Request, office: Office, form: Form, account_id: str, case: str) -> Response:
    """Opens the case, or shows what was wrong at its field."""

    def given() -> dict[str, Any]:
        with office.store.reading() as session:
            spec = _definition(session, office, case)
            return form.typed(opening_fields(spec)) | about_account(spec, account_id)

    data = await run_in_threadpool(given)
    try:
        answer = await opening.open_case(office, form.ask, case, data)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        trouble = trouble_of(problem)
        return await run_in_threadpool(
            _form, request, office, form.ask.person, account_id, case, key=new_key(), given=data, trouble=trouble
        )
    return RedirectResponse(urls.case(answer.body["case"]), status_code=303)


def _form(
    request: Request,
    office: Services,
    person: Person,
    account_id: str,
    case: str,
    *,
    key: str,
    given: Mapping[str, Any] | None = None,
    trouble: Trouble | None = None,
) -> Response:
    with office.store.reading() as session:
        account = acts.viewed(session, person, account_id)
        spec = _definition(session, office, case)
        standing = opening.open_already(session, spec, about_account(spec, account_id))
        fields = [
            field_view(name, field, None) for name, field in opening_fields(spec).items() if field.type != "account"
        ]
        content = OpenPage(
            whom=_(
                "%(name)s, account %(id)s", name=account_detail(session, account, zone=office.zone).name, id=account_id
            ),
            back=urls.account(account_id),
            action=urls.open_case(account_id, case),
            case=case,
            title=spec.title,
            help=spec.help,
            outages=outages_behind(session, office, case, account),
            inputs=inputs(session, fields, account=account_id, errors=trouble.fields if trouble else {}, given=given),
            standing=case_view(standing, zone=office.zone) if standing else None,
            key=key,
            trouble=trouble,
        )
    status = 422 if trouble else 200
    return page(request, "counter/open_case.html", content, person=person, status=status)


def _definition(session: Session, office: Services, case: str) -> CaseDefinition:
    version = current(session, case, office.now())
    return machine_of(compiled_content(session, case, version.version)).definition
