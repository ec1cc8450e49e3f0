"""Money that the district holds and pays back: refunds and their runs, deposits, returned payments, the books by code."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field
from sqlmodel import col, select

from api.acts import refunding
from api.problems import Conflict, NotFound, NotPermitted
from api.rest.asking import Asked, answer
from api.rest.bodies import Body, Cursor, Limit
from api.rest.documented import READ, WRITE
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office
from api.views.money import (
    BooksView,
    DepositView,
    RefundView,
    ReturnedView,
    RunView,
    books_view,
    checks_csv,
    deposit_view,
    refund_view,
    returned_view,
    run_view,
)
from api.views.shown import Page, next_link
from definitions.language.sentences import say
from store.paging import after, page_of, read_cursor
from store.queries import money
from store.refunds import checks_of, refunds_of
from store.tables.audit import Audit
from store.tables.money import RefundRow, RefundRun

router = APIRouter(prefix="/api/money", tags=["money"])

RunId = Annotated[str, Path(max_length=80, examples=["rr-0123456789ab"])]
Status = Annotated[
    Literal["payable", "issued", "cashed", "unclaimed", "forfeited"] | None, Query(description="Only those so far.")
]


class Issue(Body):
    """How a run is issued."""

    first_check: int = Field(ge=1, le=999_999_999, description="The number of the first check; the others follow.")
    issued_on: date = Field(examples=["2026-03-16"])


@router.get("/refunds", operation_id="list_refunds", response_model=Page[RefundView], responses=READ)
def list_refunds(
    office: Office, person: SignedIn, status: Status = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[RefundView]:
    """Lists refunds by the day from which they are payable, the oldest first: the refund log."""
    _may_see(person)
    key = read_cursor(cursor, (date, str)) if cursor else None
    wanted = select(RefundRow) if status is None else select(RefundRow).where(RefundRow.status == status)
    query = after(wanted, (col(RefundRow.payable_on), col(RefundRow.id)), key)
    with office.store.reading() as session:
        rows = session.execute(query.limit(limit + 1)).scalars()
        page = page_of([rows], lambda row: (row.payable_on, row.id), limit)
    asked = {"limit": limit} | ({"status": status} if status else {})
    return Page(
        items=[refund_view(row) for row in page.items], next=next_link("/api/money/refunds", page.cursor, asked)
    )


@router.get("/runs", operation_id="list_refund_runs", response_model=Page[RunView], responses=READ)
def list_runs(office: Office, person: SignedIn, limit: Limit = 50, cursor: Cursor = None) -> Page[RunView]:
    """Lists runs of refunds, the newest first."""
    _may_see(person)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    query = after(select(RefundRun), (col(RefundRun.made_at), col(RefundRun.id)), key, down=True)
    with office.store.reading() as session:
        rows = session.execute(query.limit(limit + 1)).scalars()
        page = page_of([rows], lambda run: (run.made_at, run.id), limit, down=True)
    return Page(
        items=[run_view(run, zone=office.zone) for run in page.items],
        next=next_link("/api/money/runs", page.cursor, {"limit": limit}),
    )


@router.post("/runs", operation_id="collect_refunds", status_code=201, response_model=RunView, responses=WRITE)
def collect_refunds(office: Office, ask: Asked) -> Response:
    """Collects the refunds that are payable today into a run."""
    return answer(refunding.collect(office, ask))


@router.post("/runs/{run_id}/issued", operation_id="issue_refunds", response_model=RunView, responses=WRITE)
async def issue_refunds(office: Office, ask: Asked, run_id: RunId, body: Issue) -> Response:
    """Issues a run that somebody else has collected: a check each; each refund's case hears of it."""
    return answer(await refunding.issue(office, ask, run_id, first_check=body.first_check, issued_on=body.issued_on))


@router.post("/runs/{run_id}/dissolved", operation_id="dissolve_refunds", status_code=204, responses=WRITE)
def dissolve_refunds(office: Office, ask: Asked, run_id: RunId) -> Response:
    """Dissolves a run that is not issued: its refunds wait to be collected again."""
    return answer(refunding.dissolve(office, ask, run_id))


CSV: dict[int | str, dict[str, Any]] = {200: {"description": "The file.", "content": {"text/csv": {}}}}


@router.get("/runs/{run_id}/checks", operation_id="export_checks", response_class=Response, responses={**READ, **CSV})
def export_checks(office: Office, person: SignedIn, run_id: RunId) -> Response:
    """The file of a run's checks, as CSV: number, date, payee, address, amount. Each export is recorded."""
    if not person.may(refunding.RIGHT):
        raise NotPermitted(say("The file of checks is for who issues refunds."), rule=f"right {refunding.RIGHT}")
    with office.store.reading() as session:
        run = session.get(RefundRun, run_id)
        if run is None:
            raise NotFound(say("There is no run of refunds %(run)s.", run=repr(run_id)))
        if run.issued_on is None:
            raise Conflict(say("The run is not issued yet; its checks have no numbers."))
        checks = checks_of(session, refunds_of(session, run_id), state=office.district.state)
    with office.store.writing() as session:
        session.add(
            Audit(
                at=office.now(),
                person=person.id,
                act="export",
                object_kind="refund-run",
                object_id=run_id,
                rule=f"right {refunding.RIGHT}",
            )
        )
    disposition = f'attachment; filename="{run_id}.csv"'
    return Response(checks_csv(checks), media_type="text/csv", headers={"Content-Disposition": disposition})


@router.get("/deposits", operation_id="list_deposits", response_model=Page[DepositView], responses=READ)
def list_deposits(office: Office, person: SignedIn, limit: Limit = 50, cursor: Cursor = None) -> Page[DepositView]:
    """Lists the security deposits that are held, by account: the deposit register."""
    _may_see(person)
    start = read_cursor(cursor, (str,))[0] if cursor else ""
    with office.store.reading() as session:
        found = money.deposits_held(session, after=start, limit=limit + 1)
    page = page_of([found], lambda held: (held.account_id,), limit)
    return Page(
        items=[deposit_view(held) for held in page.items],
        next=next_link("/api/money/deposits", page.cursor, {"limit": limit}),
    )


@router.get(
    "/returned-payments", operation_id="list_returned_payments", response_model=list[ReturnedView], responses=READ
)
def list_returned(
    office: Office,
    person: SignedIn,
    start: Annotated[date | None, Query(description="The first day; by default 30 days ago.")] = None,
    end: Annotated[date | None, Query(description="The last day; by default today.")] = None,
) -> list[ReturnedView]:
    """Lists the payments that the bank gave back in a time: the log of insufficient funds."""
    _may_see(person)
    with office.store.reading() as session:
        last = end or office.today()
        first = start or last - timedelta(days=30)
        return [returned_view(each) for each in money.payments_returned(session, first, last)]


@router.get("/books", operation_id="read_books", response_model=BooksView, responses=READ)
def read_books(
    office: Office, person: SignedIn, on: Annotated[date | None, Query(description="By default today.")] = None
) -> BooksView:
    """The ledger by code after all that was posted up to a day, and their sum, which is nothing."""
    _may_see(person)
    day = on or office.today()
    with office.store.reading() as session:
        return books_view(day, money.books_by_code(session, day))


def _may_see(person: Person) -> None:
    if not person.may(refunding.RIGHT) and not person.may("read-audit"):
        raise NotPermitted(
            say("These registers are for finance and auditors to read."), rule=f"right {refunding.RIGHT}"
        )
