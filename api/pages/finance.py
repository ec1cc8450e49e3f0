"""Finance at a glance: what waits for somebody, and whether the books balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func
from sqlmodel import Session, col, select

from api.acts import approving, printing, refunding
from api.pages.frame import page
from api.pages.urls import urls
from api.problems import NotPermitted
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import N_, _
from api.views.money import BooksView, books_view
from store.queries.letters import waiting_for_the_post
from store.queries.money import Balance, books_by_code
from store.queries.posted import import_runs
from store.tables.batches import LetterBatch
from store.tables.money import RefundRow, RefundRun

router = APIRouter(include_in_schema=False)

BOOKS_LAST: Final = 60.0  #: seconds

PARTS = (
    ("letters", N_("Letter batches"), urls.batches),
    ("approvals", N_("Waiting for approval"), urls.approvals),
    ("postings", N_("Postings"), urls.postings),
    ("books", N_("Books"), urls.books),
    ("refunds", N_("Refunds"), urls.refunds),
    ("imports", N_("Imports"), urls.imports),
    ("registers", N_("Registers"), urls.registers),
)


@dataclass(frozen=True, kw_only=True)
class FinancePage:
    """What waits, in numbers that lead to it."""

    parts: Sequence[tuple[str, str]]  #: title and address of the pages that the person may open
    letters_waiting: int  #: for a batch
    to_print: int  #: batches that are collected
    to_mail: int  #: batches that are printed
    approvals: int
    late_approvals: int
    payable: int  #: refunds for the next run
    payable_usd: Decimal
    runs_waiting: int  #: collected, to be issued by somebody else
    bad_imports: int  #: of the last imports, those with bad rows
    books: BooksView | None  #: for those who may read them


@router.get("/finance")
def show(request: Request, office: Office, person: SignedIn) -> Response:
    """Shows what waits."""
    must_open(person)
    money = sees_money(person)
    with office.store.reading() as session:
        waiting = approving.approvals(session, office, person)
        payable, amount = session.exec(
            select(func.count(), func.coalesce(func.sum(RefundRow.amount_usd), Decimal(0))).where(
                RefundRow.status == "payable", col(RefundRow.run_id).is_(None), RefundRow.payable_on <= office.today()
            )
        ).one()
        imports = import_runs(session, limit=20).items if money else []
        content = FinancePage(
            parts=parts_of(person),
            letters_waiting=waiting_for_the_post(session),
            to_print=_batches(session, printed=False),
            to_mail=_batches(session, printed=True),
            approvals=len(waiting),
            late_approvals=sum(each.late for each in waiting),
            payable=payable,
            payable_usd=amount,
            runs_waiting=session.exec(
                select(func.count()).select_from(RefundRun).where(col(RefundRun.issued_on).is_(None))
            ).one(),
            bad_imports=sum(run.bad > 0 for run in imports),
            books=books_view(office.today(), balances(session, office, office.today())) if money else None,
        )
    return page(request, "finance/finance.html", content, person=person)


def balances(session: Session, office: Services, day: date) -> Sequence[Balance]:
    """What the ledger holds on each code after a day; a long ledger is not added up more than once a minute."""
    return office.counted.once(
        ("books", day),
        lambda: books_by_code(session, day),
        rows=lambda found: sum(each.lines for each in found),
        lasts=BOOKS_LAST,
    )


def sees_letters(person: Person) -> bool:
    """Whether they may see letter batches."""
    return person.may(printing.RIGHT) or person.may("read-audit")


def sees_money(person: Person) -> bool:
    """Whether they may see registers of money."""
    return person.may(refunding.RIGHT) or person.may("read-audit")


def must_open(person: Person) -> None:
    """Raises NotPermitted for who sees nothing of finance."""
    if not sees_letters(person) and not sees_money(person):
        raise NotPermitted(_("These pages are for finance, for who prints letters, and for auditors."))


def must_see_letters(person: Person) -> None:
    """Raises NotPermitted for who may not see letter batches."""
    if not sees_letters(person):
        raise NotPermitted(_("Letter batches are for who prints letters, and for auditors."))


def parts_of(person: Person) -> list[tuple[str, str]]:
    """The pages of finance that this person may open: title and address."""
    money = sees_money(person)
    return [
        (_(title), address)
        for key, title, address in PARTS
        if (sees_letters(person) if key == "letters" else money or key == "approvals")
    ]


def _batches(session: Session, *, printed: bool) -> int:
    wanted = col(LetterBatch.printed_at).is_not(None) if printed else col(LetterBatch.printed_at).is_(None)
    query = select(func.count()).select_from(LetterBatch).where(wanted, col(LetterBatch.mailed_on).is_(None))
    return session.exec(query.where(LetterBatch.letters > 0)).one()
