"""A customer's personal data: what stands in the way of redacting them, taking them out, and the second person's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.acts import redacting
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form
from api.pages.urls import urls
from api.problems import Invalid, NotFound, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _
from api.views.redactions import PersonalDataView, RedactionView, redaction_view

router = APIRouter(include_in_schema=False)

SHOWN: Final = 50


@dataclass(frozen=True, kw_only=True)
class RedactionsPage:
    """Redactions of all people."""

    waiting: Sequence[RedactionView]  #: for their second person
    done: Sequence[RedactionView]  #: the last ones
    more: bool  #: more were done than are shown


@dataclass(frozen=True, kw_only=True)
class PersonalDataPage:
    """One customer or applicant."""

    data: PersonalDataView
    may_export: bool
    may_redact: bool
    is_mine: bool  #: whether the person who looks asked for the redaction, and so does not approve it
    reason: str  #: as it was typed
    key: str
    trouble: Trouble | None


@router.get("/audit/personal-data")
def show_all(
    request: Request, office: Office, person: SignedIn, number: Annotated[str, Query(max_length=80)] = ""
) -> Response:
    """Shows what waits for its second person and what was done; leads on to who is asked for by number."""
    if number.strip():
        return RedirectResponse(urls.personal_data_of(number.strip()), status_code=303)
    waiting = redacting.redactions(office, person, waiting=True, limit=SHOWN)
    done = redacting.redactions(office, person, waiting=False, limit=SHOWN)
    content = RedactionsPage(
        waiting=[redaction_view(row, zone=office.zone) for row in waiting.items],
        done=[redaction_view(row, zone=office.zone) for row in done.items],
        more=done.cursor is not None,
    )
    return page(request, "audit/redactions.html", content, person=person)


@router.get("/audit/personal-data/{person_id}")
def show(request: Request, office: Office, person: SignedIn, person_id: str) -> Response:
    """Shows one."""
    return _shown(request, office, person, person_id)


@router.post("/audit/personal-data/{person_id}/{act}")
def act(request: Request, office: Office, form: Form, person_id: str, act: str) -> Response:
    """Redacts them or asks for it, approves it as the second person, or refuses it."""
    reason = form.text("reason")[:1000]
    try:
        if act == "redact":
            if not reason:
                raise Invalid(_("Say why: the reason is what the second person decides by."))
            redacting.redact_person(office, form.ask, person_id, reason=reason)
        elif act == "approve":
            redacting.approve(office, form.ask, person_id)
        elif act == "refuse":
            redacting.refuse(office, form.ask, person_id)
        else:
            raise NotFound(_("There is no such act."))
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return _shown(request, office, form.ask.person, person_id, reason, problem)
    return RedirectResponse(urls.personal_data_of(person_id), status_code=303)


def _shown(
    request: Request,
    office: Services,
    person: Person,
    person_id: str,
    reason: str = "",
    problem: Problem | None = None,
) -> Response:
    data = redacting.of_person(office, person, person_id)
    asked_by = data.redaction.asked_by if data.redaction is not None else None
    content = PersonalDataPage(
        data=data,
        may_export=person.may(redacting.EXPORT),
        may_redact=person.may(redacting.REDACT),
        is_mine=asked_by == person.id,
        reason=reason,
        key=new_key(),
        trouble=trouble_of(problem) if problem else None,
    )
    return page(request, "audit/personal_data.html", content, person=person, status=problem.status if problem else 200)
