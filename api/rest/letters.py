"""Letters, and the batches that they are mailed in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field
from sqlmodel import col, select

from api.acts import mailing
from api.problems import NotFound, NotPermitted
from api.rest.asking import Asked, answer
from api.rest.bodies import Body, Cursor, Limit
from api.rest.documented import READ, WRITE
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office
from api.views.accounts import LetterView, letter_view
from api.views.lists import BatchView, batch_view
from api.views.shown import Page, next_link
from store.paging import after, page_of, read_cursor
from store.tables.batches import LetterBatch
from store.tables.papers import Letter

router = APIRouter(prefix="/api/letters", tags=["letters"])

BatchId = Annotated[str, Path(max_length=80, examples=["lb-0123456789ab"])]


class Mailed(Body):
    """When a batch was handed to the post."""

    mailed_on: date = Field(examples=["2026-03-09"])


@router.get("/batches", operation_id="list_batches", response_model=Page[BatchView], responses=READ)
def list_batches(office: Office, person: SignedIn, limit: Limit = 50, cursor: Cursor = None) -> Page[BatchView]:
    """Lists letter batches, the newest first."""
    _may_see(person)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    query = after(select(LetterBatch), (col(LetterBatch.made_at), col(LetterBatch.id)), key, down=True)
    with office.store.reading() as session:
        rows = session.execute(query.limit(limit + 1)).scalars()
        page = page_of([rows], lambda batch: (batch.made_at, batch.id), limit, down=True)
    return Page(
        items=[batch_view(batch, zone=office.zone) for batch in page.items],
        next=next_link("/api/letters/batches", page.cursor, {"limit": limit}),
    )


@router.get("/batches/{batch_id}", operation_id="list_batch_letters", response_model=Page[LetterView], responses=READ)
def list_batch_letters(office: Office, person: SignedIn, batch_id: BatchId) -> Page[LetterView]:
    """Lists the letters of a batch."""
    _may_see(person)
    with office.store.reading() as session:
        if session.get(LetterBatch, batch_id) is None:
            raise NotFound(f"There is no letter batch {batch_id!r}.")
        letters = session.exec(select(Letter).where(Letter.batch == batch_id).order_by(col(Letter.id))).all()
    return Page(items=[letter_view(letter, zone=office.zone) for letter in letters])


@router.post("/batches", operation_id="make_batch", status_code=201, response_model=BatchView, responses=WRITE)
def make_batch(office: Office, ask: Asked) -> Response:
    """Makes a batch of the letters that are queued now; they count as printed."""
    return answer(mailing.make(office, ask))


@router.post("/batches/{batch_id}/mailed", operation_id="mail_batch", response_model=BatchView, responses=WRITE)
async def mail_batch(office: Office, ask: Asked, batch_id: BatchId, body: Mailed) -> Response:
    """Says that the batch was mailed; each letter's case hears of it."""
    return answer(await mailing.mail(office, ask, batch_id, mailed_on=body.mailed_on))


def _may_see(person: Person) -> None:
    if not person.may("print-letters") and not person.may("read-audit"):
        raise NotPermitted("Letter batches are for finance and auditors to read.")
