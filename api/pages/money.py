"""Approvals that wait, postings, books, imports and registers, as pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from api.acts import approving, registers
from api.counting import MANY
from api.pages.asked import AskedDay
from api.pages.finance import BOOKS_LAST, balances, must_open, parts_of
from api.pages.frame import page
from api.pages.urls import urls
from api.problems import NotFound
from api.security.signin import SignedIn
from api.services import Office
from api.texts import N_, _
from api.views.approvals import ApprovalView
from api.views.money import BooksView, books_view
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
from definitions.language.sentences import say
from store.ledger import unbalanced_entries
from store.queries import posted
from store.queries.cases import case_titles
from store.tables.imports import ImportRun
from store.tables.ledger import CHART

router = APIRouter(include_in_schema=False)

SHOWN: Final = 100
LINES: Final = 200  #: of a register on its page; the file has all
Cursor = Annotated[str | None, Query(max_length=500)]
Name = Literal["write-offs", "refunds", "returned-payments", "deposits"]
TITLES: Final = {
    "write-offs": N_("Write-offs"),
    "refunds": N_("Refunds"),
    "returned-payments": N_("Returned payments"),
    "deposits": N_("Deposits held"),
}
COLUMNS: Final = {
    "posted_on": N_("Day"),
    "account": N_("Account"),
    "amount_usd": N_("Amount"),
    "rule": N_("Rule"),
    "person": N_("Who"),
    "case": N_("Case"),
    "memo": N_("Text"),
    "payable_on": N_("Payable on"),
    "kind": N_("Kind"),
    "status": N_("Status"),
    "check": N_("Check number"),
    "issued_on": N_("Issued on"),
    "returned_on": N_("Returned on"),
    "payment": N_("Payment"),
    "received": N_("Received"),
    "method": N_("Method"),
    "reason": N_("Reason"),
    "held_usd": N_("Held"),
    "since": N_("Since"),
}


@dataclass(frozen=True, kw_only=True)
class ApprovalsPage:
    """What waits for somebody's approval."""

    parts: Sequence[tuple[str, str]]
    waiting: Sequence[ApprovalView]
    kind: str | None
    kinds: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class PostingsPage:
    """What was posted on a day."""

    parts: Sequence[tuple[str, str]]
    on: date
    before: str  #: address of the day before
    after: str | None  #: of the day after, up to today
    day: DayView
    lines: Sequence[PostingView]
    asked: posted.Asked
    titles: Mapping[str, str]  #: of the codes
    people: Sequence[str]  #: who posted on the day
    rules: Sequence[str]  #: by which was posted on the day
    cases: Mapping[str, str]  #: titles of the lines' cases
    export: str
    next: str | None


@dataclass(frozen=True, kw_only=True)
class BooksPage:
    """The ledger by code, and whether it balances."""

    parts: Sequence[tuple[str, str]]
    books: BooksView
    unbalanced: Sequence[str]  #: entries whose lines do not sum to zero: none, or the books are wrong
    export: str
    lags: bool  #: whether the ledger is so long that it is added up once a minute at most


@dataclass(frozen=True, kw_only=True)
class ImportsPage:
    """Imports, and the bad rows of one."""

    parts: Sequence[tuple[str, str]]
    runs: Sequence[ImportView]
    chosen: ImportView | None
    rows: Sequence[BadRowView]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class RegisterPage:
    """One register between two days."""

    parts: Sequence[tuple[str, str]]
    name: str
    names: Sequence[tuple[str, str, str]]  #: name, title, address
    start: date
    end: date
    columns: Sequence[tuple[str, str]]  #: name and title
    rows: Sequence[Sequence[object]]
    cases: Mapping[str, str]  #: titles of the cases that the lines name
    more: int  #: lines that only the file has
    export: str


@router.get("/finance/approvals")
def waiting(
    request: Request, office: Office, person: SignedIn, kind: Annotated[str | None, Query(max_length=60)] = None
) -> Response:
    """Shows what waits for approval."""
    must_open(person)
    with office.store.reading() as session:
        found = approving.approvals(session, office, person)
    content = ApprovalsPage(
        parts=parts_of(person),
        waiting=[each for each in found if kind in (None, each.kind)],
        kind=kind,
        kinds=sorted({each.kind for each in found}),
    )
    return page(request, "finance/approvals.html", content, person=person)


@router.get("/finance/postings")
def postings(
    request: Request,
    office: Office,
    person: SignedIn,
    on: AskedDay = None,
    code: Annotated[str | None, Query(max_length=120)] = None,
    by: Annotated[str | None, Query(max_length=120)] = None,
    rule: Annotated[str | None, Query(max_length=120)] = None,
    cursor: Cursor = None,
) -> Response:
    """Shows a day's postings."""
    registers.may_see(person)
    day, today = on or office.today(), office.today()
    asked = posted.Asked(code=code or None, person=by or None, rule=rule or None)
    with office.store.reading() as session:
        found = posted.posted_page(session, day, asked, limit=SHOWN, cursor=cursor)
        sums = posted.posted_sums(session, day)
        cases = case_titles(session, [line.case_id for line in found.items])
    query = {"on": day.isoformat(), "code": code or "", "by": by or "", "rule": rule or ""}
    content = PostingsPage(
        parts=parts_of(person),
        on=day,
        before=urls.postings_of(day - timedelta(days=1)),
        after=urls.postings_of(day + timedelta(days=1)) if day < today else None,
        day=day_view(day, sums),
        lines=[posting_view(row, zone=office.zone) for row in found.items],
        asked=asked,
        titles=CHART,
        people=_known({each.person for each in sums}, by),
        rules=_known({each.rule for each in sums}, rule),
        cases=cases,
        export=urls.register_file("postings", day, day),
        next=f"{urls.postings}?{urlencode({**query, 'cursor': found.cursor})}" if found.cursor else None,
    )
    return page(request, "finance/postings.html", content, person=person)


@router.get("/finance/books")
def books(request: Request, office: Office, person: SignedIn, on: AskedDay = None) -> Response:
    """Shows the ledger by code."""
    registers.may_see(person)
    day = on or office.today()
    with office.store.reading() as session:
        found = balances(session, office, day)
        lines = sum(each.lines for each in found)
        content = BooksPage(
            parts=parts_of(person),
            books=books_view(day, found),
            unbalanced=office.counted.once(
                "unbalanced", lambda: unbalanced_entries(session), rows=lambda _: lines, lasts=BOOKS_LAST
            ),
            export=urls.register_file("books", day, day),
            lags=lines >= MANY,
        )
    return page(request, "finance/books.html", content, person=person)


@router.get("/finance/imports")
def imports(request: Request, office: Office, person: SignedIn, cursor: Cursor = None) -> Response:
    """Shows what was imported."""
    registers.may_see(person)
    with office.store.reading() as session:
        found = posted.import_runs(session, limit=SHOWN, cursor=cursor)
    content = ImportsPage(
        parts=parts_of(person),
        runs=[import_view(run, zone=office.zone) for run in found.items],
        chosen=None,
        rows=(),
        next=f"{urls.imports}?{urlencode({'cursor': found.cursor})}" if found.cursor else None,
    )
    return page(request, "finance/imports.html", content, person=person)


@router.get("/finance/imports/{import_id}")
def one_import(request: Request, office: Office, person: SignedIn, import_id: str) -> Response:
    """Shows the bad rows of an import."""
    registers.may_see(person)
    with office.store.reading() as session:
        run = session.get(ImportRun, import_id)
        if run is None:
            raise NotFound(say("There is no import %(number)s.", number=repr(import_id[:60])))
        content = ImportsPage(
            parts=parts_of(person),
            runs=(),
            chosen=import_view(run, zone=office.zone),
            rows=[bad_row_view(row) for row in posted.bad_rows(session, import_id)],
            next=None,
        )
    return page(request, "finance/imports.html", content, person=person)


@router.get("/finance/registers")
@router.get("/finance/registers/{name}")
def register(
    request: Request,
    office: Office,
    person: SignedIn,
    name: Name = "refunds",
    start: AskedDay = None,
    end: AskedDay = None,
) -> Response:
    """Shows a register."""
    registers.may_see(person)
    last = end or office.today()
    first = start or last - timedelta(days=30)
    found = registers.REGISTERS[name]
    with office.store.reading() as session:
        rows = found.rows(session, first, last)
        cases = _cases_in(session, found.header, rows[:LINES])
    content = RegisterPage(
        parts=parts_of(person),
        name=name,
        names=[(key, _(title), urls.register(key)) for key, title in TITLES.items()],
        start=first,
        end=last,
        columns=[(column, _(COLUMNS[column])) for column in found.header],
        rows=rows[:LINES],
        cases=cases,
        more=max(0, len(rows) - LINES),
        export=urls.register_file(name, first, last),
    )
    return page(request, "finance/register.html", content, person=person)


def _known(found: set[str], asked: str | None) -> list[str]:
    """What can be chosen to narrow a day: what is there, and what is chosen already."""
    return sorted(found | {asked} if asked else found)


def _cases_in(session: Session, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Mapping[str, str]:
    if "case" not in header:
        return {}
    column = header.index("case")
    return case_titles(session, [row[column] for row in rows])
