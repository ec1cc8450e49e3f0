"""A task: its form, its outcomes with what each will do, and what else people do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from api.acts import checking, claiming, completing, filing, foreseeing, passing, remembering
from api.acts.accounts import log_view
from api.acts.queue import task_with_account
from api.acts.remembering import fields_seen
from api.acts.rules import may_do
from api.library import content_of_case
from api.pages.fields import Input, inputs
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form, Posted
from api.pages.posted_files import uploaded
from api.pages.stale import OVERTAKEN, Changes, changes, typed
from api.pages.story import Story, story_of
from api.pages.urls import urls
from api.pages.values import all_told
from api.problems import Invalid, NotPermitted, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _
from api.views.books import FileView, file_view
from api.views.checks import CheckView, check_view
from api.views.connections import ApplicantView, applicant_view
from api.views.notes import NoteView, note_view
from api.views.tasks import OutcomeView, TaskDetail
from api.views.work import field_view, task_detail
from definitions.language.sentences import again
from store.queries.audit import last_act
from store.queries.cases import notes_of
from store.tables.cases import CaseRow, TaskRow
from store.tables.connections import Applicant
from store.tables.papers import File
from workflows.machine import case as cases
from workflows.machine.machine import machine_of

router = APIRouter(include_in_schema=False)

FORMS = (
    "claim",
    "release",
    "check",
    "complete",
    "note",
    "file",
    "give",
    "follow-up",
    "suspend",
    "resume",
    "skip",
    "redo",
    "take-back",
    "hold",
)


@dataclass(frozen=True, kw_only=True)
class KeptPart:
    """Says that a half-filled form was kept."""

    version: int  #: of the task, since then
    at: datetime


@dataclass(frozen=True, kw_only=True)
class TaskPage:
    """A task with its form."""

    task: TaskDetail
    case_title: str
    why: str
    data: Sequence[tuple[str, Sequence[str]]]  #: what else the case holds, for those who may see accounts
    inputs: Sequence[Input]
    titles: Mapping[str, str]  #: of the form's fields
    story: Story | None  #: of the account, for those who may see accounts
    applicant: ApplicantView | None  #: the same
    notes: Sequence[NoteView]
    files: Sequence[FileView]
    checked: CheckView | None  #: of an order that is checked at the curb: what was answered last
    is_mine: bool
    may_work: bool  #: on any task at all
    not_theirs: str | None  #: of a task that nobody has: why this person cannot take it
    answered: Sequence[tuple[str, str]]  #: of an ended task: its form by title
    may_give: bool  #: they have the task, or assign tasks
    colleagues: Sequence[tuple[str, str]]  #: who could take the task: short name and name
    undo_until: datetime | None  #: how long its outcome can be taken back by this person
    keys: Mapping[str, str]  #: one for each form of the page
    trouble: Trouble | None
    changes: Changes | None  #: what others did since a page was opened that they have overtaken
    typed: Sequence[tuple[str, str]]  #: what was typed into it, where the form is not open any more
    seen: int  #: the newest audit row about the case: what this page has seen


@dataclass(frozen=True, kw_only=True)
class ForetoldPart:
    """What a half-filled form would be answered: the parts of the page that say so."""

    titles: Mapping[str, str]  #: of the form's fields
    wrong: Mapping[str, str]
    outcomes: Sequence[OutcomeView]


@router.get("/tasks/{task_id}")
def show(request: Request, office: Office, person: SignedIn, task_id: str) -> Response:
    """Shows a task."""
    return _shown(request, office, person, task_id)


@router.post("/tasks/{task_id}/claim")
def claim(office: Office, form: Form, task_id: str) -> Response:
    """Claims the task."""
    claiming.claim(office, form.ask, task_id)
    return RedirectResponse(urls.task(task_id), status_code=303)


@router.post("/tasks/{task_id}/release")
def release(office: Office, form: Form, task_id: str) -> Response:
    """Releases the task."""
    claiming.release(office, form.ask, task_id)
    return RedirectResponse(urls.task(task_id), status_code=303)


@router.post("/tasks/{task_id}/check")
def check(request: Request, office: Office, form: Form, task_id: str) -> Response:
    """Asks at the curb whether there is still a reason for the order, and shows the answer."""
    answer = checking.check(office, form.ask, task_id)
    if answer.body["fit"]:
        return RedirectResponse(urls.task(task_id), status_code=303)
    trouble = Trouble(title=_("Do not go on"), sentence=answer.body["sentence"], code="check-needed", fields={})
    return _shown(request, office, form.ask.person, task_id, trouble=trouble, status=409)


@router.post("/tasks/{task_id}/notes")
def write(office: Office, form: Form, task_id: str) -> Response:
    """Writes a note on the task."""
    text = form.text("text")
    if not text:
        raise Invalid(_("The note is empty."), fields={"text": _("is empty")})
    remembering.add_note(office, form.ask, text=text[:4000], task_id=task_id)
    return RedirectResponse(urls.task(task_id), status_code=303)


@router.post("/tasks/{task_id}/files")
async def attach(office: Office, form: Form, task_id: str) -> Response:
    """Keeps files with the task."""
    for name in form.files:
        await uploaded(office, form, name, filing.Upload.of_task(task_id, form.text("kind") or "photo"), name)
    return RedirectResponse(urls.task(task_id), status_code=303)


@router.post("/tasks/{task_id}/foresee")
def foresee(request: Request, office: Office, form: Form, task_id: str) -> Response:
    """Says what the form would be answered, as one types; nothing changes."""
    person = form.ask.person
    fields = fields_seen(office, person, task_id)
    files = {name for name, field in fields.items() if field.type == "file"}
    given = {name: value for name, value in form.typed(fields).items() if name not in files}
    told = foreseeing.foretold(office, person, task_id, given)
    content = ForetoldPart(
        titles={name: field_view(name, field, None).title for name, field in fields.items()},
        wrong={name: _(wrong) for name, wrong in told.wrong.items()},
        outcomes=[
            outcome.model_copy(update={"lacks": [name for name in outcome.lacks if name not in files]})
            for outcome in told.outcomes
        ],
    )
    return page(request, "case/_foretold.html", content, person=person)


@router.post("/tasks/{task_id}/complete")
async def complete(request: Request, office: Office, form: Form, task_id: str) -> Response:
    """Keeps the form half-filled, or ends the task with the outcome whose button was pressed."""
    outcome, version = form.text("outcome"), form.text("version")
    fields = await run_in_threadpool(fields_seen, office, form.ask.person, task_id, outcome)
    given = form.typed(fields)
    try:
        for name, field in fields.items():
            if field.type == "file" and f"field.{name}" in form.files:
                given[name] = await uploaded(
                    office, form, f"field.{name}", filing.Upload.of_task(task_id, "photo"), f"field.{name}"
                )
        if not outcome and request.headers.get("hx-request"):
            return await run_in_threadpool(_kept, request, office, form, task_id, given, version)
        if not outcome:
            await run_in_threadpool(remembering.keep_draft, office, form.ask, task_id, form=given, version=version)
            return RedirectResponse(urls.task(task_id), status_code=303)
        completion = completing.Completion(outcome=outcome, form=given, version=version)
        await completing.complete(office, form.ask, task_id, completion)
    except Problem as problem:
        if problem.status not in (403, 409, 412, 422):
            raise
        trouble = trouble_of(problem)
        return await run_in_threadpool(
            _shown,
            request,
            office,
            form.ask.person,
            task_id,
            given=given,
            trouble=trouble,
            status=problem.status,
            seen=form.number("seen"),
        )
    case_id = task_id.rpartition(".")[0]
    person = form.ask.person
    return RedirectResponse(urls.case(case_id) if person.may("see-accounts") else urls.queue, status_code=303)


def _kept(
    request: Request, office: Services, form: Posted, task_id: str, given: Mapping[str, Any], version: str
) -> Response:
    """What a page keeps by itself while one types: a field that is only half typed does not hinder the others."""
    right = remembering.without_wrong(fields_seen(office, form.ask.person, task_id), given)
    answer = remembering.keep_draft(office, form.ask, task_id, form=right, version=version)
    content = KeptPart(version=answer.body["version"], at=form.ask.at.astimezone(office.zone))
    return page(request, "case/_kept.html", content, person=form.ask.person)


def _shown(
    request: Request,
    office: Services,
    person: Person,
    task_id: str,
    *,
    given: Mapping[str, Any] | None = None,
    trouble: Trouble | None = None,
    status: int = 200,
    seen: int | None = None,
) -> Response:
    with office.store.reading() as session:
        task, account = task_with_account(session, person, task_id)
        case = session.get_one(CaseRow, task.case_id)
        detail = task_detail(session, office, person, task, case)
        titles = {outcome.outcome: outcome.title for outcome in detail.outcomes}
        account = account if person.may("see-accounts") else None
        asks = case.applicant_id if person.may("see-accounts") else None
        applicant = session.get(Applicant, asks) if asks else None
        is_mine = task.assignee == person.id
        may_give = is_mine or person.may("assign-tasks")
        content = TaskPage(
            task=detail,
            case_title=case.title,
            why=again(case.why, case.why_said),
            data=all_told(
                machine_of(content_of_case(session, case)).definition,
                (case.snapshot or {}).get("data") or {},
                zone=office.zone,
                without={"account", "applicant", *(view.name for view in detail.form)},
            )
            if person.may("see-accounts")
            else [],
            inputs=inputs(
                session,
                detail.form,
                account=task.account_id,
                errors=trouble.fields if trouble else {},
                given=given,
                outcomes=titles,
            ),
            titles={view.name: view.title for view in detail.form},
            story=story_of(session, office, person, account, case=task.case_id) if account else None,
            applicant=applicant_view(applicant, zone=office.zone) if applicant else None,
            notes=[
                note_view(note, zone=office.zone)
                for note in notes_of(session, case=task.case_id)
                if account is not None or applicant is not None or note.task_id == task.id
            ],
            files=_files(session, office, task, person),
            checked=_checked(session, office, task),
            is_mine=is_mine,
            may_give=may_give,
            colleagues=passing.colleagues(session, office, task) if may_give else [],
            undo_until=_undo_until(office, case, task, person),
            may_work=person.may("work"),
            not_theirs=_not_theirs(session, person, task) if task.closed_at is None and not task.assignee else None,
            answered=typed(detail.form, detail.filled or {}),
            keys={name: new_key() for name in FORMS},
            trouble=trouble,
            changes=changes(session, office, task, seen=seen, form=detail.form, given=given, by=person.id)
            if given is not None and seen is not None and status in OVERTAKEN
            else None,
            typed=typed(detail.form, given) if given is not None and (task.closed_at or not is_mine) else [],
            seen=last_act(session, case=task.case_id),
        )
    confidential = bool(account and account.confidential)
    log_view(office, person, task.account_id, confidential=confidential, what="task", of=task.id, case=task.case_id)
    return page(request, "case/task.html", content, person=person, status=status)


def _not_theirs(session: Session, person: Person, task: TaskRow) -> str | None:
    try:
        may_do(session, person, task)
    except NotPermitted as refused:
        return refused.sentence
    return None


def _checked(session: Session, office: Services, task: TaskRow) -> CheckView | None:
    last = checking.last_check(session, task) if task.check_at_site else None
    return check_view(last, lasts=checking.lasts(office), zone=office.zone) if last is not None else None


def _undo_until(office: Services, row: CaseRow, task: TaskRow, person: Person) -> datetime | None:
    undo = cases.from_json(row.snapshot).undo
    ours = undo is not None and (undo.run, undo.by) == (task.run, person.id)
    return undo.until.astimezone(office.zone) if undo is not None and ours and undo.until > office.now() else None


def _files(session: Session, office: Services, task: TaskRow, person: Person) -> list[FileView]:
    rows = session.exec(select(File).where(File.task_id == task.id).order_by(col(File.uploaded_at)))
    return [
        file_view(row, zone=office.zone)
        for row in rows
        if not row.medical or person.may("see-medical") or row.uploaded_by == person.id
    ]
