"""Who did, saw and was refused what: for auditors, and for everybody what is said of themselves."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from api.acts import auditing
from api.rest.bodies import Cursor, Limit
from api.rest.documented import READ
from api.security.signin import SignedIn
from api.services import Office
from api.views.audit import AuditView
from api.views.shown import Page, next_link
from store.queries.audit import Kind

router = APIRouter(prefix="/api/audit", tags=["operators"])

DOWNLOAD = {"Content-Disposition": 'attachment; filename="audit.csv"'}
Word = Annotated[str | None, Query(max_length=120)]


def wanted(
    account: Word = None,
    case: Word = None,
    by: Annotated[Word, Query(description="A person's short name.", examples=["rep"])] = None,
    kind: Annotated[Kind | None, Query(description="What was done, seen or refused; all without it.")] = None,
    first: Annotated[date | None, Query(description="From this day on.", examples=["2026-03-09"])] = None,
    last: Annotated[date | None, Query(description="Until this day, which is included.")] = None,
) -> auditing.Wanted:
    """What is looked for."""
    return auditing.Wanted(account=account, case=case, by=by, kind=kind, first=first, last=last)


Wanted = Annotated[auditing.Wanted, Depends(wanted)]


@router.get("", operation_id="list_audit", response_model=Page[AuditView], responses=READ)
def list_audit(
    office: Office,
    person: SignedIn,
    asked: Wanted,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[AuditView]:
    """Lists who did, saw and was refused what, the newest first."""
    page = auditing.everything(office, person, asked, limit=limit, cursor=cursor)
    return _linked("/api/audit", page, asked, limit)


@router.get("/mine", operation_id="list_own_audit", response_model=Page[AuditView], responses=READ)
def list_own_audit(
    office: Office, person: SignedIn, asked: Wanted, limit: Limit = 100, cursor: Cursor = None
) -> Page[AuditView]:
    """Lists what the audit says of the person who asks, the newest first."""
    page = auditing.own(office, person, asked, limit=limit, cursor=cursor)
    return _linked("/api/audit/mine", page, asked, limit)


@router.get(
    "/export",
    operation_id="export_audit",
    response_class=StreamingResponse,
    responses=READ | {200: {"description": "A line for each row, the newest first.", "content": {"text/csv": {}}}},
)
def export_audit(office: Office, person: SignedIn, asked: Wanted) -> StreamingResponse:
    """Writes the audit as CSV. Who took it out stands in the audit from then on."""
    return StreamingResponse(auditing.exported(office, person, asked), media_type="text/csv", headers=DOWNLOAD)


def _linked(path: str, page: Page[AuditView], asked: auditing.Wanted, limit: int) -> Page[AuditView]:
    return Page(items=page.items, next=next_link(path, page.next, {**asked.query(), "limit": limit}))
