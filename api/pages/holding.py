"""Placing and releasing holds, from the page of a case or of an account."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from api.acts import delivering
from api.pages import cases, counter
from api.pages.posted import Form, Posted
from api.pages.returned import Returned, returned
from api.pages.urls import urls
from api.problems import Invalid, Problem
from api.services import Office, Services
from api.texts import _

router = APIRouter(include_in_schema=False)


@router.post("/accounts/{account_id}/holds")
async def place(request: Request, office: Office, form: Form, account_id: str) -> Response:
    """Places a hold; it takes effect at once."""
    try:
        await delivering.place(
            office,
            form.ask,
            account_id,
            kind=form.text("kind")[:60],
            reason=_reason(form),
            reference=form.text("reference")[:200] or None,
            until=_end_of(office, form.text("until")),
            version=form.number("version"),
        )
    except Problem as problem:
        return await _again(request, office, form, account_id, returned(form, "hold", problem))
    return _back(form, account_id)


@router.post("/accounts/{account_id}/holds/{kind}/release")
async def release(request: Request, office: Office, form: Form, account_id: str, kind: str) -> Response:
    """Releases a hold; it takes effect at once."""
    try:
        await delivering.release(
            office, form.ask, account_id, kind, reason=_reason(form), version=form.number("version")
        )
    except Problem as problem:
        return await _again(request, office, form, account_id, returned(form, f"release {kind}", problem))
    return _back(form, account_id)


async def _again(request: Request, office: Services, form: Posted, account_id: str, came_back: Returned) -> Response:
    case, person = form.text("case"), form.ask.person
    if case:
        return await run_in_threadpool(cases.shown, request, office, person, case, came_back)
    return await run_in_threadpool(counter.shown, request, office, person, account_id, came_back)


def _back(form: Posted, account_id: str) -> Response:
    case = form.text("case")
    return RedirectResponse(urls.case(case) if case else urls.account(account_id), status_code=303)


def _reason(form: Posted) -> str:
    reason = form.text("reason")[:1000]
    if not reason:
        raise Invalid(_("Say why: the reason stays with the hold."), fields={"reason": _("is empty")})
    return reason


def _end_of(office: Services, text: str) -> datetime | None:
    """The end of the hold's last day."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), office.zone)
    except ValueError:
        raise Invalid(_("A hold's last day is a date."), fields={"until": _("is no date")}) from None
