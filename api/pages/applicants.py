"""Applicants: entering one, their page with their cases, and opening a case for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.acts import applicants as acts
from api.acts import opening
from api.acts.queue import visible
from api.acts.redacting import may_keep
from api.library import current_all
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.kinds import CaseKind
from api.pages.opening_forms import Whence, definition_for_new, opened, opening_page
from api.pages.posted import Form, Posted
from api.pages.urls import urls
from api.problems import Invalid
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _
from api.views.accounts import MailingAddress
from api.views.cases import CaseView, case_view
from api.views.connections import ApplicantView, applicant_view
from api.views.openings import opening_fields
from definitions.language.model import CaseDefinition
from store.queries.cases import case_page

router = APIRouter(include_in_schema=False)

FIELDS = ("name", "phone", "email", "language", "line1", "line2", "city", "state", "zip")
NEEDED = ("name", "line1", "city", "zip")


@dataclass(frozen=True, kw_only=True)
class NewPage:
    """Asks who applies."""

    given: Mapping[str, str]
    key: str
    trouble: Trouble | None


@dataclass(frozen=True, kw_only=True)
class ApplicantPage:
    """An applicant with their cases."""

    applicant: ApplicantView
    cases: Sequence[CaseView]
    kinds: Sequence[CaseKind]
    may_keep: bool  #: whether the reader may take out or redact their personal data


@router.get("/applicants/new")
def ask(request: Request, office: Office, person: SignedIn) -> Response:
    """Asks who applies."""
    person.must("open-cases")
    content = NewPage(given=dict.fromkeys(FIELDS, "") | {"state": office.district.state}, key=new_key(), trouble=None)
    return page(request, "counter/new_applicant.html", content, person=person)


@router.post("/applicants/new")
def enter(request: Request, office: Office, form: Form) -> Response:
    """Keeps the applicant, or shows what is missing at its field."""
    given = {name: form.text(name)[:200] for name in FIELDS}
    missing = {name: _("is required") for name in NEEDED if not given[name]}
    if missing:
        trouble = Trouble(
            title=_("The form is incomplete"), sentence=_("Some of it is needed."), code="bad-form", fields=missing
        )
        return _again(request, form, given, trouble)
    try:
        answer = acts.keep(
            office,
            form.ask,
            name=given["name"],
            phone=given["phone"],
            email=given["email"],
            language=given["language"] or "en",
            mailing={name: given[name] for name in MailingAddress.model_fields},
        )
    except Invalid as problem:
        return _again(request, form, given, trouble_of(problem, of="mailing."))
    return RedirectResponse(urls.applicant(answer.body["id"]), status_code=303)


def _again(request: Request, form: Posted, given: Mapping[str, str], trouble: Trouble) -> Response:
    content = NewPage(given=given, key=new_key(), trouble=trouble)
    return page(request, "counter/new_applicant.html", content, person=form.ask.person, status=422)


@router.get("/applicants/{applicant_id}")
def show(request: Request, office: Office, person: SignedIn, applicant_id: str) -> Response:
    """Shows an applicant with their cases, and what can be opened for them."""
    with office.store.reading() as session:
        row = acts.viewed(session, person, applicant_id)
        content = ApplicantPage(
            applicant=applicant_view(row, zone=office.zone),
            cases=[
                case_view(case, zone=office.zone)
                for case in visible(session, person, case_page(session, applicant=applicant_id, limit=50).items)
            ],
            kinds=_kinds(session, office, person),
            may_keep=may_keep(person),
        )
    return page(request, "counter/applicant.html", content, person=person)


@router.get("/applicants/{applicant_id}/open/{case}")
def ask_to_open(request: Request, office: Office, person: SignedIn, applicant_id: str, case: str) -> Response:
    """Asks for what opens a case."""
    person.must("open-cases")
    return _form(request, office, person, applicant_id, case)


@router.post("/applicants/{applicant_id}/open/{case}")
async def open_it(request: Request, office: Office, form: Form, applicant_id: str, case: str) -> Response:
    """Opens the case, or shows what was wrong at its field."""

    def given() -> dict[str, Any]:
        with office.store.reading() as session:
            spec = definition_for_new(session, office, case)
            return form.typed(opening_fields(spec)) | _about(spec, applicant_id)

    data = await run_in_threadpool(given)
    return await opened(
        opening.open_case(office, form.ask, case, data),
        again=lambda trouble: _form(request, office, form.ask.person, applicant_id, case, given=data, trouble=trouble),
    )


def _form(
    request: Request,
    office: Services,
    person: Person,
    applicant_id: str,
    case: str,
    *,
    given: Mapping[str, Any] | None = None,
    trouble: Trouble | None = None,
) -> Response:
    with office.store.reading() as session:
        applicant = acts.viewed(session, person, applicant_id)
        spec = definition_for_new(session, office, case)
        whence = Whence(
            whom=_("%(name)s, applicant", name=applicant.name),
            back=urls.applicant(applicant_id),
            action=urls.open_for(applicant_id, case),
            about=_about(spec, applicant_id),
            known=("account", "applicant"),
        )
        content = opening_page(session, office, spec, whence, given=given, trouble=trouble)
    return page(request, "counter/open_case.html", content, person=person, status=422 if trouble else 200)


def _kinds(session: Session, office: Services, person: Person) -> list[CaseKind]:
    if not person.may("open-cases"):
        return []
    return [
        CaseKind(case=spec.case, title=spec.title, help=spec.help, standing=None)
        for spec in current_all(session, office.now())
        if _about(spec, "") and (not spec.open_by or person.roles & set(spec.open_by))
    ]


def _about(spec: CaseDefinition, applicant_id: str) -> dict[str, Any]:
    return {
        name: {"id": applicant_id} for name, field in spec.data.items() if field.type == "applicant" and field.required
    }
