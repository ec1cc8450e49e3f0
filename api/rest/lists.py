"""Lists that a lead reviews before they run."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field
from sqlmodel import col, func, select
from starlette.concurrency import run_in_threadpool

from api.acts import reviewing
from api.acts.many import MOST, Dones
from api.rest.asking import Asked, IfMatch, answer, version_of
from api.rest.bodies import Because, Cursor, Limit
from api.rest.documented import GUARDED, READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.lists import (
    Approval,
    ListDay,
    ListDetail,
    ListView,
    ReleaseLineView,
    ReleaseView,
    line_view,
    list_day,
    list_fields,
    per_day,
    release_line_view,
    release_view,
)
from api.views.shown import Page, next_link
from api.views.steps import TakenView
from api.views.tasks import etag
from store.queries import lists as queries
from store.queries.reviewing import day_of_list
from store.tables.cases import ListLine

router = APIRouter(prefix="/api/lists", tags=["lists"])

ListName = Annotated[str, Path(max_length=120, description="The list's name.", examples=["lock-off"])]
LineId = Annotated[str, Path(max_length=240, description="The line's id.", examples=["c-2345abcdefgh.4.lock-off"])]
ReleaseId = Annotated[str, Path(max_length=40, description="The release's id.", examples=["r-0123456789ab"])]


class Exclusion(Because):
    """Why a line is taken off, and until when."""

    until: date | None = Field(
        None, description="The day on which it is over; as its reason or the list says, or sooner.", examples=[None]
    )


class Exclusions(Exclusion):
    """Which lines are taken off, why, and until when."""

    lines: list[Annotated[str, Field(min_length=1, max_length=240)]] = Field(
        min_length=1, max_length=MOST, description="Their ids."
    )


@router.get("", operation_id="list_lists", response_model=Page[ListView], responses=READ)
def list_lists(office: Office, person: SignedIn) -> Page[ListView]:
    """Lists the lists, with how many lines wait on each."""
    person.must("see-accounts")
    with office.store.reading() as session:
        known = reviewing.lists(session, office.now())
        waiting = dict(
            session.exec(
                select(ListLine.list_name, func.count())
                .where(ListLine.status == "waiting")
                .group_by(col(ListLine.list_name))
            ).all()
        )
    views = [ListView(**list_fields(name, spec, waiting.get(name, 0))) for name, spec in sorted(known.items())]
    return Page(items=views)


@router.get("/{name}", operation_id="read_list", response_model=ListDetail, responses=READ)
def read_list(office: Office, person: SignedIn, name: ListName, response: Response) -> ListDetail:
    """Reads a list with its waiting lines and why each is on it; its ETag is needed to approve it."""
    person.must("see-accounts")
    with office.store.reading() as session:
        spec = reviewing.list_of(session, office.now(), name)
        lines = queries.waiting_lines(session, name, limit=reviewing.MOST)
        excluded = queries.excluded_lines(session, name, office.now())
        digest = reviewing.digest_of(lines)
        approved = reviewing.approvers(session, name, digest, reviewing.midnight(office))
        left = reviewing.left_today(session, name, spec, office.today())
    response.headers["ETag"] = etag(digest)
    return ListDetail(
        **list_fields(name, spec, len(lines)),
        columns=list(spec.columns),
        reasons=list(reviewing.reasons_of(spec)),
        per_day=per_day(spec),
        left_today=left,
        approved_by=list(approved),
        lines=[line_view(line, zone=office.zone) for line in lines],
        excluded=[line_view(line, zone=office.zone) for line in excluded],
    )


@router.get("/{name}/day", operation_id="read_list_day", response_model=ListDay, responses=READ)
def read_day(
    office: Office,
    person: SignedIn,
    name: ListName,
    on: Annotated[date | None, Query(description="The day; today by default.")] = None,
) -> ListDay:
    """Reads what a list has released on a day, with the work orders of each line as they stand at this moment."""
    person.must("see-accounts")
    day = on or office.today()
    with office.store.reading() as session:
        spec = reviewing.list_of(session, office.now(), name)
        return list_day(session, name, day, spec, day_of_list(session, name, day), zone=office.zone)


@router.post("/{name}/lines/{line}/exclude", operation_id="exclude_line", response_model=TakenView, responses=WRITE)
async def exclude(office: Office, ask: Asked, name: ListName, line: LineId, body: Exclusion) -> Response:
    """Takes a line off the list with a reason; so long, the account does not join it again."""
    return answer(await reviewing.exclude(office, ask, name, line, reason=body.reason, until=body.until))


@router.post("/{name}/exclude", operation_id="exclude_lines", response_model=Dones, responses=WRITE)
async def exclude_several(office: Office, ask: Asked, name: ListName, body: Exclusions) -> Response:
    """Takes several lines off the list with one reason; each is done or refused by itself."""
    done = await reviewing.exclude_many(office, ask, name, body.lines, reason=body.reason, until=body.until)
    return answer(done)


@router.post("/{name}/approve", operation_id="approve_list", response_model=Approval, responses=GUARDED)
async def approve(office: Office, ask: Asked, name: ListName, if_match: IfMatch = None) -> Response:
    """Approves the lines that were read; with enough approvals their release begins, each decided again by its case."""
    seen = version_of(if_match, "a list")
    return answer(await run_in_threadpool(reviewing.approve, office, ask, name, seen=seen))


@router.get("/{name}/releases", operation_id="list_releases", response_model=Page[ReleaseView], responses=READ)
def list_releases(
    office: Office, person: SignedIn, name: ListName, limit: Limit = 50, cursor: Cursor = None
) -> Page[ReleaseView]:
    """Lists the releases of a list, the newest first."""
    person.must("see-accounts")
    with office.store.reading() as session:
        reviewing.list_of(session, office.now(), name)
        page = queries.release_page(session, name, limit=limit, cursor=cursor)
        views = [release_view(each, queries.release_counts(session, each.id), zone=office.zone) for each in page.items]
    return Page(items=views, next=next_link(f"/api/lists/{name}/releases", page.cursor, {"limit": limit}))


@router.get("/{name}/releases/{release}", operation_id="read_release", response_model=ReleaseView, responses=READ)
def read_release(office: Office, person: SignedIn, name: ListName, release: ReleaseId) -> ReleaseView:
    """Reads how far a release has come."""
    person.must("see-accounts")
    with office.store.reading() as session:
        found = reviewing.release_of(session, name, release)
        return release_view(found, queries.release_counts(session, release), zone=office.zone)


@router.get(
    "/{name}/releases/{release}/lines",
    operation_id="list_release_lines",
    response_model=Page[ReleaseLineView],
    responses=READ,
)
def list_release_lines(
    office: Office, person: SignedIn, name: ListName, release: ReleaseId, limit: Limit = 50, cursor: Cursor = None
) -> Page[ReleaseLineView]:
    """Lists the lines of a release with what became of each."""
    person.must("see-accounts")
    with office.store.reading() as session:
        reviewing.release_of(session, name, release)
        page = queries.release_line_page(session, release, limit=limit, cursor=cursor)
    views = [release_line_view(row, line, zone=office.zone) for row, line in page.items]
    path = f"/api/lists/{name}/releases/{release}/lines"
    return Page(items=views, next=next_link(path, page.cursor, {"limit": limit}))


@router.post(
    "/{name}/releases/{release}/{change}", operation_id="change_release", response_model=ReleaseView, responses=WRITE
)
async def change(
    office: Office,
    ask: Asked,
    name: ListName,
    release: ReleaseId,
    change: Annotated[Literal["pause", "resume", "cancel"], Path(description="What is to become of it.")],
    body: Because,
) -> Response:
    """Pauses, resumes or cancels a release with a reason; lines that go already are decided all the same."""
    return answer(await run_in_threadpool(reviewing.change, office, ask, name, release, how=change, reason=body.reason))
