"""Outages: those that stand and those that are over, announcing one, and putting one right or ending it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.acts import outages as acts
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form, Posted
from api.pages.urls import urls
from api.problems import Changed, Invalid, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _
from api.views.outages import Extent, OutageView, Part, outage_view
from store.queries.outages import MOST, outage_page

router = APIRouter(include_in_schema=False)

OVER: Final = 20  #: that are over, on one page
FIELDS: Final = (
    *("kind", "begins", "expected_until", "reason", "street", "street_first", "street_last"),
    *("route", "route_first", "route_last", "accounts"),
)


@dataclass(frozen=True, kw_only=True)
class OutagesPage:
    """All that stand, some that are over, and the form that announces one."""

    standing: Sequence[OutageView]
    over: Sequence[OutageView]
    next: str | None  #: where more of those that are over are
    may_announce: bool
    given: Mapping[str, str]  #: what was typed
    key: str
    trouble: Trouble | None


@dataclass(frozen=True, kw_only=True)
class OutagePage:
    """One outage, and the forms that change and end it."""

    outage: OutageView
    may_change: bool
    given: Mapping[str, str]  #: what stands there, or what was typed
    overtaken: bool  #: somebody else was quicker
    keys: Mapping[str, str]
    trouble: Trouble | None


@router.get("/outages")
def show_all(
    request: Request, office: Office, person: SignedIn, cursor: Annotated[str | None, Query(max_length=500)] = None
) -> Response:
    """Shows where the water is, will be and was off."""
    return _all(request, office, person, cursor=cursor)


@router.post("/outages")
def announce(request: Request, office: Office, form: Form) -> Response:
    """Announces an outage."""
    try:
        sent = _sent(office, form)
        new = acts.NewOutage(
            kind=sent["kind"],
            begins=sent["begins"],
            expected_until=sent["expected_until"],
            reason=sent["reason"],
            extent=sent["extent"],
        )
        answer = acts.announce(office, form.ask, new)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _all(request, office, form.ask.person, given=_given(form), trouble=trouble_of(problem))
    return RedirectResponse(urls.outage(answer.body["id"]), status_code=303)


@router.get("/outages/{outage_id}")
def show(request: Request, office: Office, person: SignedIn, outage_id: str) -> Response:
    """Shows an outage."""
    return _one(request, office, person, outage_id)


@router.post("/outages/{outage_id}")
def change(request: Request, office: Office, form: Form, outage_id: str) -> Response:
    """Changes what is otherwise than was announced."""
    try:
        acts.change(office, form.ask, outage_id, version=form.text("version"), changes=_sent(office, form))
    except Problem as problem:
        if problem.status not in (409, 412, 422):
            raise
        return _one(request, office, form.ask.person, outage_id, given=_given(form), problem=problem)
    return RedirectResponse(urls.outage(outage_id), status_code=303)


@router.post("/outages/{outage_id}/end")
def end(request: Request, office: Office, form: Form, outage_id: str) -> Response:
    """Says that the water is back."""
    try:
        acts.end(office, form.ask, outage_id, at=_moment(office, form, "at"))
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return _one(request, office, form.ask.person, outage_id, problem=problem)
    return RedirectResponse(urls.outage(outage_id), status_code=303)


def _all(
    request: Request,
    office: Services,
    person: Person,
    *,
    cursor: str | None = None,
    given: Mapping[str, str] | None = None,
    trouble: Trouble | None = None,
) -> Response:
    person.must("see-accounts")
    now, zone = office.now(), office.zone
    with office.store.reading() as session:
        standing = outage_page(session, standing=True, limit=MOST)
        over = outage_page(session, standing=False, limit=OVER, cursor=cursor)
    content = OutagesPage(
        standing=[outage_view(row, at=now, zone=zone) for row in reversed(standing.items)],
        over=[outage_view(row, at=now, zone=zone) for row in over.items],
        next=urls.outages_from(over.cursor) if over.cursor else None,
        may_announce=person.may(acts.RIGHT),
        given=given or dict.fromkeys(FIELDS, "") | {"kind": "planned"},
        key=new_key(),
        trouble=trouble,
    )
    return page(request, "outages/outages.html", content, person=person, status=422 if trouble else 200)


def _one(
    request: Request,
    office: Services,
    person: Person,
    outage_id: str,
    *,
    given: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    person.must("see-accounts")
    with office.store.reading() as session:
        view = outage_view(acts.outage_of(session, outage_id), at=office.now(), zone=office.zone)
    content = OutagePage(
        outage=view,
        may_change=person.may(acts.RIGHT) and view.ended is None,
        given=given or _standing(view),
        overtaken=isinstance(problem, Changed),
        keys={"change": new_key(), "end": new_key()},
        trouble=trouble_of(problem) if problem else None,
    )
    status = problem.status if problem else 200
    return page(request, "outages/outage.html", content, person=person, status=status)


def _given(form: Posted) -> dict[str, str]:
    return {name: form.text(name) for name in FIELDS}


def _standing(view: OutageView) -> dict[str, str]:
    given = {
        "kind": view.kind,
        "begins": _local(view.begins),
        "expected_until": _local(view.expected_until),
        "reason": view.reason,
        "accounts": " ".join(view.extent.accounts),
    }
    for name, part in (("route", view.extent.route), ("street", view.extent.street)):
        given[name] = part.name if part else ""
        given[f"{name}_first"] = _text(part.first if part else None)
        given[f"{name}_last"] = _text(part.last if part else None)
    return given


def _local(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M") if moment else ""


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _sent(office: Services, form: Posted) -> dict[str, Any]:
    """What a form says of an outage; Invalid with all that cannot be read."""
    kind, reason = form.text("kind"), form.text("reason")[:500]
    wrong: dict[str, Any] = {}
    if kind not in ("planned", "emergency"):
        wrong["kind"] = _("is planned or an emergency")
    if not reason:
        wrong["reason"] = _("is empty")
    if kind == "planned" and not form.text("begins"):
        wrong["begins"] = _("is needed for planned work")
    parts = {name: _part(form, name, wrong) for name in ("route", "street")}
    if wrong:
        raise Invalid(_("The outage cannot be announced as it is."), fields=wrong)
    accounts = form.text("accounts").replace(",", " ").split()[:500]
    return {
        "kind": kind,
        "begins": _moment(office, form, "begins"),
        "expected_until": _moment(office, form, "expected_until"),
        "reason": reason,
        "extent": Extent(route=parts["route"], street=parts["street"], accounts=accounts),
    }


def _part(form: Posted, name: str, wrong: dict[str, Any]) -> Part | None:
    called = form.text(name)[:80]
    numbers = {}
    for which in ("first", "last"):
        text = form.text(f"{name}_{which}")
        if text and not (text.isdecimal() and len(text) < 7):
            wrong[f"{name}_{which}"] = _("is a number")
        numbers[which] = form.number(f"{name}_{which}") if text else None
    if not called or any(field.startswith(name) for field in wrong):
        return None
    return Part(name=called, first=numbers["first"], last=numbers["last"])


def _moment(office: Services, form: Posted, name: str) -> datetime | None:
    """A day and a time in the district's zone; None where the field is empty."""
    given = form.text(name)
    if not given:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise Invalid(_("A time cannot be read."), fields={name: _("is a day and a time")}) from None
    return moment.replace(tzinfo=office.zone) if moment.tzinfo is None else moment
