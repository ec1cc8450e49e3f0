"""Open cases that come over to another version of their definition."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.acts import migrating
from api.acts.migrating import Change
from api.problems import NotPermitted
from api.rest.asking import Asked, answer
from api.rest.bodies import Body, Cursor, Limit, Reason
from api.rest.documented import READ, WRITE
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office
from api.views.migrations import (
    ForeseenView,
    MigratingView,
    MigrationView,
    foreseen_view,
    migrating_view,
    migration_view,
)
from api.views.shown import Page, next_link
from definitions.language.sentences import say
from store.queries.migrations import migrating_page, migration_counts, migrations_page

router = APIRouter(prefix="/api/migrations", tags=["operators"])

MigrationId = Annotated[str, Path(max_length=40, description="The migration's id.", examples=["mg-0123456789ab"])]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, examples=[1])]


class Versions(Body):
    """Which open cases, and to which version."""

    case: str = Field(min_length=1, max_length=120, description="The case type's name.", examples=["high-consumption"])
    from_version: Version
    to_version: Version
    mapping: dict[str, Any] | None = Field(
        None,
        description="What states, tasks and timers are there, and data that are missing; the version's own without it.",
        examples=[{"states": {"review": "checking"}}],
    )


class NewMigration(Versions):
    """Which open cases come over, to which version, and why."""

    reason: Reason
    cases: list[Annotated[str, Field(min_length=1, max_length=80)]] | None = Field(
        None, min_length=1, max_length=1000, description="Only these; all open ones of the version without it."
    )


@router.post("/foresee", operation_id="foresee_migration", response_model=Page[ForeseenView], responses=READ)
def foresee(
    office: Office, person: SignedIn, body: Versions, limit: Limit = 50, cursor: Cursor = None
) -> Page[ForeseenView]:
    """Says what would become of each open case. A POST for its mapping; it changes nothing and needs no key."""
    page = migrating.foresee(
        office,
        person,
        body.case,
        body.from_version,
        body.to_version,
        mapping=body.mapping,
        limit=limit,
        cursor=cursor,
    )
    return Page(
        items=[foreseen_view(each, zone=office.zone) for each in page.items],
        next=next_link("/api/migrations/foresee", page.cursor, {"limit": limit}),
    )


@router.post("", operation_id="begin_migration", status_code=201, response_model=MigrationView, responses=WRITE)
def begin(office: Office, ask: Asked, body: NewMigration) -> Response:
    """Begins to bring open cases over; workers go on with it, and each case's history says so."""
    return answer(
        migrating.begin(
            office,
            ask,
            body.case,
            body.from_version,
            body.to_version,
            mapping=body.mapping,
            reason=body.reason,
            cases=body.cases,
        )
    )


@router.get("", operation_id="list_migrations", response_model=Page[MigrationView], responses=READ)
def list_migrations(office: Office, person: SignedIn, limit: Limit = 50, cursor: Cursor = None) -> Page[MigrationView]:
    """Lists migrations, the newest first."""
    _may_read(person)
    with office.store.reading() as session:
        page = migrations_page(session, limit=limit, cursor=cursor)
        shown = [migration_view(row, migration_counts(session, row.id), zone=office.zone) for row in page.items]
    return Page(items=shown, next=next_link("/api/migrations", page.cursor, {"limit": limit}))


@router.get("/{migration_id}", operation_id="read_migration", response_model=MigrationView, responses=READ)
def read_migration(office: Office, person: SignedIn, migration_id: MigrationId) -> MigrationView:
    """Reads a migration and how far it has come."""
    _may_read(person)
    with office.store.reading() as session:
        row = migrating.migration_of(session, migration_id)
        return migration_view(row, migration_counts(session, row.id), zone=office.zone)


@router.get(
    "/{migration_id}/cases", operation_id="list_migrating_cases", response_model=Page[MigratingView], responses=READ
)
def list_cases(
    office: Office,
    person: SignedIn,
    migration_id: MigrationId,
    status: Annotated[
        Literal["pending", "migrated", "refused", "gone", "cancelled"] | None, Query(description="Only these.")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[MigratingView]:
    """Lists the cases of a migration and what became of each."""
    _may_read(person)
    with office.store.reading() as session:
        migrating.migration_of(session, migration_id)
        page = migrating_page(session, migration_id, status=status, limit=limit, cursor=cursor)
    path = f"/api/migrations/{migration_id}/cases"
    return Page(
        items=[migrating_view(row, zone=office.zone) for row in page.items],
        next=next_link(path, page.cursor, {"limit": limit, "status": status}),
    )


@router.post("/{migration_id}/{change}", operation_id="change_migration", response_model=MigrationView, responses=WRITE)
def change(office: Office, ask: Asked, migration_id: MigrationId, change: Change) -> Response:
    """Pauses, resumes or cancels a migration; what has come over stays there."""
    return answer(migrating.change(office, ask, migration_id, change))


def _may_read(person: Person) -> None:
    if not person.may(migrating.RIGHT) and not person.may("read-audit"):
        raise NotPermitted(say("Migrations are for those who begin them and for auditors to read."))
