"""Letters, and the batches that they are mailed in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field
from sqlmodel import col, select

from api.acts import mailing, printing
from api.problems import NotFound, NotPermitted
from api.rest.asking import Asked, answer
from api.rest.bodies import Body, Cursor, Limit
from api.rest.documented import READ, WRITE
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office
from api.views.accounts import LetterView, letter_view
from api.views.batches import BatchView, batch_details
from api.views.law_days import LawDayView, law_days
from api.views.shown import Page, next_link
from definitions.language.sentences import say
from store.paging import after, page_of, read_cursor
from store.tables.batches import LetterBatch
from store.tables.papers import Letter

router = APIRouter(prefix="/api/letters", tags=["letters"])

BatchId = Annotated[str, Path(max_length=80, examples=["lb-0123456789ab"])]


LetterId = Annotated[
    str, Path(max_length=90, description="Its id, or the reference printed on it.", examples=["l-c-2345abcdefgh.7.1"])
]
Reason = Annotated[str, Field(min_length=1, max_length=300, examples=["The customer paid this morning."])]


class Mailed(Body):
    """When a batch was handed to the post."""

    mailed_on: date = Field(examples=["2026-03-09"])
    reason: Reason | None = Field(None, description="Why the day that was said before is put right.")


class Print(Body):
    """That a batch goes to the printer."""

    reason: Reason | None = Field(None, description="Why it is printed again.")


class TakenOut(Body):
    """Why a letter is taken out of a batch, and whether another batch may take it."""

    reason: Reason
    recall: bool = Field(False, description="For good; else it waits for the next batch.")


class Because(Body):
    """Why."""

    reason: Reason


class Returned(Body):
    """When the post brought a letter back."""

    returned_on: date = Field(examples=["2026-03-16"])


class Certified(Body):
    """The number of certified mail."""

    number: Annotated[str, Field(pattern=r"^[0-9A-Z ]{4,40}$", examples=["9407 1118 9956 1234 5678 90"])]


@router.get("/batches", operation_id="list_batches", response_model=Page[BatchView], responses=READ)
def list_batches(office: Office, person: SignedIn, limit: Limit = 50, cursor: Cursor = None) -> Page[BatchView]:
    """Lists letter batches, the newest first."""
    _may_see(person)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    query = after(select(LetterBatch), (col(LetterBatch.made_at), col(LetterBatch.id)), key, down=True)
    with office.store.reading() as session:
        rows = session.execute(query.limit(limit + 1)).scalars()
        page = page_of([rows], lambda batch: (batch.made_at, batch.id), limit, down=True)
        items = batch_details(session, page.items, zone=office.zone)
    return Page(
        items=items,
        next=next_link("/api/letters/batches", page.cursor, {"limit": limit}),
    )


@router.get("/batches/{batch_id}", operation_id="list_batch_letters", response_model=Page[LetterView], responses=READ)
def list_batch_letters(office: Office, person: SignedIn, batch_id: BatchId) -> Page[LetterView]:
    """Lists the letters of a batch."""
    _may_see(person)
    with office.store.reading() as session:
        if session.get(LetterBatch, batch_id) is None:
            raise NotFound(say("There is no letter batch %(batch)s.", batch=repr(batch_id)))
        letters = session.exec(select(Letter).where(Letter.batch == batch_id).order_by(col(Letter.id))).all()
    return Page(items=[letter_view(letter, zone=office.zone) for letter in letters])


@router.get(
    "/batches/{batch_id}/pdf",
    operation_id="read_batch_pdf",
    response_class=Response,
    responses=READ | {200: {"description": "The batch's PDF.", "content": {"application/pdf": {}}}},
)
def read_batch_pdf(office: Office, person: SignedIn, batch_id: BatchId) -> Response:
    """Reads the batch as one PDF: what was printed, or a preview."""
    if not person.may(printing.RIGHT):
        raise NotPermitted(say("Letters are for those who print them."))
    content = printing.preview(office, batch_id)
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": "inline"})


@router.get(
    "/batches/{batch_id}/law-days", operation_id="read_law_days", response_model=list[LawDayView], responses=READ
)
def read_law_days(
    office: Office,
    person: SignedIn,
    batch_id: BatchId,
    mailed_on: Annotated[date | None, Query(description="By default the day of its mailing, or today.")] = None,
) -> list[LawDayView]:
    """What the batch's mailing begins in law, by letter and rule."""
    _may_see(person)
    with office.store.reading() as session:
        batch = session.get(LetterBatch, batch_id)
        if batch is None:
            raise NotFound(say("There is no letter batch %(batch)s.", batch=repr(batch_id)))
        return law_days(session, office, batch_id, mailed_on or batch.mailed_on or office.today())


@router.post("/batches", operation_id="make_batch", status_code=201, response_model=BatchView, responses=WRITE)
def make_batch(office: Office, ask: Asked) -> Response:
    """Makes a batch of the letters that are queued now, to be reviewed and printed."""
    return answer(printing.collect(office, ask))


@router.post(
    "/batches/{batch_id}/letters/{letter_id}/take-out",
    operation_id="take_letter_out",
    response_model=BatchView,
    responses=WRITE,
)
def take_letter_out(office: Office, ask: Asked, batch_id: BatchId, letter_id: LetterId, body: TakenOut) -> Response:
    """Takes a letter out of a batch that is not printed yet."""
    return answer(printing.take_out(office, ask, batch_id, letter_id, reason=body.reason, for_good=body.recall))


@router.post("/batches/{batch_id}/print", operation_id="print_batch", response_model=BatchView, responses=WRITE)
def print_batch(office: Office, ask: Asked, batch_id: BatchId, body: Print) -> Response:
    """Prints the batch: its letters count as printed, and its PDF stays what it is."""
    return answer(printing.print_batch(office, ask, batch_id, reason=body.reason))


@router.post("/batches/{batch_id}/mailed", operation_id="mail_batch", response_model=BatchView, responses=WRITE)
async def mail_batch(office: Office, ask: Asked, batch_id: BatchId, body: Mailed) -> Response:
    """Says that the batch was mailed; each letter's case hears of it."""
    return answer(await mailing.mail(office, ask, batch_id, mailed_on=body.mailed_on, reason=body.reason))


@router.post("/{letter_id}/recall", operation_id="recall_letter", response_model=LetterView, responses=WRITE)
def recall_letter(office: Office, ask: Asked, letter_id: LetterId, body: Because) -> Response:
    """Recalls a letter that is not mailed yet."""
    return answer(mailing.recall_one(office, ask, letter_id, reason=body.reason))


@router.post("/{letter_id}/certified", operation_id="certify_letter", response_model=LetterView, responses=WRITE)
def certify_letter(office: Office, ask: Asked, letter_id: LetterId, body: Certified) -> Response:
    """Keeps the letter's number of certified mail."""
    return answer(mailing.certify(office, ask, letter_id, number=body.number))


@router.post("/{letter_id}/returned", operation_id="return_letter", response_model=LetterView, responses=WRITE)
async def return_letter(office: Office, ask: Asked, letter_id: LetterId, body: Returned) -> Response:
    """Says that the post brought the letter back; the account's cases hear of it."""
    return answer(await mailing.come_back(office, ask, letter_id, returned_on=body.returned_on))


def _may_see(person: Person) -> None:
    if not person.may("print-letters") and not person.may("read-audit"):
        raise NotPermitted(say("Letter batches are for finance and auditors to read."))
