"""The open cases of one kind, looked up from a supervisor's board: in a state, or whose promise is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, cast

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from api.acts.queue import visible
from api.pages.frame import page
from api.pages.machines import RIGHT, where
from api.pages.urls import urls
from api.security.signin import SignedIn
from api.services import Office, Services
from api.views.board import Stay
from api.views.shown import local
from definitions.language.sentences import again
from store.paging import Page
from store.queries import open_cases as queries
from store.queries.board import Waiting
from store.tables.cases import CaseRow

router = APIRouter(include_in_schema=False)

SHOWN: Final = 50  #: at once
Word = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One case."""

    id: str
    account: str | None
    states: Sequence[str]  #: titles
    since: datetime | None  #: in them
    days: float | None
    why: str  #: what it waits for
    promised: datetime | None
    late: bool  #: the promise was not kept


@dataclass(frozen=True, kw_only=True)
class CasesPage:
    """Cases of one kind, a page of them."""

    definition: str
    title: str
    state: Stay | None  #: in which they are
    which: str  #: `missed`, `warned` or empty
    at: datetime
    lines: Sequence[Line]
    next: str | None


@router.get("/board/machines/{case}/cases")
def show(
    request: Request,
    office: Office,
    person: SignedIn,
    case: str,
    state: Word = "",
    which: Word = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Shows the open cases of a kind: all, those in a state, those whose promise was missed or is near."""
    person.must(RIGHT)
    which = which if which in queries.PROMISES and not state else ""
    with office.store.reading() as session:
        definition, waiting, stays = where(session, office, case)
        found = _found(session, office, case, waiting, state=state, which=which, cursor=cursor)
        rows = visible(session, person, found.items)
    titles = {each.path: each.state for each in stays}
    content = CasesPage(
        definition=case,
        title=definition.title,
        state=next((each for each in stays if each.path == state), None),
        which=which,
        at=office.now().astimezone(office.zone),
        lines=[_line(row, titles, office) for row in rows],
        next=urls.cases_of(case, state=state, which=which, cursor=found.cursor) if found.cursor else None,
    )
    return page(request, "board/cases.html", content, person=person)


def _found(
    session: Session,
    office: Services,
    case: str,
    waiting: Sequence[Waiting],
    *,
    state: str,
    which: str,
    cursor: str | None,
) -> Page[CaseRow]:
    if state:
        together = [each.state for each in waiting if state in each.state.split()]
        return queries.in_states(session, case, together, limit=SHOWN, cursor=cursor)
    if which:
        promise = cast(queries.Promise, which)
        return queries.promised(session, case, promise, office.now(), limit=SHOWN, cursor=cursor)
    return queries.open_cases(session, case, limit=SHOWN, cursor=cursor)


def _line(row: CaseRow, titles: Mapping[str, str], office: Services) -> Line:
    stayed = None if row.state_since is None else (office.now() - row.state_since).total_seconds() / 86_400
    return Line(
        id=row.id,
        account=row.account_id,
        states=[titles.get(path, path) for path in row.state.split()],
        since=local(row.state_since, office.zone),
        days=stayed,
        why=again(row.why, row.why_said),
        promised=local(row.sla_due, office.zone),
        late=row.sla_late,
    )
