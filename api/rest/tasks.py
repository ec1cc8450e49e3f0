"""Tasks and work orders: the queue, and what people do with them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import AwareDatetime, Field

from api.acts import checking, claiming, completing, directing, foreseeing, order_sheets, passing, remembering
from api.acts.many import MOST, Dones
from api.acts.queue import queue_of, task_seen
from api.problems import Conflict
from api.rest.asking import Asked, IfMatch, answer, version_of
from api.rest.bodies import Because, Body, Cursor, Limit, NewNote, Reason, TaskId, UserId
from api.rest.documented import GUARDED, READ, WRITE, problems
from api.security.signin import SignedIn
from api.services import Office
from api.views.checks import CheckView
from api.views.notes import NoteView
from api.views.shown import Moment, Page, next_link
from api.views.steps import TakenView
from api.views.tasks import ForetoldView, TaskDetail, TaskView, etag, task_view
from api.views.work import task_detail
from store.tables.cases import CaseRow

router = APIRouter(prefix="/api/tasks", tags=["tasks"])


class NextTask(Body):
    """Which task to be given."""

    like: str | None = Field(
        None, max_length=120, description="The name of a task: one of the same kind.", examples=["review"]
    )
    case: str | None = Field(None, max_length=60, description="A case: the next task of it.")
    queue: str | None = Field(None, max_length=120, description="A queue: one from it.", examples=["customer-service"])


class ToPerson(Body):
    """To whom."""

    to: UserId


class Several(Body):
    """Which tasks."""

    tasks: list[Annotated[str, Field(max_length=100)]] = Field(min_length=1, max_length=MOST, description="Their ids.")


class SeveralToPerson(Several):
    """Which tasks, and to whom."""

    to: UserId


class Pressing(Body):
    """How pressing."""

    priority: directing.Priority


class SeveralPressing(Several):
    """Which tasks, and how pressing they are."""

    priority: directing.Priority


class HandOver(Body):
    """To whom, and whether the half-filled form goes along."""

    to: UserId
    with_form: bool = Field(True, description="Whether the half-filled form goes along.")


class Helper(Body):
    """Who helps."""

    helper: UserId


class Complete(Body):
    """How the task ends."""

    outcome: str = Field(min_length=1, max_length=120, examples=["explained"])
    form: dict[str, Any] = Field(default_factory=dict, examples=[{"cause": "usage"}])


class Suspend(Body):
    """Why, and what becomes of the clock."""

    reason: Reason
    clock_stops: bool = Field(False, description="Whether its due date and escalations stand still meanwhile.")


class FollowUp(Body):
    """When the task should come back to mind; null for never."""

    at: Moment | None = Field(examples=["2026-03-16T08:00:00-07:00"])


class Draft(Body):
    """The form as far as it is filled in."""

    form: dict[str, Any] = Field(examples=[{"cause": "leak"}])


Word = Annotated[str | None, Query(max_length=120)]


@router.get("", operation_id="list_tasks", response_model=Page[TaskView], responses=READ)
def list_tasks(
    office: Office,
    person: SignedIn,
    queue: Annotated[Word, Query(description="A queue or crew.", examples=["customer-service"])] = None,
    assignee: Annotated[Word, Query(description="Who has them: a person's short name.", examples=["rep"])] = None,
    due_before: Annotated[AwareDatetime | None, Query(description="Due before this moment.")] = None,
    case: Annotated[Word, Query(description="All tasks of this case, ended ones too.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[TaskView]:
    """Lists the open tasks that the person may see, the most pressing first.

    A page may hold fewer than `limit` and still have a next one: what the person may not see is left out."""
    page = queue_of(
        office, person, queue=queue, assignee=assignee, due_before=due_before, case=case, limit=limit, cursor=cursor
    )
    at = office.now()
    asked = {"queue": queue, "assignee": assignee, "due_before": _iso(due_before), "case": case, "limit": limit}
    return Page(
        items=[task_view(task, at=at, zone=office.zone) for task in page.items],
        next=next_link("/api/tasks", page.cursor, asked),
    )


@router.get("/{task_id}", operation_id="read_task", response_model=TaskDetail, responses=READ)
def read_task(office: Office, person: SignedIn, task_id: TaskId, response: Response) -> TaskDetail:
    """Reads a task with its form, what is filled in so far, and the outcomes that it may end with."""
    with office.store.reading() as session:
        task = task_seen(session, person, task_id)
        detail = task_detail(session, office, person, task, session.get_one(CaseRow, task.case_id))
    response.headers["ETag"] = etag(detail.version)
    return detail


@router.get(
    "/{task_id}/order.pdf",
    operation_id="print_order",
    response_class=Response,
    responses=READ
    | problems(Conflict)
    | {200: {"description": "The order as a sheet.", "content": {"application/pdf": {}}}},
)
def print_order(office: Office, person: SignedIn, task_id: TaskId) -> Response:
    """Prints a work order as a sheet for a crew without a phone; it names no customer."""
    sheet = order_sheets.order_sheet(office, person, task_id)
    return Response(sheet, media_type="application/pdf", headers={"Content-Disposition": "inline"})


@router.post("/next", operation_id="take_next_task", response_model=TaskView, responses=WRITE)
def take_next(office: Office, ask: Asked, body: NextTask) -> Response:
    """Gives the most pressing task that the person may do, claimed for them."""
    return answer(claiming.next_one(office, ask, like=body.like, case=body.case, queue=body.queue))


@router.post("/{task_id}/claim", operation_id="claim_task", response_model=TaskView, responses=WRITE)
def claim(office: Office, ask: Asked, task_id: TaskId) -> Response:
    """Makes the task the person's own."""
    return answer(claiming.claim(office, ask, task_id))


@router.post("/{task_id}/release", operation_id="release_task", response_model=TaskView, responses=WRITE)
def release(office: Office, ask: Asked, task_id: TaskId) -> Response:
    """Puts the task back where it was offered."""
    return answer(claiming.release(office, ask, task_id))


@router.post("/{task_id}/assign", operation_id="assign_task", response_model=TaskView, responses=WRITE)
def assign(office: Office, ask: Asked, task_id: TaskId, body: ToPerson) -> Response:
    """Gives the task to somebody, whoever had it: for supervisors."""
    return answer(passing.assign(office, ask, task_id, to=body.to))


@router.post("/assign", operation_id="assign_tasks", response_model=Dones, responses=WRITE)
async def assign_several(office: Office, ask: Asked, body: SeveralToPerson) -> Response:
    """Gives several tasks to somebody; each is done or refused by itself."""
    return answer(await directing.assign_many(office, ask, body.tasks, to=body.to))


@router.post("/{task_id}/prioritize", operation_id="prioritize_task", response_model=TaskView, responses=WRITE)
def prioritize(office: Office, ask: Asked, task_id: TaskId, body: Pressing) -> Response:
    """Says how pressing a task is: for supervisors."""
    return answer(directing.prioritize(office, ask, task_id, priority=body.priority))


@router.post("/prioritize", operation_id="prioritize_tasks", response_model=Dones, responses=WRITE)
async def prioritize_several(office: Office, ask: Asked, body: SeveralPressing) -> Response:
    """Says how pressing several tasks are; each is done or refused by itself."""
    return answer(await directing.prioritize_many(office, ask, body.tasks, priority=body.priority))


@router.post("/{task_id}/delegate", operation_id="delegate_task", response_model=TaskView, responses=WRITE)
def delegate(office: Office, ask: Asked, task_id: TaskId, body: ToPerson) -> Response:
    """Gives one's own task to somebody else who may do it."""
    return answer(passing.delegate(office, ask, task_id, to=body.to))


@router.post("/{task_id}/hand-over", operation_id="hand_over_task", response_model=TaskView, responses=WRITE)
def hand_over(office: Office, ask: Asked, task_id: TaskId, body: HandOver) -> Response:
    """Gives a task that was begun to somebody else, with or without the half-filled form."""
    return answer(passing.hand_over(office, ask, task_id, to=body.to, with_form=body.with_form))


@router.post("/{task_id}/decline", operation_id="decline_task", response_model=TaskView, responses=WRITE)
def decline(office: Office, ask: Asked, task_id: TaskId) -> Response:
    """Says no to a task that is offered to one by name."""
    return answer(passing.decline(office, ask, task_id))


@router.post("/{task_id}/helpers", operation_id="add_helper", response_model=TaskView, responses=WRITE)
def add_helper(office: Office, ask: Asked, task_id: TaskId, body: Helper) -> Response:
    """Adds somebody who helps; they count for the separation of duties."""
    return answer(passing.add_helper(office, ask, task_id, helper=body.helper))


@router.post("/{task_id}/check", operation_id="check_task", response_model=CheckView, responses=WRITE)
def check(office: Office, ask: Asked, task_id: TaskId) -> Response:
    """Asks at the curb whether there is still a reason for the order, by the facts, holds and laws of this moment."""
    return answer(checking.check(office, ask, task_id))


@router.post("/{task_id}/foresee", operation_id="foresee_task", response_model=ForetoldView, responses=READ)
def foresee(office: Office, person: SignedIn, task_id: TaskId, body: Draft) -> ForetoldView:
    """Says what a half-filled form would be answered. A POST, since forms hold what addresses must not; it changes
    nothing and needs no key."""
    return foreseeing.foretold(office, person, task_id, body.form)


@router.post("/{task_id}/complete", operation_id="complete_task", response_model=TakenView, responses=WRITE)
async def complete(office: Office, ask: Asked, task_id: TaskId, body: Complete) -> Response:
    """Ends the task with an outcome; the case moves on."""
    completion = completing.Completion(outcome=body.outcome, form=body.form)
    return answer(await completing.complete(office, ask, task_id, completion))


@router.post("/{task_id}/take-back", operation_id="take_back_task", response_model=TakenView, responses=WRITE)
async def take_back(office: Office, ask: Asked, task_id: TaskId) -> Response:
    """Takes one's own outcome back while nothing irreversible has happened."""
    return answer(await completing.take_back(office, ask, task_id))


@router.post("/{task_id}/suspend", operation_id="suspend_task", response_model=TakenView, responses=WRITE)
async def suspend(office: Office, ask: Asked, task_id: TaskId, body: Suspend) -> Response:
    """Puts the task aside with a reason."""
    return answer(await completing.suspend(office, ask, task_id, reason=body.reason, clock_stops=body.clock_stops))


@router.post("/{task_id}/resume", operation_id="resume_task", response_model=TakenView, responses=WRITE)
async def resume(office: Office, ask: Asked, task_id: TaskId) -> Response:
    """Goes on with a suspended task."""
    return answer(await completing.resume(office, ask, task_id))


@router.post("/{task_id}/skip", operation_id="skip_task", response_model=TakenView, responses=WRITE)
async def skip(office: Office, ask: Asked, task_id: TaskId, body: Because) -> Response:
    """Leaves a skippable task out: its first outcome is taken."""
    return answer(await completing.skip(office, ask, task_id, reason=body.reason))


@router.post("/{task_id}/redo", operation_id="redo_task", response_model=TakenView, responses=WRITE)
async def redo(office: Office, ask: Asked, task_id: TaskId, body: Because) -> Response:
    """Opens an ended, repeatable task once more."""
    return answer(await completing.redo(office, ask, task_id, reason=body.reason))


@router.post(
    "/{task_id}/notes", operation_id="add_task_note", status_code=201, response_model=NoteView, responses=WRITE
)
def add_note(office: Office, ask: Asked, task_id: TaskId, body: NewNote) -> Response:
    """Writes a note on the task."""
    return answer(remembering.add_note(office, ask, text=body.text, task_id=task_id))


@router.post("/{task_id}/follow-up", operation_id="set_follow_up", response_model=TaskView, responses=WRITE)
def follow_up(office: Office, ask: Asked, task_id: TaskId, body: FollowUp) -> Response:
    """Sets when the task should come back to mind."""
    return answer(remembering.follow_up(office, ask, task_id, at=body.at))


@router.put("/{task_id}/draft", operation_id="keep_draft", response_model=TaskView, responses=GUARDED)
def keep_draft(office: Office, ask: Asked, task_id: TaskId, body: Draft, if_match: IfMatch = None) -> Response:
    """Keeps the form as far as it is filled in, for who goes on with it."""
    version = version_of(if_match, "a half-filled form")
    return answer(remembering.keep_draft(office, ask, task_id, form=body.form, version=version))


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
