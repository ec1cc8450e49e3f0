"""A case: what it waits for, what happened and what did not, what is to be done, and the account's story beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Header, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select

from api.acts import moves, remembering
from api.acts.accounts import log_view
from api.acts.overriding import overrides_of
from api.acts.rules import case_seen, case_with_account, comes_by_itself
from api.library import content_of_case, published
from api.pages.drawing import at_case
from api.pages.failing import Failing, wanted
from api.pages.failing import shown as failing_shown
from api.pages.frame import new_key, page
from api.pages.posted import Form
from api.pages.pulse import Living, living, pulse
from api.pages.returned import NOTHING, Returned
from api.pages.stale import Changes, overtaken
from api.pages.story import Story, story_of
from api.pages.telling import state_title, step_told
from api.pages.timeline import RECENT, Entry, Happened, Stay, timeline, way
from api.pages.urls import urls
from api.pages.values import all_told
from api.problems import Invalid
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _
from api.views.accounts import LetterView, letter_view
from api.views.books import FileView, file_view
from api.views.cases import CaseDetail, case_detail
from api.views.checks import OverrideView, override_view
from api.views.connections import ApplicantView, applicant_view
from api.views.moves import MoveView, move_view
from api.views.notes import NoteView, note_view
from api.views.tasks import TaskView, task_view
from api.views.work import how_ended
from definitions.language.diagrams import edges
from definitions.language.expand import expand
from definitions.language.pictures import svg
from definitions.language.sentences import again
from store.queries import cases as query
from store.queries.audit import refused_in
from store.tables.cases import CaseRow, StepRow
from store.tables.connections import Applicant
from store.tables.papers import File
from store.tables.utility import Account
from workflows.machine import case as cases
from workflows.machine.machine import Machine, machine_of

router = APIRouter(include_in_schema=False)

EVERY: Final = 5  #: seconds between two looks at what changed


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Something from outside that can be noted now."""

    name: str
    title: str
    asks: bool  #: it says more than that it happened, and so has a form


@dataclass(frozen=True, kw_only=True)
class Related:
    """The case that opened this one, or one that this one opened."""

    id: str
    title: str
    status: str
    why: str
    is_child: bool


@dataclass(frozen=True, kw_only=True)
class Undo:
    """The person's own outcome, while it can be taken back."""

    task: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """A case with all that belongs to it."""

    case: CaseDetail
    states: Sequence[str]  #: titles of the active states
    data: Sequence[tuple[str, Sequence[str]]]  #: what it holds: title, and the values in words
    story: Story | None  #: of the account, for a case that has one
    applicant: ApplicantView | None
    tasks: Sequence[TaskView]
    ended: Mapping[str, str]  #: of completed tasks by id: what the outcome is called
    related: Sequence[Related]
    timeline: Sequence[Entry]  #: the newest first
    earlier: int  #: how many entries more there are
    way: Sequence[Stay]  #: the picture in words
    looked_at: str | None  #: where its state stands in the picture
    notes: Sequence[NoteView]
    letters: Sequence[LetterView]
    files: Sequence[FileView]
    incidents: Sequence[Failing]  #: that nobody has settled
    may_settle: bool
    messages: Sequence[Heard]
    overrides: Sequence[OverrideView]  #: that were asked for, the newest first
    overridable: Sequence[str]  #: rules of the district's own that this person may ask to override
    moves: Sequence[MoveView]  #: that were asked for, the newest first
    targets: Mapping[str, str]  #: of their states, by path: the titles
    places: Mapping[str, str]  #: where this person may ask to move it: path and title
    may_move: bool
    undo: Undo | None
    may_reopen: bool
    may_write: bool
    keys: Mapping[str, str]  #: one for each form that must not be done twice
    seen: int  #: the newest audit row about the case: what its forms have seen
    returned: Returned  #: a form that came back
    changes: Changes | None  #: what others did since the page of that form was opened
    whole: bool  #: all of the timeline
    steps: int  #: how many it took
    pulse: str  #: of all that lives
    every: int = EVERY


@router.get("/cases/{case_id}")
def show(request: Request, office: Office, person: SignedIn, case_id: str) -> Response:
    """Shows a case."""
    return shown(request, office, person, case_id)


def shown(request: Request, office: Services, person: Person, case_id: str, came_back: Returned = NOTHING) -> Response:
    """The case, with a form of its page that came back."""
    with office.store.reading() as session:
        row, account = case_with_account(session, person, case_id)
        lives = living(session, case_id)
        whole = request.query_params.get("all") == "yes"
        content = _content(session, office, person, row, account, lives, whole=whole, came_back=came_back)
    is_confidential = bool(account and account.confidential)
    log_view(office, person, row.account_id, confidential=is_confidential, what="case", of=case_id, case=case_id)
    return page(request, "case/case.html", content, person=person, status=came_back.status)


@router.get("/cases/{case_id}/now")
def now(
    request: Request,
    office: Office,
    person: SignedIn,
    case_id: str,
    x_seen: Annotated[str, Header(max_length=40)] = "",
) -> Response:
    """What lives of the case's page, as it is now; 204 when it is as it was seen.

    It belongs to the look that was logged when the page was opened."""
    with office.store.reading() as session:
        row, account = case_with_account(session, person, case_id)
        lives = living(session, case_id)
        if pulse(row, account, lives, at=office.now()) == x_seen:
            return Response(status_code=204)
        whole = request.query_params.get("all") == "yes"
        content = _content(session, office, person, row, account, lives, whole=whole)
    return page(request, "case/_now.html", content, person=person)


@router.get("/cases/{case_id}/states.svg")
def picture(office: Office, person: SignedIn, case_id: str) -> Response:
    """Draws the case's state machine with its present state and the way it took."""
    with office.store.reading() as session:
        row = case_seen(session, person, case_id)
        definition = expand(published(session, row.definition, row.version).definition)
        steps = query.steps_of(session, case_id)
    taken = {state for step in steps for state in step.states_entered or ()}
    walked = frozenset(
        (edge.source, edge.target)
        for edge in edges(definition)
        if any(_walked(edge.source, edge.target, step) for step in steps)
    )
    drawn = svg(definition, active=tuple(row.state.split()), taken=tuple(sorted(taken)), walked=walked)
    return Response(drawn, media_type="image/svg+xml")


@router.post("/cases/{case_id}/notes")
def write(office: Office, form: Form, case_id: str) -> Response:
    """Writes a note on the case."""
    text = form.text("text")
    if not text:
        raise Invalid(_("The note is empty."), fields={"text": _("is empty")})
    remembering.add_note(office, form.ask, text=text[:4000], case_id=case_id)
    return RedirectResponse(urls.case(case_id), status_code=303)


def _content(
    session: Session,
    office: Services,
    person: Person,
    row: CaseRow,
    account: Account | None,
    lives: Living,
    *,
    whole: bool,
    came_back: Returned = NOTHING,
) -> CasePage:
    zone = office.zone
    content = content_of_case(session, row)
    machine = machine_of(content)
    case = cases.from_json(row.snapshot)
    steps = query.steps_of(session, row.id)
    overrides = overrides_of(session, row.id)
    incidents = query.incidents_of(session, row.id)
    about = wanted(session, {row.id: machine}, incidents)
    happened = Happened(
        case=row,
        steps=steps,
        refused=refused_in(session, row.id),
        overrides=overrides,
        incidents=[(each, about[each.id]) for each in incidents],
    )
    entries = timeline(machine, happened, zone=zone)
    applicant = session.get(Applicant, row.applicant_id) if row.applicant_id else None
    files = session.exec(
        select(File).where(File.case_id == row.id, File.kind != "letter").order_by(col(File.uploaded_at))
    )
    asked = moves.moves_of(session, row.id)
    detail = case_detail(row, zone=zone)
    return CasePage(
        case=detail,
        states=[state_title(machine, path) for path in row.state.split()],
        data=all_told(machine.definition, detail.data, zone=zone),
        story=story_of(session, office, person, account, case=row.id, returned=came_back) if account else None,
        applicant=applicant_view(applicant, zone=zone) if applicant else None,
        tasks=[task_view(task, at=office.now(), zone=zone) for task in lives.tasks],
        ended={task.id: said for task in lives.tasks if (said := how_ended(machine, task))},
        related=[_related(each) for each in lives.relatives],
        timeline=entries if whole else entries[:RECENT],
        earlier=0 if whole else max(0, len(entries) - RECENT),
        way=way(machine, steps, zone=zone),
        looked_at=at_case(content, row.state),
        notes=[note_view(note, zone=zone) for note in query.notes_of(session, case=row.id)],
        letters=[letter_view(letter, zone=zone) for letter in lives.letters],
        files=[file_view(file, zone=zone) for file in files if not file.medical or person.may("see-medical")],
        incidents=[
            failing_shown(session, machine, row, each, about[each.id], zone=zone, at=office.now())
            for each in incidents
            if each.settled_at is None
        ],
        may_settle=person.may("settle-incidents"),
        messages=heard(machine, case) if person.may("send-events") else [],
        overrides=[override_view(override, zone=zone) for override in reversed(overrides)],
        overridable=_overridable(machine, row, person),
        moves=[move_view(each, zone=zone) for each in reversed(asked)],
        targets={each.target: state_title(machine, each.target) for each in asked},
        places=moves.places(machine, row) if row.status == "open" and person.may(moves.RIGHT) else {},
        may_move=row.status == "open" and person.may(moves.RIGHT),
        undo=_undo(office, case, person),
        may_reopen=row.status == "closed" and person.may("reopen-cases") and machine.definition.reopen is not None,
        may_write=person.may("work"),
        seen=lives.seen,
        returned=came_back,
        changes=overtaken(session, office, came_back, by=person.id, case=row.id, account=row.account_id),
        whole=whole,
        steps=row.step_no,
        pulse=pulse(row, account, lives, at=office.now()),
        keys={
            name: new_key() for name in ("note", "event", "incident", "override", "move", "hold", "reopen", "take-back")
        },
    )


def heard(machine: Machine, case: cases.Case) -> list[Heard]:
    """What can come from outside and be noted by a person now, by title."""
    found = [
        Heard(name=name, title=step_told(machine, f"message {name}"), asks=bool(machine.definition.messages.get(name)))
        for name in machine.messages(case)
        if not comes_by_itself(name)
    ]
    return sorted(found, key=lambda each: each.title)


def _walked(source: str, target: str, step: StepRow) -> bool:
    return target in (step.states_entered or ()) and (not source or source in (step.states_left or ()))


def _related(case: query.Relative) -> Related:
    return Related(
        id=case.id, title=case.title, status=case.status, why=again(case.why, case.why_said), is_child=case.is_child
    )


def _overridable(machine: Machine, row: CaseRow, person: Person) -> list[str]:
    if row.status != "open" or not person.may("work"):
        return []
    return [
        rule.id
        for law in machine.setting.compiled.laws
        if law.kind == "district" and person.roles & set(law.override_by)
        for rule in law.rules
    ]


def _undo(office: Services, case: cases.Case, person: Person) -> Undo | None:
    undo = case.undo
    if undo is None or undo.by != person.id or undo.until <= office.now():
        return None
    return Undo(task=f"{case.id}.{undo.run}", until=undo.until.astimezone(office.zone))
