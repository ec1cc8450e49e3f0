"""What should be gone by now and is not: for whoever asks what is wrong with an installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlmodel import Session, col

from store.tables.base import table_of
from store.tables.cases import CaseRow, Incident, StepRow
from store.tables.definitions import DefinitionVersion
from store.tables.lists import ListRelease
from store.tables.migrations import CaseMigration
from store.tables.outbox import AccountEvent, EffectRow
from store.tables.people import User


@dataclass(frozen=True, kw_only=True)
class Left:
    """How many of each were left, all made or due before a moment."""

    open_cases: int
    late_timers: int
    pending_effects: int
    incidents: int
    account_events: int
    releases: int  #: that run since before then
    migrations: int
    unkept_histories: int  #: of cases closed before then
    published: int
    people: int  #: who may sign in


def left(session: Session, before: datetime) -> Left:
    """What was left from before this moment."""
    cases, effects, events = table_of(CaseRow).c, table_of(EffectRow).c, table_of(AccountEvent).c
    releases, migrations = table_of(ListRelease).c, table_of(CaseMigration).c

    def many(query: Select[Any]) -> int:
        return int(session.execute(query).scalar_one())

    count = select(func.count())
    is_open = text("status = 'open'")
    return Left(
        open_cases=many(count.select_from(CaseRow).where(is_open)),
        late_timers=many(count.select_from(CaseRow).where(is_open, cases.next_due < before)),
        pending_effects=many(count.where(effects.status == "pending", effects.made_at < before)),
        incidents=many(count.select_from(Incident).where(text("settled_at IS NULL"))),
        account_events=many(count.where(events.delivered_at.is_(None), events.made_at < before)),
        releases=many(count.where(releases.status == "running", releases.made_at < before)),
        migrations=many(count.where(migrations.status == "running", migrations.asked_at < before)),
        unkept_histories=many(count.where(cases.status == "closed", cases.kept_at.is_(None), cases.closed_at < before)),
        published=many(count.select_from(DefinitionVersion)),
        people=many(count.select_from(User)),
    )


def orphans(session: Session) -> dict[str, int]:
    """How many rows stand for a case's step that is not there: effects of no step, and steps beyond their case's own."""
    effects = (
        select(func.count())
        .select_from(EffectRow)
        .outerjoin(
            StepRow,
            (col(StepRow.case_id) == col(EffectRow.case_id)) & (col(StepRow.step_no) == col(EffectRow.step_no)),
        )
        .where(col(StepRow.case_id).is_(None), text("effects.status IN ('pending', 'failed')"))
    )
    steps = (
        select(func.count())
        .select_from(StepRow)
        .join(CaseRow, col(CaseRow.id) == col(StepRow.case_id))
        .where(col(StepRow.step_no) > col(CaseRow.step_no))
    )
    return {
        "effects of steps that are not there": int(session.execute(effects).scalar_one()),
        "steps beyond their case's": int(session.execute(steps).scalar_one()),
    }
