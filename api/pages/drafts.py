"""The editor: a draft, what the checker finds in it, and its picture; proposed, rehearsed or thrown away from there.

Without script it is a field and a button. With script the text is kept and checked at each pause."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Header, Request
from fastapi.responses import RedirectResponse, Response

from api.acts import comparing, drafting, publishing, rehearsing
from api.acts.comparing import Comparison
from api.examining import Reading, examine, read_through
from api.pages.bench import choices_of
from api.pages.frame import Trouble, page, trouble_of
from api.pages.names import names_in
from api.pages.posted import Form, Posted
from api.pages.urls import urls
from api.problems import Changed, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office
from api.texts import _
from api.views.bench import DraftView, draft_view
from api.views.benches import CaseTypeLine, case_type
from api.views.books import FindingView, finding_view
from api.views.rehearsals import RehearsalLine, rehearsal_line
from definitions.language.expand import expand, walk
from definitions.language.model import CaseDefinition
from definitions.language.pictures import svg
from definitions.language.problems import CODES
from store.queries import bench

router = APIRouter(include_in_schema=False)

WALKED: Final = "walked"


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What stands beside the text."""

    draft: DraftView
    findings: Sequence[FindingView]
    codes: Mapping[str, str]  #: what each of the findings' codes means
    sound: bool  #: no error was found, as far as it was looked
    walked: bool  #: the states were walked through as well
    named: str  #: the case type that the text says it is of; "" while it says none
    picture: str | None  #: SVG; None when the text cannot be drawn, or when it is the one that is shown already
    picture_digest: str  #: "" when the text cannot be drawn
    places: Mapping[str, int]  #: state → line
    collision: Comparison | None  #: how the text here differs from the one that somebody else has written meanwhile
    trouble: Trouble | None


@dataclass(frozen=True, kw_only=True)
class DraftPage:
    """The editor with all around it."""

    source: str
    beside: Beside
    line: CaseTypeLine
    choices: Sequence[tuple[str, str]]  #: what the draft can be compared with
    rehearsals: Sequence[RehearsalLine]
    two_persons: bool  #: a second person publishes
    sent_back: str | None  #: why the reader's last proposal came back, while nothing newer was proposed
    sent_back_by: str | None
    cases: Sequence[int]  #: how many cases can be rehearsed
    days: Sequence[int]
    trouble: Trouble | None


@router.post("/bench/drafts")
def begin(office: Office, form: Form) -> Response:
    """Begins a draft, or goes on with the one that there is."""
    number = form.text("version")
    begun = drafting.begin(
        office, form.ask, form.text("definition"), version=int(number) if number.isdecimal() else None
    )
    return RedirectResponse(urls.draft(begun.body["id"]), status_code=303)


@router.get("/bench/drafts/{draft_id}")
def show(request: Request, office: Office, person: SignedIn, draft_id: str) -> Response:
    """Shows the editor."""
    with office.store.reading() as session:
        source = drafting.draft_seen(session, person, draft_id).source
    return _editor(request, office, person, draft_id, source)


@router.post("/bench/drafts/{draft_id}")
def check(request: Request, office: Office, form: Form, draft_id: str) -> Response:
    """Keeps what was written and shows it with everything that is wrong with it."""
    source = written(form)
    try:
        drafting.save(office, form.ask.person, draft_id, version=_version(form), source=source)
    except Changed:
        return _editor(request, office, form.ask.person, draft_id, source, collided=True)
    return _editor(request, office, form.ask.person, draft_id, source, walk=True)


@router.post("/bench/drafts/{draft_id}/beside")
def beside(
    request: Request, office: Office, form: Form, draft_id: str, seen: Annotated[str, Header(alias="X-Seen")] = ""
) -> Response:
    """Keeps what was written; what stands beside it as it is now. The states are walked through when the form says `walk`."""
    source, person = written(form), form.ask.person
    collided = False
    try:
        drafting.save(office, person, draft_id, version=_version(form), source=source)
    except Changed:
        collided = True
    found = _beside(office, person, draft_id, source, walk=bool(form.text("walk")), collided=collided, seen=seen)
    return page(request, "bench/_beside.html", found, person=person, status=409 if collided else 200)


@router.post("/bench/drafts/{draft_id}/propose")
def propose(request: Request, office: Office, form: Form, draft_id: str) -> Response:
    """Proposes what was written, or publishes it where one person may."""
    source, person = written(form), form.ask.person
    try:
        with office.store.reading() as session:
            case = drafting.draft_seen(session, person, draft_id).definition
        drafting.save(office, person, draft_id, version=_version(form), source=source)
        done = publishing.publish(office, form.ask, source, note=form.text("note")[:500])
    except Changed:
        return _editor(request, office, person, draft_id, source, collided=True)
    except Problem as problem:
        return _editor(request, office, person, draft_id, source, walk=True, trouble=trouble_of(problem))
    if done.status == 202:
        return RedirectResponse(urls.proposal(done.body["id"]), status_code=303)
    return RedirectResponse(urls.case_type(case), status_code=303)


@router.post("/bench/drafts/{draft_id}/rehearse")
def rehearse(request: Request, office: Office, form: Form, draft_id: str) -> Response:
    """Plays what was written over the district's accounts."""
    source, person = written(form), form.ask.person
    try:
        with office.store.reading() as session:
            case = drafting.draft_seen(session, person, draft_id).definition
        drafting.save(office, person, draft_id, version=_version(form), source=source)
        begun = rehearsing.begin(
            office,
            form.ask,
            case,
            source,
            cases=_number(form, "cases"),
            days=_number(form, "days"),
            accounts="owing" if form.text("accounts") == "owing" else "all",
            against=_number(form, "against") or None,
        )
    except Changed:
        return _editor(request, office, person, draft_id, source, collided=True)
    except Problem as problem:
        return _editor(request, office, person, draft_id, source, trouble=trouble_of(problem))
    return RedirectResponse(urls.rehearsal(begun.body["id"]), status_code=303)


@router.post("/bench/drafts/{draft_id}/throw-away")
def throw_away(office: Office, form: Form, draft_id: str) -> Response:
    """Throws the draft away."""
    drafting.throw_away(office, form.ask, draft_id)
    return RedirectResponse(urls.bench, status_code=303)


def written(form: Posted) -> str:
    """The text as it was typed, with one kind of line ends."""
    text = next(iter(form.fields.get("source", ())), "")
    return text.replace("\r", "\n")


def _number(form: Posted, name: str) -> int:
    text = form.text(name)
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _version(form: Posted) -> int:
    return _number(form, "version")


def _editor(
    request: Request,
    office: Office,
    person: Person,
    draft_id: str,
    source: str,
    *,
    walk: bool = False,
    collided: bool = False,
    trouble: Trouble | None = None,
) -> Response:
    found = _beside(office, person, draft_id, source, walk=walk, collided=collided)
    with office.store.reading() as session:
        line = case_type(session, found.draft.definition, person.id, zone=office.zone)
        last = bench.last_proposal(session, found.draft.definition, person.id)
        rehearsals = bench.rehearsals_of(session, found.draft.definition)
        choices = choices_of(line, names_in(session))
    came_back = last is not None and last.status == "sent-back"
    content = DraftPage(
        source=source,
        beside=found,
        line=line,
        choices=[choice for choice in choices if choice[0] != f"{comparing.DRAFT}{draft_id}"],
        rehearsals=[rehearsal_line(row, zone=office.zone) for row in rehearsals[:5]],
        two_persons=office.district.publish_persons == "2",
        sent_back=last.reason if last is not None and came_back else None,
        sent_back_by=last.decided_by if last is not None and came_back else None,
        cases=rehearsing.CASES,
        days=rehearsing.DAYS,
        trouble=trouble,
    )
    status = 409 if collided else 422 if trouble else 200
    return page(request, "bench/draft.html", content, person=person, status=status)


def _beside(
    office: Office,
    person: Person,
    draft_id: str,
    source: str,
    *,
    walk: bool = False,
    collided: bool = False,
    seen: str = "",
) -> Beside:
    with office.store.reading() as session:
        draft = drafting.draft_seen(session, person, draft_id)
    trouble: Trouble | None = None
    read = read_through(office.definitions, source)
    problems, definition = read.problems, read.definition
    sound = not any(problem.severity == "error" for problem in problems)
    walked = walk and sound
    if walked:
        try:
            problems = examine(office.definitions, source)
        except Problem as problem:
            trouble, walked = trouble_of(problem), False
    picture, digest = _drawn(definition)
    collision = None
    if collided:
        theirs = comparing.text(draft.source, kind="draft", number=draft.based_on, by=draft.changed_by, word="")
        mine = comparing.text(source, kind="draft", number=draft.based_on, by=person.id, word="")
        collision = comparing.compared(theirs, mine)
    return Beside(
        draft=draft_view(draft, zone=office.zone),
        findings=[finding_view(problem) for problem in problems],
        codes={problem.code: _(CODES.get(problem.code, "")) if CODES.get(problem.code) else "" for problem in problems},
        sound=not any(problem.severity == "error" for problem in problems),
        walked=walked,
        named=definition.case if definition is not None else "",
        picture=None if digest == seen else picture,
        picture_digest=digest,
        places=_places(read),
        collision=collision,
        trouble=trouble,
    )


def _drawn(definition: CaseDefinition | None) -> tuple[str | None, str]:
    """The picture with its digest; nothing of a text whose states do not hang together yet."""
    if definition is None:
        return None, ""
    try:
        drawn = svg(expand(definition))
    except (KeyError, ValueError, LookupError):
        return None, ""
    return drawn, hashlib.sha256(drawn.encode()).hexdigest()[:16]


def _places(read: Reading) -> dict[str, int]:
    """State → the line in which it is written; states that a short form stands for are where that is."""
    if read.definition is None:
        return {}
    return {path: read.document.position(_keys(path), key=True)[0] for path, _state in walk(expand(read.definition))}


def _keys(path: str) -> tuple[str | int, ...]:
    keys: list[str | int] = []
    for part in path.split("/"):
        keys += ["states", part]
    return tuple(keys)
