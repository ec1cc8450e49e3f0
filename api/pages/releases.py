"""A release while it runs, and the day on which a list runs: both live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.acts import reviewing
from api.pages.asked import AskedDay
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form
from api.pages.urls import urls
from api.pages.versions import version_of
from api.problems import Invalid, NotFound, Problem
from api.security.people import Person
from api.security.rights import who_may
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _
from api.views.lists import ReleaseLineView, ReleaseView, release_line_view, release_view
from api.views.lock_off import LOCKED_OFF, Day, lock_off_day
from definitions.language.sentences import say
from store.queries import lists as queries

router = APIRouter(include_in_schema=False)

CHANGES: Final[Mapping[str, Literal["pause", "resume", "cancel"]]] = {
    "pause": "pause",
    "resume": "resume",
    "cancel": "cancel",
}
LINES: Final = 200  #: of a release on one page


@dataclass(frozen=True, kw_only=True)
class ReleasePage:
    """A release, and what became of its lines."""

    name: str
    title: str
    release: ReleaseView
    decided: int  #: lines that wait for nothing any more
    lines: Sequence[ReleaseLineView]
    next: str | None  #: address of the next page of lines
    live: bool  #: it is still under way
    reviewers: Sequence[str]  #: titles of the roles that stop it or go on with it
    changes: Sequence[str]  #: what can be done with it now
    reason: str  #: that was typed
    version: str  #: changes with all that the page shows
    keys: Mapping[str, str]
    trouble: Trouble | None


@dataclass(frozen=True, kw_only=True)
class DayPage:
    """The day on which a list runs."""

    name: str
    title: str
    shuts_off: bool  #: after it water is off
    day: Day
    crews: Mapping[str, str]  #: titles
    at: datetime
    is_today: bool
    before: date
    after: date
    versions: Mapping[str, str]  #: of each part that lives


@router.get("/lists/{name}/releases/{release_id}")
def show(
    request: Request,
    office: Office,
    person: SignedIn,
    name: str,
    release_id: str,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Shows how far a release has come, with the result of each line."""
    content = _content(office, person, name, release_id, cursor=cursor)
    return page(request, "lists/release.html", content, person=person)


@router.get("/lists/{name}/releases/{release_id}/progress")
def progress(
    request: Request,
    office: Office,
    person: SignedIn,
    name: str,
    release_id: str,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """The living part of a release's page; nothing where nothing has changed."""
    content = _content(office, person, name, release_id, cursor=cursor)
    if request.headers.get("x-seen") == content.version:
        return Response(status_code=204)
    return page(request, "lists/_release.html", content, person=person)


@router.post("/lists/{name}/releases/{release_id}/{change}")
def change(request: Request, office: Office, form: Form, name: str, release_id: str, change: str) -> Response:
    """Pauses, resumes or cancels the release with a reason."""
    if change not in CHANGES:
        raise NotFound(say("A release is not %(change)s.", change=repr(change[:40])))
    reason = form.text("reason")[:500]
    try:
        if not reason:
            raise Invalid(_("Say why: the reason stays with the release."), fields={"reason": say("is empty")})
        reviewing.change(office, form.ask, name, release_id, how=CHANGES[change], reason=reason)
    except Problem as problem:
        if problem.status not in (403, 409, 422):
            raise
        content = _content(office, form.ask.person, name, release_id, reason=reason, trouble=trouble_of(problem))
        return page(request, "lists/release.html", content, person=form.ask.person, status=problem.status)
    return RedirectResponse(urls.release(name, release_id), status_code=303)


@router.get("/lists/{name}/day")
def show_day(request: Request, office: Office, person: SignedIn, name: str, on: AskedDay = None) -> Response:
    """Shows the day on which a list runs."""
    return page(request, "lists/day.html", _day(office, person, name, on), person=person)


@router.get("/lists/{name}/day/now")
def day_now(request: Request, office: Office, person: SignedIn, name: str, on: AskedDay = None) -> Response:
    """The living part of the day's page; nothing where nothing has changed."""
    content = _day(office, person, name, on)
    if request.headers.get("x-seen") == content.versions["all"]:
        return Response(status_code=204)
    return page(request, "lists/_day.html", content, person=person)


def _content(
    office: Services,
    person: Person,
    name: str,
    release_id: str,
    *,
    cursor: str | None = None,
    reason: str = "",
    trouble: Trouble | None = None,
) -> ReleasePage:
    person.must("see-accounts")
    with office.store.reading() as session:
        spec = reviewing.list_of(session, office.now(), name)
        release = reviewing.release_of(session, name, release_id)
        view = release_view(release, queries.release_counts(session, release_id), zone=office.zone)
        found = queries.release_line_page(session, release_id, limit=LINES, cursor=cursor)
        lines = [release_line_view(row, line, zone=office.zone) for row, line in found.items]
    may_change = person.may("review-lists") and bool(person.roles & set(spec.review))
    waits = view.counts.get("pending", 0) + view.counts.get("going", 0)
    return ReleasePage(
        name=name,
        title=spec.title,
        release=view,
        decided=view.lines - waits,
        lines=lines,
        next=urls.release(name, release_id, found.cursor) if found.cursor else None,
        live=view.status in ("running", "paused") or view.counts.get("going", 0) > 0,
        reviewers=who_may(office.district, "review-lists", among=spec.review),
        changes=_changes(view) if may_change else (),
        reason=reason,
        version=version_of(view, lines),
        keys={how: new_key() for how in CHANGES},
        trouble=trouble,
    )


def _changes(release: ReleaseView) -> Sequence[str]:
    return {"running": ("pause", "cancel"), "paused": ("resume", "cancel")}.get(release.status, ())


def _day(office: Services, person: Person, name: str, on: date | None) -> DayPage:
    person.must("see-accounts")
    day = on or office.today()
    with office.store.reading() as session:
        spec = reviewing.list_of(session, office.now(), name)
        found = lock_off_day(session, name, spec, day, person=person, zone=office.zone)
    versions = {
        "counts": version_of(found.released, found.per_day, found.crews, found.outcomes, found.off),
        "lines": version_of(found.lines),
        "payments": version_of(found.payments),
        "paid": version_of(found.paid_but_off),
    }
    return DayPage(
        name=name,
        title=spec.title,
        shuts_off=LOCKED_OFF in spec.lawful,
        day=found,
        crews={crew: spec_.title for crew, spec_ in office.district.crews.items()},
        at=office.now().astimezone(office.zone),
        is_today=day == office.today(),
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        versions={**versions, "all": version_of(versions)},
    )
