"""Rehearsals as they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from api.acts.rehearsing import is_at_work
from api.rehearsing.figures import Figures
from api.views.shown import Moment, Said, Shown
from definitions.language.sentences import again
from store.tables.definitions import Rehearsal


class RehearsalLine(Shown):
    """A rehearsal: what is played, and how far it is."""

    id: str = Field(examples=["rh-0123456789ab"])
    definition: str = Field(description="The case type's name.", examples=["high-consumption"])
    against: int | None = Field(description="The published version that is played as well.")
    owing: bool = Field(description="Whether only accounts that owe are played.")
    cases: int = Field(description="At most so many.")
    days: int
    begin: date = Field(description="The virtual clock's first day.")
    asked_by: str
    asked: Moment
    status: Literal["waiting", "running", "done", "failed", "cancelled", "broken-off"] = Field(
        description="`broken-off` when its server ended."
    )
    total: int = Field(description="Cases that are played.")
    done: int
    sentence: Said | None = Field(description="Why it failed, or what else there is to say.")
    at_work: bool

    @property
    def percent(self) -> int:
        """How far it is."""
        return round(100 * self.done / self.total) if self.total else 0


class RehearsalDetail(Shown):
    """A rehearsal with what came of it."""

    line: RehearsalLine
    written: Figures | None = Field(description="Of the text; null until it is done.")
    published: Figures | None = Field(description="Of the version that was played as well.")


def said_in(row: Rehearsal) -> Mapping[str, Any]:
    """Each sentence in what the rehearsal says → its message and values."""
    return row.said or {}


def rehearsal_line(row: Rehearsal, *, zone: ZoneInfo) -> RehearsalLine:
    """The rehearsal in a list."""
    at_work = is_at_work(row)
    return RehearsalLine(
        id=row.id,
        definition=row.definition,
        against=row.against,
        owing=row.accounts == "owing",
        cases=row.cases,
        days=row.days,
        begin=row.begin,
        asked_by=row.asked_by,
        asked=row.asked_at.astimezone(zone),
        status=row.status if at_work or row.status not in ("waiting", "running") else "broken-off",
        total=row.total,
        done=row.done,
        sentence=again(row.sentence, said_in(row).get(row.sentence or "")),
        at_work=at_work,
    )


def rehearsal_detail(row: Rehearsal, *, zone: ZoneInfo) -> RehearsalDetail:
    """The rehearsal with its figures."""
    found: Sequence[Figures] = [
        Figures.model_validate(
            {**each, "not_opened": [again(why, said_in(row).get(why)) for why in each["not_opened"]]}
        )
        for each in row.result or ()
    ]
    return RehearsalDetail(
        line=rehearsal_line(row, zone=zone),
        written=found[0] if found else None,
        published=found[1] if len(found) > 1 else None,
    )
