"""What keeps failing: a supervisor lets it be tried again, or leaves it out with a reason, one or several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import TypeAdapter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.acts import settling
from api.acts.act import Answer, Ask
from api.acts.many import Done, Dones, many
from api.pages.failing import Failing, failing
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form
from api.pages.urls import urls
from api.problems import Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from store.queries.cases import incident_page, incidents_by_id

router = APIRouter(include_in_schema=False)

DONES: TypeAdapter[Dones] = TypeAdapter(Dones)


@dataclass(frozen=True, kw_only=True)
class Became:
    """What became of a chosen incident."""

    of: Failing
    done: Done


@dataclass(frozen=True, kw_only=True)
class IncidentsPage:
    """Incidents that nobody has settled."""

    incidents: Sequence[Failing]
    next: str | None
    may_settle: bool
    results: Sequence[Became]
    chosen: frozenset[str]
    reason: str
    key: str
    trouble: Trouble | None


@router.get("/board/incidents")
def show(
    request: Request,
    office: Office,
    person: SignedIn,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Shows what keeps failing, the oldest first."""
    return _shown(request, office, person, cursor=cursor)


@router.post("/board/incidents")
async def settle(request: Request, office: Office, form: Form) -> Response:
    """Retries or skips (with a reason) the chosen incidents, and shows what became of each."""
    how: Literal["retry", "skip"] = "skip" if form.text("how") == "skip" else "retry"
    chosen, reason = form.fields.get("incident", []), form.text("reason")[:500]
    results: Sequence[Done] = ()
    trouble = None

    async def one(ask: Ask, incident: str) -> Answer:
        return await settling.settle(office, ask, incident, how=how, reason=reason)

    try:
        settling.must_say_why(how, reason)
        results = DONES.validate_python((await many(form.ask, chosen, one)).body).results
    except Problem as problem:
        trouble = trouble_of(problem)
    left = frozenset(each.id for each in results if not each.done) if results else frozenset(chosen)
    return await run_in_threadpool(
        _shown, request, office, form.ask.person, results=results, chosen=left, reason=reason if left else "",
        trouble=trouble,
    )  # fmt: skip


def _shown(
    request: Request,
    office: Services,
    person: Person,
    *,
    cursor: str | None = None,
    results: Sequence[Done] = (),
    chosen: frozenset[str] = frozenset(),
    reason: str = "",
    trouble: Trouble | None = None,
) -> Response:
    settling.may_read(person)
    with office.store.reading() as session:
        found = incident_page(session, limit=50, cursor=cursor)
        content = IncidentsPage(
            incidents=failing(session, found.items, zone=office.zone, at=office.now()),
            next=urls.incidents_after(found.cursor) if found.cursor else None,
            may_settle=person.may("settle-incidents"),
            results=_became(session, results, office),
            chosen=chosen,
            reason=reason,
            key=new_key(),
            trouble=trouble,
        )
    return page(request, "board/incidents.html", content, person=person, status=422 if trouble else 200)


def _became(session: Session, results: Sequence[Done], office: Services) -> list[Became]:
    settled = incidents_by_id(session, [each.id for each in results])
    of = failing(session, settled, zone=office.zone, at=office.now())
    told = {each.incident.id: each for each in of}
    return [Became(of=told[each.id], done=each) for each in results if each.id in told]
