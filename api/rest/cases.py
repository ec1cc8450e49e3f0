"""Cases: opening, reading, events from outside, reopening, notes, files."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.acts import opening, remembering
from api.acts.queue import visible
from api.acts.rules import case_seen
from api.rest.asking import Asked, answer
from api.rest.bodies import Because, Body, CaseId, Cursor, EventData, EventName, Limit, NewNote
from api.rest.documented import READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.cases import CaseDetail, CaseView, StepView, case_detail, case_view, step_view
from api.views.notes import NoteView, note_view
from api.views.shown import Page, next_link
from api.views.steps import TakenView
from store.queries import cases as query

router = APIRouter(prefix="/api/cases", tags=["cases"])


class NewCase(Body):
    """Which case to open, and its opening data; entities by their id."""

    case: str = Field(min_length=1, max_length=120, examples=["high-consumption"])
    data: dict[str, Any] = Field(default_factory=dict, examples=[{"account": "a-10017", "bill": "b-10017-24"}])


Word = Annotated[str | None, Query(max_length=200)]


@router.get("", operation_id="list_cases", response_model=Page[CaseView], responses=READ)
def list_cases(
    office: Office,
    person: SignedIn,
    case: Annotated[Word, Query(description="The case type.", examples=["high-consumption"])] = None,
    state: Annotated[Word, Query(description="The path of a state.", examples=["review"])] = None,
    account: Annotated[Word, Query(description="The account's number.")] = None,
    open: Annotated[bool | None, Query(description="Only open ones, or only closed ones.")] = None,  # noqa: A002
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CaseView]:
    """Lists cases, the newest first; those of confidential accounts only for who may open these."""
    person.must("see-accounts")
    with office.store.reading() as session:
        page = query.case_page(
            session, definition=case, state=state, account=account, is_open=open, limit=limit, cursor=cursor
        )
        seen = visible(session, person, page.items)
    asked = {"case": case, "state": state, "account": account, "open": _word(open), "limit": limit}
    return Page(
        items=[case_view(row, zone=office.zone) for row in seen],
        next=next_link("/api/cases", page.cursor, asked),
    )


@router.post("", operation_id="open_case", status_code=201, response_model=TakenView, responses=WRITE)
async def open_case(office: Office, ask: Asked, body: NewCase) -> Response:
    """Opens a case; the same key returns the same case."""
    given = await opening.open_case(office, ask, body.case, body.data)
    return answer(replace(given, headers={"Location": f"/api/cases/{given.body['case']}"}))


@router.get("/{case_id}", operation_id="read_case", response_model=CaseDetail, responses=READ)
def read_case(office: Office, person: SignedIn, case_id: CaseId) -> CaseDetail:
    """Reads a case with its data."""
    with office.store.reading() as session:
        return case_detail(case_seen(session, person, case_id), zone=office.zone)


@router.get("/{case_id}/steps", operation_id="list_steps", response_model=Page[StepView], responses=READ)
def list_steps(
    office: Office,
    person: SignedIn,
    case_id: CaseId,
    limit: Limit = 50,
    cursor: Annotated[int, Query(ge=0, le=2**31 - 1, description="The step after which the page begins.")] = 0,
) -> Page[StepView]:
    """Lists a case's steps, the first one first."""
    with office.store.reading() as session:
        case_seen(session, person, case_id)
        steps = query.steps_of(session, case_id, after_step=cursor, limit=limit + 1)
    more = str(steps[limit - 1].step_no) if len(steps) > limit else None
    return Page(
        items=[step_view(step, zone=office.zone) for step in steps[:limit]],
        next=next_link(f"/api/cases/{case_id}/steps", more, {"limit": limit}),
    )


@router.get("/{case_id}/notes", operation_id="list_case_notes", response_model=Page[NoteView], responses=READ)
def list_notes(office: Office, person: SignedIn, case_id: CaseId) -> Page[NoteView]:
    """Lists what was written on a case and its tasks, the oldest first."""
    with office.store.reading() as session:
        case_seen(session, person, case_id)
        notes = query.notes_of(session, case=case_id)
    return Page(items=[note_view(note, zone=office.zone) for note in notes])


@router.post(
    "/{case_id}/notes", operation_id="add_case_note", status_code=201, response_model=NoteView, responses=WRITE
)
def add_note(office: Office, ask: Asked, case_id: CaseId, body: NewNote) -> Response:
    """Writes a note on the case."""
    return answer(remembering.add_note(office, ask, text=body.text, case_id=case_id))


@router.post("/{case_id}/events/{name}", operation_id="send_case_event", response_model=TakenView, responses=WRITE)
async def send_event(office: Office, ask: Asked, case_id: CaseId, name: EventName, body: EventData) -> Response:
    """Tells the case of an event from outside: a payment, a filing, a reply."""
    return answer(await opening.send_event(office, ask, case_id, name, body.data))


@router.post("/{case_id}/reopen", operation_id="reopen_case", response_model=TakenView, responses=WRITE)
async def reopen(office: Office, ask: Asked, case_id: CaseId, body: Because) -> Response:
    """Opens a closed case again, if its definition allows that."""
    return answer(await opening.reopen(office, ask, case_id, reason=body.reason))


def _word(value: bool | None) -> Literal["true", "false"] | None:
    return None if value is None else "true" if value else "false"
