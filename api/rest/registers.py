"""What finance reconciles: postings by day, write-offs, imports and their bad rows, approvals that wait, registers as files."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response

from api.acts import approving, registers
from api.problems import NotFound
from api.rest.bodies import Cursor, Limit
from api.rest.documented import READ
from api.security.signin import SignedIn
from api.services import Office
from api.views.approvals import ApprovalView
from api.views.posted import (
    BadRowView,
    DayView,
    ImportView,
    PostingView,
    bad_row_view,
    day_view,
    import_view,
    posting_view,
)
from api.views.shown import Page, next_link
from definitions.language.sentences import say
from store.queries import posted
from store.tables.imports import ImportRun

router = APIRouter(prefix="/api/money", tags=["money"])

On = Annotated[date | None, Query(description="By default today.")]
Word = Annotated[str | None, Query(max_length=120)]
Which = Literal["postings", "write-offs", "refunds", "returned-payments", "deposits", "books"]
ImportId = Annotated[str, Path(max_length=80, examples=["im-0123456789ab"])]
CSV: dict[int | str, dict[str, Any]] = {200: {"description": "The file.", "content": {"text/csv": {}}}}


@router.get("/postings", operation_id="list_postings", response_model=Page[PostingView], responses=READ)
def list_postings(
    office: Office,
    person: SignedIn,
    on: On = None,
    code: Word = None,
    by: Word = None,
    rule: Word = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[PostingView]:
    """Lists the lines posted on a day, as they were written: by whom, under which rule and case."""
    registers.may_see(person)
    day = on or office.today()
    asked = posted.Asked(code=code, person=by, rule=rule)
    with office.store.reading() as session:
        found = posted.posted_page(session, day, asked, limit=limit, cursor=cursor)
    query = {"on": day.isoformat(), "code": code, "by": by, "rule": rule, "limit": limit}
    return Page(
        items=[posting_view(row, zone=office.zone) for row in found.items],
        next=next_link("/api/money/postings", found.cursor, query),
    )


@router.get("/days", operation_id="read_posted_day", response_model=DayView, responses=READ)
def read_day(office: Office, person: SignedIn, on: On = None) -> DayView:
    """A day's postings in sums by rule, person and code; they come to nothing."""
    registers.may_see(person)
    day = on or office.today()
    with office.store.reading() as session:
        return day_view(day, posted.posted_sums(session, day))


@router.get("/imports", operation_id="list_imports", response_model=Page[ImportView], responses=READ)
def list_imports(office: Office, person: SignedIn, limit: Limit = 50, cursor: Cursor = None) -> Page[ImportView]:
    """Lists the files of the billing system that were imported, the newest first."""
    registers.may_see(person)
    with office.store.reading() as session:
        found = posted.import_runs(session, limit=limit, cursor=cursor)
    return Page(
        items=[import_view(run, zone=office.zone) for run in found.items],
        next=next_link("/api/money/imports", found.cursor, {"limit": limit}),
    )


@router.get(
    "/imports/{import_id}/bad-rows", operation_id="list_bad_rows", response_model=list[BadRowView], responses=READ
)
def list_bad_rows(office: Office, person: SignedIn, import_id: ImportId) -> list[BadRowView]:
    """Lists the rows of a file that did not load: of payments, those that found no account."""
    registers.may_see(person)
    with office.store.reading() as session:
        if session.get(ImportRun, import_id) is None:
            raise NotFound(say("There is no import %(number)s.", number=repr(import_id)))
        return [bad_row_view(row) for row in posted.bad_rows(session, import_id)]


@router.get("/approvals", operation_id="list_approvals", response_model=list[ApprovalView], responses=READ)
def list_approvals(office: Office, person: SignedIn, kind: Word = None) -> list[ApprovalView]:
    """Lists what waits for approval with an amount, with the limits and duties of the person who asks."""
    person.must("see-accounts")
    with office.store.reading() as session:
        return approving.approvals(session, office, person, kind)


@router.get("/registers/{which}", operation_id="export_register", response_class=Response, responses={**READ, **CSV})
def export_register(
    office: Office,
    person: SignedIn,
    which: Which,
    start: Annotated[date | None, Query(description="The first day; by default 30 days before the last.")] = None,
    end: Annotated[date | None, Query(description="The last day; by default today.")] = None,
) -> Response:
    """A register as CSV. Each export is recorded."""
    last = end or office.today()
    content = registers.export(office, person, which, start or last - timedelta(days=30), last)
    disposition = f'attachment; filename="{which}-{last.isoformat()}.csv"'
    return Response(content, media_type="text/csv", headers={"Content-Disposition": disposition})
