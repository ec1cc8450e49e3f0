"""Who did, saw and was refused what: for auditors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.rest.bodies import Cursor, Limit
from api.rest.documented import READ
from api.security.signin import SignedIn
from api.services import Office
from api.views.books import AuditView, audit_view
from api.views.shown import Page, next_link
from store.records import audit_page

router = APIRouter(prefix="/api/audit", tags=["operators"])

Word = Annotated[str | None, Query(max_length=120)]


@router.get("", operation_id="list_audit", response_model=Page[AuditView], responses=READ)
def list_audit(
    office: Office,
    person: SignedIn,
    account: Word = None,
    case: Word = None,
    by: Annotated[Word, Query(description="A person's short name.", examples=["rep"])] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[AuditView]:
    """Lists who did, saw and was refused what, the newest first."""
    person.must("read-audit")
    with office.store.reading() as session:
        page = audit_page(session, account=account, case=case, person=by, limit=limit, cursor=cursor)
    asked = {"account": account, "case": case, "by": by, "limit": limit}
    return Page(
        items=[audit_view(row, zone=office.zone) for row in page.items],
        next=next_link("/api/audit", page.cursor, asked),
    )
