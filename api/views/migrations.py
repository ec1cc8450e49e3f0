"""Migrations of open cases to another version, as they are shown: what is foreseen, how far one is, what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from activities.migrating import Foreseen
from api.views.shown import Moment, Said, Shown, local
from definitions.language.sentences import again
from store.tables.migrations import CaseMigration, MigratingCase
from workflows.machine.crossing import said


class DeadlineView(Shown):
    """A deadline that moves with the version."""

    title: str
    was: Moment | None = Field(description="None: it is new.")
    now: Moment | None = Field(description="None: it is no more.")
    stays: bool = Field(description="The other version would have it earlier; a notice was mailed, so it stays.")
    sentence: Said


class ForeseenView(Shown):
    """What would become of one open case."""

    case: str
    state: list[str]
    to_state: list[str] | None = Field(description="Null: the case would be refused, and stay as it is.")
    refused: Said | None = Field(description="Why.")
    deadlines: list[DeadlineView]
    tasks_kept: list[str]
    tasks_withdrawn: list[str]
    tasks_opened: list[str]


class MigrationView(Shown):
    """A migration and how far it has come."""

    id: str = Field(examples=["mg-0123456789ab"])
    case: str = Field(description="The case type's name.", examples=["high-consumption"])
    from_version: int
    to_version: int
    reason: str
    status: Literal["running", "paused", "cancelled", "done"]
    asked_by: str
    asked: Moment
    ended: Moment | None
    cases: int
    pending: int
    migrated: int
    refused: int
    gone: int = Field(description="Closed meanwhile, or on another version.")
    cancelled: int


class MigratingView(Shown):
    """What became of one case of a migration."""

    case: str
    status: Literal["pending", "migrated", "refused", "gone", "cancelled"]
    sentence: Said | None
    step: int | None = Field(description="By which it came over.")
    at: Moment | None


def foreseen_view(found: Foreseen, *, zone: ZoneInfo) -> ForeseenView:
    """What is foreseen, as it is shown."""
    migration = found.migration
    moved = migration.moved if migration is not None else ()
    return ForeseenView(
        case=found.case,
        state=list(found.state),
        to_state=list(found.to_state) if found.to_state is not None else None,
        refused=found.refused,
        deadlines=[
            DeadlineView(
                title=each.title,
                was=local(each.was, zone),
                now=local(each.now, zone),
                stays=each.stays,
                sentence=said(each, zone),
            )
            for each in moved
        ],
        tasks_kept=list(migration.kept) if migration is not None else [],
        tasks_withdrawn=list(migration.withdrawn) if migration is not None else [],
        tasks_opened=list(migration.opened) if migration is not None else [],
    )


def migration_view(row: CaseMigration, counts: Mapping[str, int], *, zone: ZoneInfo) -> MigrationView:
    """The migration as it is shown."""
    return MigrationView(
        id=row.id,
        case=row.definition,
        from_version=row.from_version,
        to_version=row.to_version,
        reason=row.reason,
        status=row.status,
        asked_by=row.asked_by,
        asked=row.asked_at.astimezone(zone),
        ended=local(row.ended_at, zone),
        cases=row.cases,
        **{status: counts.get(status, 0) for status in ("pending", "migrated", "refused", "gone", "cancelled")},
    )


def migrating_view(row: MigratingCase, *, zone: ZoneInfo) -> MigratingView:
    """The case as it is shown."""
    return MigratingView(
        case=row.case_id,
        status=row.status,
        sentence=again(row.sentence, row.said) if row.sentence else None,
        step=row.step_no,
        at=local(row.at, zone),
    )
