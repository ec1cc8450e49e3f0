"""Lists that a lead reviews before they run."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlmodel import col, func, select

from api.acts import reviewing
from api.rest.asking import Asked, IfMatch, answer, version_of
from api.rest.bodies import Because
from api.rest.documented import GUARDED, READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.lists import Approval, ListDetail, ListView, line_view, list_fields
from api.views.shown import Page
from api.views.steps import TakenView
from api.views.tasks import etag
from store.queries.cases import waiting_lines
from store.tables.cases import ListLine

router = APIRouter(prefix="/api/lists", tags=["lists"])

ListName = Annotated[str, Path(max_length=120, description="The list's name.", examples=["lock-off"])]
LineId = Annotated[str, Path(max_length=240, description="The line's id.", examples=["c-2345abcdefgh.4.lock-off"])]


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
        lines = waiting_lines(session, name, limit=reviewing.MOST)
        digest = reviewing.digest_of(lines)
        approved = reviewing.approvers(session, name, digest)
    response.headers["ETag"] = etag(digest)
    return ListDetail(
        **list_fields(name, spec, len(lines)),
        columns=list(spec.columns),
        reasons=list(reviewing.reasons_of(spec)),
        per_day=int(spec.per_day) if spec.per_day else None,
        approved_by=list(approved),
        lines=[line_view(line, zone=office.zone) for line in lines],
    )


@router.post("/{name}/lines/{line}/exclude", operation_id="exclude_line", response_model=TakenView, responses=WRITE)
async def exclude(office: Office, ask: Asked, name: ListName, line: LineId, body: Because) -> Response:
    """Takes a line off the list with a reason."""
    return answer(await reviewing.exclude(office, ask, name, line, reason=body.reason))


@router.post("/{name}/approve", operation_id="approve_list", response_model=Approval, responses=GUARDED)
async def approve(office: Office, ask: Asked, name: ListName, if_match: IfMatch = None) -> Response:
    """Approves the lines that were read; with enough approvals they are released, each decided again by its case."""
    return answer(await reviewing.approve(office, ask, name, seen=version_of(if_match, "a list")))
