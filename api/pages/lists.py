"""The lists that a lead reviews: who is on them and why, taking off, releasing, and the print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import TypeAdapter
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from api.acts import reviewing
from api.acts.many import Done, Dones
from api.library import content_of_case
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form, Posted
from api.pages.telling import step_told
from api.pages.urls import urls
from api.problems import Changed, Invalid, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _, said
from api.views.lists import ListView, ReleaseView, list_fields, per_day, release_view
from api.views.reviewing import ON_A_PAGE, Reviewed, Sifted, Sifting, Sort, sifted
from definitions.language.pack import ReviewList
from definitions.language.sentences import again, say
from store.queries import lists as queries
from store.queries.reviewing import decided_since
from store.tables.cases import CaseRow, ListLine
from workflows.machine.machine import machine_of

router = APIRouter(include_in_schema=False)

FORMS: Final = ("exclude", "approve")
SORTS: Final[tuple[Sort, ...]] = ("joined", "age", "amount", "route")
RECENT: Final = 5  #: releases that a list's page shows
DONES: Final[TypeAdapter[Dones]] = TypeAdapter(Dones)


@dataclass(frozen=True, kw_only=True)
class Overview:
    """One of the lists."""

    view: ListView
    oldest: datetime | None  #: since when the first line waits
    left_today: int | None
    releases: Sequence[ReleaseView]  #: that run or are paused


@dataclass(frozen=True, kw_only=True)
class ListsPage:
    """All lists."""

    lists: Sequence[Overview]


@dataclass(frozen=True, kw_only=True)
class Gone:
    """A line that is not there any more."""

    line: ListLine
    why: str  #: in the reader's language; "" where nobody gave a reason


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What has become of a list since it was read."""

    since: datetime
    joined: Sequence[ListLine]
    gone: Sequence[Gone]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A reason for taking a line off."""

    reason: str
    lasts: str | None  #: as the list says it: `5 business days`


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """One list as it is reviewed."""

    view: ListView
    roles: Sequence[str]  #: titles of those who review it
    digest: str  #: of the lines that are approved
    at: datetime  #: when they were read
    sifting: Sifting
    sifted: Sifted
    query: str  #: the sifting as it stands in an address
    columns: Sequence[str]
    excluded: Sequence[ListLine]
    reasons: Sequence[Reason]
    per_day: int | None
    left_today: int | None
    approved_by: Sequence[str]
    is_approver: bool  #: the person has approved these lines
    releases: Sequence[ReleaseView]
    may_review: bool
    results: Sequence[tuple[Done, str]]  #: of taking several off, each with its account
    chosen: frozenset[str]  #: lines that were chosen and stay chosen
    given: Mapping[str, str]  #: what was typed
    difference: Difference | None
    keys: Mapping[str, str]
    trouble: Trouble | None


@dataclass(frozen=True, kw_only=True)
class PrintPage:
    """A list on paper."""

    view: ListView
    at: datetime
    sifting: Sifting
    lines: Sequence[Reviewed]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What came back with what was sent."""

    results: Dones | None = None
    chosen: frozenset[str] = frozenset()
    given: Mapping[str, str] | None = None
    since: datetime | None = None
    trouble: Trouble | None = None


@router.get("/lists")
def show_all(request: Request, office: Office, person: SignedIn) -> Response:
    """Shows the lists."""
    person.must("see-accounts")
    with office.store.reading() as session:
        known = reviewing.lists(session, office.now())
        waiting = queries.waiting_counts(session)
        running = queries.releases_under_way(session)
        counts = queries.counts_of(session, [release.id for release in running])
        overviews = [
            Overview(
                view=ListView(**list_fields(name, spec, waiting[name].lines if name in waiting else 0)),
                oldest=waiting[name].oldest.astimezone(office.zone) if name in waiting else None,
                left_today=reviewing.left_today(session, name, spec, office.today()),
                releases=[
                    release_view(release, counts.get(release.id, {}), zone=office.zone)
                    for release in running
                    if release.list_name == name
                ],
            )
            for name, spec in sorted(known.items(), key=lambda each: each[1].title)
        ]
    return page(request, "lists/lists.html", ListsPage(lists=overviews), person=person)


@router.get("/lists/{name}")
def show(
    request: Request,
    office: Office,
    person: SignedIn,
    name: str,
    page_number: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1,
) -> Response:
    """Shows a list with its lines, sifted and sorted."""
    return _shown(request, office, person, name, number=page_number)


@router.get("/lists/{name}/print")
def show_print(request: Request, office: Office, person: SignedIn, name: str) -> Response:
    """Shows a list for the printer: every line that the sifting leaves, on one page."""
    person.must("see-accounts")
    sifting = _sifting(request)
    with office.store.reading() as session:
        spec = reviewing.list_of(session, office.now(), name)
        lines = queries.waiting_lines(session, name, limit=reviewing.MOST)
        found = _sifted(session, office, person, spec, lines, sifting, on_a_page=reviewing.MOST)
    content = PrintPage(
        view=ListView(**list_fields(name, spec, len(lines))),
        at=office.now().astimezone(office.zone),
        sifting=sifting,
        lines=found.lines,
    )
    return page(request, "lists/print.html", content, person=person)


@router.post("/lists/{name}/exclude")
async def exclude(request: Request, office: Office, form: Form, name: str) -> Response:
    """Takes the chosen lines off the list, and shows what became of each."""
    chosen = form.fields.get("line", [])
    given = {"reason": form.text("reason")[:200], "until": form.text("until")[:10]}
    trouble, results = None, None
    try:
        until = _day(given["until"])
        if not chosen:
            raise Invalid(_("Choose the lines that you take off."), fields={"line": say("is empty")})
        if not given["reason"]:
            raise Invalid(_("Say why these lines are taken off."), fields={"reason": say("is empty")})
        done = await reviewing.exclude_many(office, form.ask, name, chosen, reason=given["reason"], until=until)
        results = DONES.validate_python(done.body)
    except Problem as problem:
        if problem.status not in (403, 409, 422):
            raise
        trouble = trouble_of(problem)
    refused = frozenset(each.id for each in results.results if not each.done) if results else frozenset(chosen)
    sent = Sent(results=results, chosen=refused, given=given if refused else None, trouble=trouble)
    return await run_in_threadpool(
        _shown, request, office, form.ask.person, name, sent=sent, status=422 if trouble else 200
    )


@router.post("/lists/{name}/approve")
async def approve(request: Request, office: Office, form: Form, name: str) -> Response:
    """Approves the lines that were seen; with enough persons their release begins."""
    try:
        answer = await run_in_threadpool(reviewing.approve, office, form.ask, name, seen=form.text("seen"))
    except Problem as problem:
        if problem.status not in (403, 409, 412):
            raise
        sent = Sent(trouble=trouble_of(problem), since=_seen_at(form) if isinstance(problem, Changed) else None)
        return await run_in_threadpool(_shown, request, office, form.ask.person, name, sent=sent, status=problem.status)
    release: dict[str, Any] | None = answer.body["release"]
    where = urls.release(name, release["id"]) if release else urls.list_of(name)
    return RedirectResponse(where, status_code=303)


def _shown(
    request: Request,
    office: Services,
    person: Person,
    name: str,
    *,
    number: int = 1,
    sent: Sent | None = None,
    status: int = 200,
) -> Response:
    person.must("see-accounts")
    sent = sent or Sent()
    sifting = _sifting(request)
    with office.store.reading() as session:
        spec = reviewing.list_of(session, office.now(), name)
        lines = queries.waiting_lines(session, name, limit=reviewing.MOST)
        digest = reviewing.digest_of(lines)
        approved = reviewing.approvers(session, name, digest, reviewing.midnight(office))
        releases = queries.release_page(session, name, limit=RECENT).items
        counts = queries.counts_of(session, [release.id for release in releases])
        ids = [each.id for each in sent.results.results] if sent.results else []
        accounts = queries.accounts_of_lines(session, ids)
        content = ListPage(
            view=ListView(**list_fields(name, spec, len(lines))),
            roles=[
                office.district.roles[role].title if role in office.district.roles else role for role in spec.review
            ],
            digest=digest,
            at=office.now().astimezone(office.zone),
            sifting=sifting,
            sifted=_sifted(session, office, person, spec, lines, sifting, number=number),
            query=_query(sifting),
            columns=list(spec.columns),
            excluded=queries.excluded_lines(session, name, office.now()),
            reasons=[
                Reason(reason=each.reason, lasts=_lasts(each.expires or spec.exclusion_expires))
                for each in spec.reasons
            ],
            per_day=per_day(spec),
            left_today=reviewing.left_today(session, name, spec, office.today()),
            approved_by=approved,
            is_approver=person.id in approved,
            releases=[release_view(each, counts.get(each.id, {}), zone=office.zone) for each in releases],
            may_review=person.may("review-lists") and bool(person.roles & set(spec.review)),
            results=[(each, accounts.get(each.id) or each.id) for each in sent.results.results] if sent.results else [],
            chosen=sent.chosen,
            given=sent.given or {"reason": "", "until": ""},
            difference=_difference(session, name, lines, sent.since) if sent.since else None,
            keys={form: new_key() for form in FORMS},
            trouble=sent.trouble,
        )
    return page(request, "lists/list.html", content, person=person, status=status)


def _sifted(
    session: Session,
    office: Services,
    person: Person,
    spec: ReviewList,
    lines: Sequence[ListLine],
    sifting: Sifting,
    *,
    number: int = 1,
    on_a_page: int = ON_A_PAGE,
) -> Sifted:
    return sifted(
        session,
        lines,
        spec,
        sifting,
        person=person,
        district=office.district,
        today=office.today(),
        zone=office.zone,
        number=number,
        on_a_page=on_a_page,
    )


def _difference(session: Session, name: str, lines: Sequence[ListLine], since: datetime) -> Difference:
    decided = [line for line in decided_since(session, name, since) if line.joined_at < since]
    unsaid = [line.case_id for line in decided if _left_by_an_event(line)]
    left = {row.id: row for row in session.exec(select(CaseRow).where(col(CaseRow.id).in_(unsaid)))} if unsaid else {}
    gone = [Gone(line=line, why=_why(session, line, left.get(line.case_id))) for line in decided]
    return Difference(since=since, joined=[line for line in lines if line.joined_at >= since], gone=gone)


def _left_by_an_event(line: ListLine) -> bool:
    return line.status == "left" and line.reason_said is None


def _why(session: Session, line: ListLine, case: CaseRow | None) -> str:
    reason = line.reason or ""
    if case is not None and _left_by_an_event(line):
        reason = step_told(machine_of(content_of_case(session, case)), reason)
    return said(again(reason, line.reason_said))


def _seen_at(form: Posted) -> datetime | None:
    try:
        seen = datetime.fromisoformat(form.text("at"))
    except ValueError:
        return None
    return seen if seen.tzinfo is not None else None


def _sifting(request: Request) -> Sifting:
    """The sifting that the address asks for; what cannot be read is not asked for."""
    asked = {name: request.query_params.get(name, "")[:40] for name in ("sort", "route", "amount", "days", "late")}
    try:
        least = Decimal(asked["amount"]) if asked["amount"] else None
    except InvalidOperation:
        least = None
    return Sifting(
        sort=next((each for each in SORTS if each == asked["sort"]), "joined"),
        route=asked["route"],
        at_least_usd=least if least is None or least.is_finite() else None,
        at_least_days=int(asked["days"]) if asked["days"].isdecimal() and len(asked["days"]) < 6 else None,
        late=bool(asked["late"]),
    )


def _query(sifting: Sifting) -> str:
    asked = {
        "sort": sifting.sort if sifting.sort != "joined" else "",
        "route": sifting.route,
        "amount": "" if sifting.at_least_usd is None else str(sifting.at_least_usd),
        "days": "" if sifting.at_least_days is None else str(sifting.at_least_days),
        "late": "yes" if sifting.late else "",
    }
    return urlencode({name: value for name, value in asked.items() if value})


def _lasts(duration: Any) -> str | None:
    return None if duration is None else str(duration)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(_("An exclusion ends on a day."), fields={"until": say("is no date")}) from None
