"""Open cases of a version on their way to another, on the author's bench: what would become of each, and how far they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from api import library
from api.acts import migrating
from api.acts.migrating import RIGHT, Change
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form
from api.pages.urls import urls
from api.pages.versions import version_of
from api.problems import Invalid, NotPermitted, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _, language
from api.views.benches import CaseTypeLine, case_type
from api.views.migrations import (
    ForeseenView,
    MigratingView,
    MigrationView,
    foreseen_view,
    migrating_view,
    migration_view,
)
from definitions.language.sentences import say
from store.queries.migrations import migrating_page, migration_counts
from workflows.machine.machine import machine_of

router = APIRouter(include_in_schema=False)

ROWS: Final = 50
AT_WORK: Final = ("running", "paused")  #: statuses of a migration that is not over
EVERY: Final = 2  #: seconds between two looks at how far it is
FORESEEN: Final = 8  #: cases that are played at a time, to tell what migrating would do
Cursor = Annotated[str | None, Query(max_length=500)]


@dataclass(frozen=True, kw_only=True)
class ForeseenPage:
    """What would become of the open cases of a version."""

    line: CaseTypeLine
    before: int
    after: int
    open_cases: int
    foreseen: Sequence[ForeseenView]
    states: Mapping[str, str]  #: what the states of both versions are called
    next: str | None
    reason: str
    key: str
    trouble: Trouble | None


@dataclass(frozen=True, kw_only=True)
class MigrationPage:
    """A migration and what became of its cases."""

    line: CaseTypeLine
    migration: MigrationView
    cases: Sequence[MigratingView]  #: that were refused or wait, then all others
    next: str | None
    may_change: bool
    key: str
    live: str  #: where what lives of the page is
    every: int = EVERY

    @property
    def at_work(self) -> bool:
        """It is not over."""
        return self.migration.status in AT_WORK

    @property
    def version(self) -> str:
        """A word that changes with what lives of the page."""
        return version_of(self.migration, self.cases, self.next, self.may_change, language())


@router.get("/bench/cases/{case}/migrate")
def foresee(
    request: Request, office: Office, person: SignedIn, case: str, before: int, after: int, cursor: Cursor = None
) -> Response:
    """Says what would become of each open case of a version in another one."""
    return _foreseen(request, office, person, case, before, after, cursor=cursor)


@router.post("/bench/cases/{case}/migrate")
def begin(request: Request, office: Office, form: Form, case: str, before: int, after: int) -> Response:
    """Begins to bring them over."""
    reason = form.text("reason")[:1000]
    try:
        if not reason:
            raise Invalid(_("Say why: each case's history says so."), fields={"reason": say("is empty")})
        begun = migrating.begin(office, form.ask, case, before, after, mapping=None, reason=reason, cases=None)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return _foreseen(
            request, office, form.ask.person, case, before, after, reason=reason, trouble=trouble_of(problem)
        )
    return RedirectResponse(urls.migration(begun.body["id"]), status_code=303)


@router.get("/bench/migrations/{migration_id}")
def show(request: Request, office: Office, person: SignedIn, migration_id: str, cursor: Cursor = None) -> Response:
    """Shows how far a migration is, and what became of each case."""
    return page(request, "bench/migration.html", _content(office, person, migration_id, cursor), person=person)


@router.get("/bench/migrations/{migration_id}/now")
def now(
    request: Request,
    office: Office,
    person: SignedIn,
    migration_id: str,
    cursor: Cursor = None,
    x_seen: Annotated[str, Header(max_length=40)] = "",
) -> Response:
    """How far it is now; 204 when it is as it was seen."""
    content = _content(office, person, migration_id, cursor)
    if content.version == x_seen:
        return Response(status_code=204)
    return page(request, "bench/_migration.html", content, person=person)


def _content(office: Services, person: Person, migration_id: str, cursor: str | None) -> MigrationPage:
    if not person.may(RIGHT) and not person.may("read-audit"):
        raise NotPermitted(say("Migrations are for those who begin them and for auditors to read."))
    with office.store.reading() as session:
        row = migrating.migration_of(session, migration_id)
        found = migrating_page(session, row.id, status=None, limit=ROWS, cursor=cursor)
        return MigrationPage(
            line=case_type(session, row.definition, person.id, zone=office.zone),
            migration=migration_view(row, migration_counts(session, row.id), zone=office.zone),
            cases=[migrating_view(each, zone=office.zone) for each in found.items],
            next=urls.migration_after(row.id, found.cursor) if found.cursor else None,
            may_change=person.may(RIGHT) and row.status in AT_WORK,
            key=new_key(),
            live=urls.migration_now(row.id, cursor),
        )


@router.post("/bench/migrations/{migration_id}/{change}")
def change(office: Office, form: Form, migration_id: str, change: Change) -> Response:
    """Pauses, resumes or cancels a migration."""
    migrating.change(office, form.ask, migration_id, change)
    return RedirectResponse(urls.migration(migration_id), status_code=303)


def _foreseen(
    request: Request,
    office: Services,
    person: Person,
    case: str,
    before: int,
    after: int,
    *,
    cursor: str | None = None,
    reason: str = "",
    trouble: Trouble | None = None,
) -> Response:
    found = migrating.foresee(office, person, case, before, after, mapping=None, limit=FORESEEN, cursor=cursor)
    with office.store.reading() as session:
        line = case_type(session, case, person.id, zone=office.zone)
        content = ForeseenPage(
            line=line,
            before=before,
            after=after,
            open_cases=sum(each.open_cases for each in line.versions if each.version.version == before),
            foreseen=[foreseen_view(each, zone=office.zone) for each in found.items],
            states=_titles(session, case, after) | _titles(session, case, before) if found.items else {},
            next=urls.migrate_after(case, before, after, found.cursor) if found.cursor else None,
            reason=reason,
            key=new_key(),
            trouble=trouble,
        )
    return page(request, "bench/migrate.html", content, person=person, status=422 if trouble else 200)


def _titles(session: Session, case: str, version: int) -> dict[str, str]:
    states = machine_of(library.content(session, case, version)).setting.plan.states
    return {path: plan.title for path, plan in states.items()}
