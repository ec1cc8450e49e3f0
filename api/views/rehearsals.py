"""Rehearsals as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from api.acts.rehearsing import is_at_work
from api.rehearsing.figures import Figures
from store.tables.definitions import Rehearsal


@dataclass(frozen=True, kw_only=True)
class RehearsalLine:
    """A rehearsal in a list."""

    id: str
    definition: str
    against: int | None  #: the published version that was played as well
    owing: bool  #: only accounts that owe
    cases: int  #: at most
    days: int
    begin: date
    asked_by: str
    asked: datetime
    status: str  #: waiting, running, done, failed, cancelled; `broken-off` when its server ended
    total: int
    done: int
    sentence: str | None
    at_work: bool

    @property
    def percent(self) -> int:
        """How far it is."""
        return round(100 * self.done / self.total) if self.total else 0


@dataclass(frozen=True, kw_only=True)
class RehearsalDetail:
    """A rehearsal with what came of it."""

    line: RehearsalLine
    written: Figures | None  #: of the text; None until it is done
    published: Figures | None  #: of the version that was played as well


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
        sentence=row.sentence,
        at_work=at_work,
    )


def rehearsal_detail(row: Rehearsal, *, zone: ZoneInfo) -> RehearsalDetail:
    """The rehearsal with its figures."""
    found: Sequence[Figures] = [Figures.model_validate(each) for each in row.result or ()]
    return RehearsalDetail(
        line=rehearsal_line(row, zone=zone),
        written=found[0] if found else None,
        published=found[1] if len(found) > 1 else None,
    )
