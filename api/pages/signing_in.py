"""Signing in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.pages.frame import Trouble, page, trouble_of
from api.pages.posted import Form as PostedForm
from api.pages.preferences import from_here, here
from api.pages.urls import urls
from api.problems import NotSignedIn, TooManyTries
from api.security.cookies import forget, keep
from api.security.signin import (
    SESSION_COOKIE,
    must_choose_password,
    person_of_session,
    session_of,
    sign_in,
    sign_out,
)
from api.services import Office, Services

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class SignInPage:
    """Signing in."""

    name: str  #: that was given
    then: str  #: the page that was asked for
    trouble: Trouble | None
    passwords: bool  #: whether one may sign in with a password
    openid: str | None  #: what the link to the identity provider says; None without one


@router.get("/sign-in")
def show(request: Request, office: Office, then: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """Asks who it is."""
    content = SignInPage(name="", then=here(then), trouble=None, passwords=office.passwords, openid=_openid(office))
    return page(request, "frame/sign_in.html", content, person=None)


@router.post("/sign-in")
def enter(
    request: Request,
    office: Office,
    name: Annotated[str, Form(max_length=60)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    then: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Signs in, or says why not."""
    from_here(request)
    address = request.client.host if request.client else "unknown"
    try:
        token = sign_in(office, name.strip().lower(), password, address)
    except (NotSignedIn, TooManyTries) as problem:
        trouble = trouble_of(problem)
        shown = SignInPage(
            name=name, then=here(then), trouble=trouble, passwords=office.passwords, openid=_openid(office)
        )
        response: Response = page(request, "frame/sign_in.html", shown, person=None, status=problem.status)
        response.headers.update(problem.headers)
        return response
    chooses = must_choose_password(office, name.strip().lower())
    return signed_in_answer(request, office, token, urls.me if chooses else here(then))


def signed_in_answer(request: Request, office: Services, token: str, then: str) -> Response:
    """Leads on with the new session; the one that the browser had before is no good any more."""
    if before := session_of(request):
        sign_out(office, before)
    response = RedirectResponse(_first_page(office, token, then), status_code=303)
    keep(request, response, SESSION_COOKIE, token, seconds=int(office.session_lasts.total_seconds()))
    return response


def _openid(office: Services) -> str | None:
    return office.openid.title if office.openid else None


def _first_page(office: Services, token: str, then: str) -> str:
    """The page that was asked for; who only works in the field begins with the day's orders."""
    person = person_of_session(office, token)
    return urls.crew if then == urls.queue and person is not None and person.in_the_field_only else then


@router.post("/sign-out")
def leave(request: Request, office: Office, form: PostedForm) -> Response:
    """Ends the session."""
    sign_out(office, session_of(request))
    response = RedirectResponse(urls.sign_in, status_code=303)
    forget(request, response, SESSION_COOKIE)
    return response
