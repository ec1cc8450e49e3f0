"""A session that was left alone asks for the password again, and goes on where it was: what had been typed is sent after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.pages.frame import Trouble, page, trouble_of
from api.pages.preferences import from_here, here
from api.pages.urls import urls
from api.problems import NotSignedIn, Problem, TooManyTries
from api.security.signin import SignedIn, person_of_session, session_of, unlock
from api.services import Office

router = APIRouter(include_in_schema=False)

PASSWORD: Final = "unlock-password"  # noqa: S105  # the field's name
THEN: Final = "unlock-then"


@dataclass(frozen=True, kw_only=True)
class LockedPage:
    """Asks for the password of who was here."""

    name: str  #: of the person
    then: str  #: the address that goes on
    kept: Sequence[tuple[str, str]]  #: the fields of the form that was sent while the session was locked
    lost: Sequence[str]  #: files that were sent with it; a page cannot send them again
    trouble: Trouble | None
    passwords: bool  #: whether one may go on by a password
    openid: str | None  #: what the link to the identity provider says; None without one


async def asked(request: Request, _problem: Problem) -> Response:
    """The answer to a request of a locked session: the question for the password, with what was typed."""
    if request.headers.get("x-live") or request.headers.get("hx-request"):
        return Response(status_code=401)
    if request.method != "POST":
        then = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        return RedirectResponse(f"{urls.unlock}?{urlencode({'then': then})}", status_code=303)
    return await _asked_again(request, request.app.state.services, then=request.url.path, trouble=None, status=401)


@router.get("/unlock")
async def show(request: Request, office: Office, then: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    """Asks for the password."""
    return await _asked_again(request, office, then=here(then), trouble=None, status=200)


@router.post("/unlock")
async def enter(request: Request, office: Office) -> Response:
    """Opens the session and goes on: to the page, or with the form that had been sent."""
    from_here(request)
    form = await request.form()
    then = here(str(form.get(THEN, "/")))
    address = request.client.host if request.client else "unknown"
    try:
        await run_in_threadpool(unlock, office, session_of(request), str(form.get(PASSWORD, ""))[:200], address)
    except (NotSignedIn, TooManyTries) as problem:
        return await _asked_again(request, office, then=then, trouble=trouble_of(problem), status=problem.status)
    if request.headers.get("hx-request"):
        return Response(status_code=204)
    # 307 sends the same form to where it was meant for.
    carries_a_form = any(name not in (PASSWORD, THEN) for name in form)
    return RedirectResponse(then, status_code=307 if carries_a_form else 303)


@router.post("/awake", status_code=204)
def awake(_person: SignedIn) -> Response:
    """Notes that somebody is there who only types."""
    return Response(status_code=204)


async def _asked_again(
    request: Request, office: Office, *, then: str, trouble: Trouble | None, status: int
) -> Response:
    person = await run_in_threadpool(person_of_session, office, session_of(request))
    if person is None:
        return RedirectResponse(f"{urls.sign_in}?{urlencode({'then': then})}", status_code=303)
    form = await request.form() if request.method == "POST" else None
    fields = form.multi_items() if form else []
    content = LockedPage(
        name=person.name,
        then=then,
        kept=[(name, value) for name, value in fields if isinstance(value, str) and name not in (PASSWORD, THEN)],
        lost=[value.filename or name for name, value in fields if isinstance(value, UploadFile) and value.filename],
        trouble=trouble,
        passwords=office.passwords,
        openid=office.openid.title if office.openid else None,
    )
    return page(request, "frame/locked.html", content, person=None, status=status)
