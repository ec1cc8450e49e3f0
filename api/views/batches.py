"""Letter batches, as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlmodel import Session, col, select

from api.views.shown import Moment, Shown, local
from store.tables.batches import LetterBatch
from store.tables.papers import Letter


class SheetView(Shown):
    """Pages of a printed batch."""

    letter: str
    sheet: int = Field(description="Its first page in the batch's PDF, from 1.")
    sheets: int = Field(description="How many pages.")


class BatchView(Shown):
    """Letters that are reviewed, printed and mailed together."""

    id: str
    status: Literal["collected", "printed", "mailed"]
    made: Moment
    made_by: str
    letters: int
    printed: Moment | None
    printed_by: str | None
    copies: int = Field(description="How often it went to the printer.")
    mailed_on: date | None = Field(description="The day that the law counts from.")
    mailed_by: str | None
    pull: list[SheetView] = Field(
        description="Sheets to pull before it is mailed: of letters recalled since it was printed."
    )


def batch_detail(session: Session, batch: LetterBatch, *, zone: ZoneInfo) -> BatchView:
    """The batch as it is shown."""
    [shown] = batch_details(session, [batch], zone=zone)
    return shown


def batch_details(session: Session, batches: Sequence[LetterBatch], *, zone: ZoneInfo) -> list[BatchView]:
    """These batches as they are shown; what is to be pulled from them is asked once for all."""
    recalled = session.exec(
        select(Letter)
        .where(
            col(Letter.batch).in_({batch.id for batch in batches}),
            Letter.status == "recalled",
            col(Letter.sheet).is_not(None),
        )
        .order_by(col(Letter.sheet))
    )
    pull: dict[str, list[SheetView]] = {}
    for letter in recalled if batches else ():
        sheet = SheetView(letter=letter.id, sheet=letter.sheet or 0, sheets=letter.sheets or 0)
        pull.setdefault(str(letter.batch), []).append(sheet)
    return [_shown(batch, pull.get(batch.id, []), zone) for batch in batches]


def _shown(batch: LetterBatch, pull: list[SheetView], zone: ZoneInfo) -> BatchView:
    return BatchView(
        id=batch.id,
        status="mailed" if batch.mailed_on else "printed" if batch.printed_at else "collected",
        made=batch.made_at.astimezone(zone),
        made_by=batch.made_by,
        letters=batch.letters,
        printed=local(batch.printed_at, zone),
        printed_by=batch.printed_by,
        copies=batch.copies,
        mailed_on=batch.mailed_on,
        mailed_by=batch.mailed_by,
        pull=pull,
    )
