"""How an account's customer is reached: telephone, e-mail, the language of letters, and where those go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.acts import accounts as acts
from api.acts.accounts import log_view
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form
from api.pages.urls import urls
from api.pages.words import language_name
from api.problems import Invalid, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _
from api.views.accounts import ContactView
from api.views.stories import contact, contact_etag

router = APIRouter(include_in_schema=False)

MAILING: Final = {"line1": 120, "line2": 120, "city": 80, "state": 20, "zip": 20}  #: with the most characters of each
LONGEST: Final = {"phone": 40, "email": 200, **MAILING}


@dataclass(frozen=True, kw_only=True)
class ContactPage:
    """The form in which it is changed."""

    account: str
    name: str
    given: Mapping[str, str]
    now: Mapping[str, str] | None  #: what stands there, where somebody else has changed it meanwhile
    languages: Sequence[tuple[str, str]]
    version: str  #: of what this page shows, or has shown beside what was typed
    key: str
    trouble: Trouble | None


@router.get("/accounts/{account_id}/contact")
def ask(request: Request, office: Office, person: SignedIn, account_id: str) -> Response:
    """Shows how the customer is reached, to be changed."""
    person.must(acts.RIGHT)
    return _form(request, office, person, account_id)


@router.post("/accounts/{account_id}/contact")
def change(request: Request, office: Office, form: Form, account_id: str) -> Response:
    """Changes it, or says what was wrong, or that somebody else was first and what they have written."""
    given = {name: form.text(name)[:longest] for name, longest in LONGEST.items()} | {"language": form.text("language")}
    mailing = {name: given[name] for name in MAILING} if given["line1"] else None
    try:
        lacking = [name for name in ("city", "zip") if not given[name]] if mailing else []
        if lacking:
            raise Invalid(_("Where letters go is incomplete."), fields={name: _("is required") for name in lacking})
        if given["language"] not in dict(_languages(office, given["language"])):
            raise Invalid(_("Letters are in a language that there is."), fields={"language": _("is no language")})
        acts.change_contact(
            office,
            form.ask,
            account_id,
            version=form.text("version"),
            phone=given["phone"],
            email=given["email"],
            language=given["language"],
            mailing=mailing,
        )
    except Problem as problem:
        if problem.status not in (412, 422):
            raise
        return _form(request, office, form.ask.person, account_id, given, problem)
    return RedirectResponse(urls.account(account_id), status_code=303)


def _form(
    request: Request,
    office: Services,
    person: Person,
    account_id: str,
    given: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    with office.store.reading() as session:
        account = acts.viewed(session, person, account_id)
        view = contact(session, account)
        is_confidential = account.confidential
    log_view(office, person, account_id, confidential=is_confidential, what="contact")
    there = _fields(view, office.district.state)
    content = ContactPage(
        account=account_id,
        name=view.name,
        given=given or there,
        now=there if problem is not None and problem.status == 412 else None,
        languages=_languages(office, view.language),
        version=contact_etag(view).strip('"'),
        key=new_key(),
        trouble=trouble_of(problem, of="mailing.") if problem else None,
    )
    return page(request, "counter/contact.html", content, person=person, status=problem.status if problem else 200)


def _fields(view: ContactView, state: str) -> dict[str, str]:
    mailing = view.mailing.model_dump() if view.mailing is not None else dict.fromkeys(MAILING, "")
    mailing["state"] = mailing["state"] or state
    return {"phone": view.phone, "email": view.email, "language": view.language, **mailing}


def _languages(office: Services, chosen: str) -> list[tuple[str, str]]:
    """The languages of the district's service area, and the one that is chosen."""
    spoken = office.district.settings.get("service-area-languages") or ["en", "es"]
    return [(code, language_name(code)) for code in dict.fromkeys([*map(str, spoken), chosen])]
