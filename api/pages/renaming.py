"""The name of an account's customer, changed: who they are stays the same, and so does all that is theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.acts import accounts as acts
from api.acts.accounts import log_view
from api.pages.fields import Option
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form
from api.pages.urls import urls
from api.problems import Invalid, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _, said
from api.views.accounts import NameView
from api.views.stories import called, name_etag
from store.tables.utility import Customer

router = APIRouter(include_in_schema=False)

LONGEST: Final = 200


@dataclass(frozen=True, kw_only=True)
class NamePage:
    """The form in which it is changed."""

    there: NameView
    given: str
    now: str | None  #: what stands there, where somebody else has changed it meanwhile
    whys: Sequence[Option]
    version: str  #: of what this page shows, or has shown beside what was typed
    key: str
    trouble: Trouble | None


@router.get("/accounts/{account_id}/name")
def ask(request: Request, office: Office, person: SignedIn, account_id: str) -> Response:
    """Shows what the customer is called, to be changed."""
    person.must(acts.RIGHT)
    return _form(request, office, person, account_id)


@router.post("/accounts/{account_id}/name")
def change(request: Request, office: Office, form: Form, account_id: str) -> Response:
    """Changes it, or says what was wrong, or that somebody else was first and what they have written."""
    given = {"name": form.text("name")[:LONGEST], "why": form.text("why")}
    try:
        if given["why"] not in acts.WHYS:
            raise Invalid(_("The audit keeps why a name changed."), fields={"why": _("is required")})
        acts.change_name(
            office,
            form.ask,
            account_id,
            version=form.text("version"),
            name=given["name"],
            why=cast(acts.Why, given["why"]),
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
        there = called(session, account, confidential=person.may("see-confidential"))
        version = name_etag(session.get_one(Customer, account.customer_id)).strip('"')
        is_confidential = account.confidential
    log_view(office, person, account_id, confidential=is_confidential, what="name")
    chosen = given["why"] if given else ""
    content = NamePage(
        there=there,
        given=given["name"] if given else there.name,
        now=there.name if problem is not None and problem.status == 412 else None,
        whys=[Option(value=why, label=said(told), chosen=why == chosen) for why, told in acts.WHYS.items()],
        version=version,
        key=new_key(),
        trouble=trouble_of(problem) if problem else None,
    )
    return page(request, "counter/name.html", content, person=person, status=problem.status if problem else 200)
