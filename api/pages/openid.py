"""Signing in at the district's own identity provider: there, and back."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.pages.frame import page, trouble_of
from api.pages.preferences import here
from api.pages.signing_in import SignInPage, signed_in_answer
from api.pages.urls import urls
from api.problems import NotReady, NotSignedIn, Problem
from api.security.cookies import forget, is_https, keep, kept
from api.security.openid import Begun, OpenIdError, begun
from api.security.signin import session_of, sign_in_as, unlock_as
from api.services import Office, Services
from api.texts import _
from definitions.language.sentences import sentence_of

router = APIRouter(include_in_schema=False)

COOKIE: Final = "headgate-openid"
LASTS: Final = 600  #: seconds that somebody may take at the provider


@router.get("/sign-in/openid")
def begin(
    request: Request,
    office: Office,
    then: Annotated[str, Query(max_length=500)] = "/",
    again: Annotated[bool, Query()] = False,
) -> Response:
    """Leads to the provider."""
    if office.openid is None:
        return RedirectResponse(urls.sign_in, status_code=303)
    sign_in = begun(here(then), again=again)
    try:
        address = office.openid.leads_to(sign_in, _back(request, office))
    except OpenIdError as error:
        return _refused(request, office, NotReady(_not_there(error)), here(then))
    response = RedirectResponse(address, status_code=303)
    keep(request, response, COOKIE, sign_in.to_cookie(), seconds=LASTS)
    return response


@router.get("/sign-in/openid/back")
def come_back(request: Request, office: Office) -> Response:
    """Signs in whom the provider says it is, or unlocks the session of who has it already."""
    sign_in = Begun.from_cookie(kept(request, COOKIE))
    if office.openid is None or sign_in is None:
        return RedirectResponse(urls.sign_in, status_code=303)
    then = here(sign_in.then)
    try:
        value = office.openid.who(sign_in, dict(request.query_params), _back(request, office))
        if sign_in.again and unlock_as(office, session_of(request), value):
            response: Response = RedirectResponse(then, status_code=303)
        else:
            response = signed_in_answer(request, office, sign_in_as(office, value), then)
    except OpenIdError as error:
        response = _refused(request, office, NotSignedIn(_not_trusted(error)), then)
    except NotSignedIn as problem:
        response = _refused(request, office, problem, then)
    forget(request, response, COOKIE)
    return response


def _back(request: Request, office: Services) -> str:
    """The address that the provider leads back to, as it has to know it."""
    base = office.address or f"{'https' if is_https(request) else 'http'}://{request.url.netloc}"
    return f"{base.rstrip('/')}{urls.openid_back}"


def _refused(request: Request, office: Services, problem: Problem, then: str) -> Response:
    content = SignInPage(
        name="",
        then=then,
        trouble=trouble_of(problem),
        passwords=office.passwords,
        openid=office.openid.title if office.openid else None,
    )
    return page(request, "frame/sign_in.html", content, person=None, status=problem.status)


def _not_there(error: OpenIdError) -> str:
    return _("The district's sign-in cannot be used now (%(why)s). Try again later.", why=sentence_of(error))


def _not_trusted(error: OpenIdError) -> str:
    return _("The district's sign-in was not completed (%(why)s). Try once more.", why=sentence_of(error))
