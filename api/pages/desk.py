"""The desk: what is to be done, most pressing first; taking it, giving it away, coming back to it; alive while one looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.acts import bulk, claiming, passing, remembering
from api.acts.act import Ask
from api.acts.queue import offered_by_name, queue_of, queues_to_look_at
from api.pages.desk_rows import Row, rows_of
from api.pages.frame import new_key, page
from api.pages.passing import morning
from api.pages.posted import Form, Posted
from api.pages.urls import urls
from api.pages.versions import version_of
from api.problems import Invalid
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _, ngettext, said
from store.people import people
from store.tables.cases import TaskRow

router = APIRouter(include_in_schema=False)

SHOWN: Final = 50
EVERY: Final = 4  #: seconds between two looks at what changed

Part = Literal["mine", "waiting"]
QueueName = Annotated[str | None, Query(max_length=120)]
Team = Annotated[str | None, Query(max_length=3)]
CursorText = Annotated[str | None, Query(max_length=500)]


@dataclass(frozen=True, kw_only=True)
class RowsPart:
    """A part of the desk that lives."""

    name: Part
    title: str
    empty: str  #: what is said when there is nothing
    rows: Sequence[Row]
    live: str  #: where it is asked for again
    every: int  #: seconds
    version: str  #: of what is shown
    said: str  #: what is told of a change to who does not see it


@dataclass(frozen=True, kw_only=True)
class ItemResult:
    """What became of an act on one task."""

    title: str
    url: str
    done: bool
    sentence: str


@dataclass(frozen=True, kw_only=True)
class ResultsPage:
    """What became of an act on several tasks."""

    results: Sequence[ItemResult]
    summary: str
    key: str  #: for the next act


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A way to look at the team's work."""

    title: str
    url: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class DeskPage:
    """The tasks that the person has, and those that they may take."""

    mine: RowsPart
    waiting: RowsPart
    begun: int  #: how many of theirs are half-filled
    queues: Sequence[Filter]
    whose: Sequence[Filter]
    next: str | None  #: address of the next page
    may_work: bool
    may_search: bool
    colleagues: Sequence[tuple[str, str]]  #: to whom work can be given: short name and name
    results: ResultsPage = field(default_factory=lambda: ResultsPage(results=(), summary="", key=new_key()))


@router.get("/")
def show(
    request: Request,
    office: Office,
    person: SignedIn,
    queue: QueueName = None,
    team: Team = None,
    cursor: CursorText = None,
) -> Response:
    """Shows the desk."""
    return _desk(request, office, person, queue=queue, team=bool(team), cursor=cursor)


@router.get("/desk/{part}")
def rows(
    request: Request,
    office: Office,
    person: SignedIn,
    part: Part,
    queue: QueueName = None,
    team: Team = None,
    cursor: CursorText = None,
    x_seen: Annotated[str, Header(max_length=40)] = "",
) -> Response:
    """One part of the desk as it is now; 204 when it is as it was seen."""
    if part == "mine":
        shown, _next = _mine(office, person), None
    else:
        shown, _next = _waiting(office, person, queue=queue, team=bool(team), cursor=cursor)
    if shown.version == x_seen:
        return Response(status_code=204)
    return page(request, "desk/_rows.html", shown, person=person)


@router.post("/tasks/next")
def give_next(office: Office, form: Form) -> Response:
    """Gives the most pressing task that the person may do."""
    given = claiming.next_one(office, form.ask, like=form.text("like") or None, case=form.text("case") or None)
    return RedirectResponse(urls.task(given.body["id"]), status_code=303)


@router.post("/desk/acts")
def act(
    request: Request,
    office: Office,
    form: Form,
    queue: QueueName = None,
    team: Team = None,
    cursor: CursorText = None,
) -> Response:
    """Does one act on the chosen tasks, or on the one whose button was pressed, and says what became of each."""
    person = form.ask.person
    name, _space, one = form.text("one").partition(" ")
    name, tasks = (name, [one]) if one else (form.text("act"), form.fields.get("task", []))
    results = _done(office, form, name, tasks)
    if request.headers.get("hx-request"):
        return page(request, "desk/_results.html", results, person=person)
    return _desk(request, office, person, queue=queue, team=bool(team), cursor=cursor, results=results)


def _done(office: Services, form: Posted, name: str, tasks: Sequence[str]) -> ResultsPage:
    acts = _acts(office, form)
    if name not in acts:
        return ResultsPage(results=(), summary=_("Choose what to do with the tasks."), key=new_key())
    if not tasks:
        return ResultsPage(results=(), summary=_("Choose one or more tasks first."), key=new_key())
    results = bulk.each(office, form.ask, tasks, acts[name]())
    done = sum(result.refused is None for result in results)
    summary = ngettext("%(n)s task done.", "%(n)s tasks done.", done) % {"n": done}
    if refused := len(results) - done:
        summary += " " + ngettext("%(n)s could not be.", "%(n)s could not be.", refused) % {"n": refused}
    items = [
        ItemResult(
            title=result.title,
            url=urls.task(result.task),
            done=result.refused is None,
            sentence=said(result.refused.sentence) if result.refused else _DONE[name](),
        )
        for result in results
    ]
    return ResultsPage(results=items, summary=summary, key=new_key())


_DONE: Final[dict[str, Callable[[], str]]] = {
    "claim": lambda: _("It is yours."),
    "release": lambda: _("It is offered to all again."),
    "give": lambda: _("It was given on."),
    "follow-up": lambda: _("The day is remembered."),
    "note": lambda: _("The note was written."),
}


def _acts(office: Services, form: Posted) -> dict[str, Callable[[], Callable[[Ask, str], object]]]:
    """Each act by its name: first it looks whether the form says what it needs, then it does it to one task."""

    def give() -> Callable[[Ask, str], object]:
        to = form.text("to")[:80]
        if not to:
            raise Invalid(_("Say who takes the task."), fields={"to": _("is empty")})
        return lambda ask, task: _give(office, ask, task, to)

    def follow_up() -> Callable[[Ask, str], object]:
        at: datetime | None = morning(office, form.text("on"))
        return lambda ask, task: remembering.follow_up(office, ask, task, at=at)

    def note() -> Callable[[Ask, str], object]:
        text = form.text("text")[:4000]
        if not text:
            raise Invalid(_("The note is empty."), fields={"text": _("is empty")})
        return lambda ask, task: remembering.add_note(office, ask, text=text, task_id=task)

    return {
        "claim": lambda: lambda ask, task: claiming.claim(office, ask, task),
        "release": lambda: lambda ask, task: claiming.release(office, ask, task),
        "give": give,
        "follow-up": follow_up,
        "note": note,
    }


def _give(office: Services, ask: Ask, task_id: str, to: str) -> object:
    with office.store.reading() as session:
        task = session.get(TaskRow, task_id)
    if task is not None and ask.person.id == task.assignee:
        return passing.hand_over(office, ask, task_id, to=to, with_form=True)
    return passing.assign(office, ask, task_id, to=to)


def _desk(
    request: Request,
    office: Services,
    person: Person,
    *,
    queue: str | None,
    team: bool,
    cursor: str | None,
    results: ResultsPage | None = None,
) -> Response:
    mine = _mine(office, person)
    waiting, following = _waiting(office, person, queue=queue, team=team, cursor=cursor)
    titles = office.district.work_titles
    open_to = queues_to_look_at(office, person)
    queues = [Filter(title=_("all"), url=urls.desk(team=team), chosen=queue is None)] + [
        Filter(title=titles[name], url=urls.desk(queue=name, team=team), chosen=name == queue) for name in open_to
    ]
    whose = [
        Filter(title=_("what nobody has"), url=urls.desk(queue=queue), chosen=not team),
        Filter(title=_("what colleagues have, too"), url=urls.desk(queue=queue, team=True), chosen=team),
    ]
    content = DeskPage(
        mine=mine,
        waiting=waiting,
        begun=sum(_("half-filled") in row.marks for row in mine.rows),
        queues=queues if len(open_to) > 1 else (),
        whose=whose,
        next=urls.desk(queue=queue, team=team, cursor=following) if following else None,
        may_work=person.may("work"),
        may_search=person.may("see-accounts"),
        colleagues=_colleagues(office, person),
        results=results or ResultsPage(results=(), summary="", key=new_key()),
    )
    return page(request, "desk/desk.html", content, person=person)


def _mine(office: Services, person: Person) -> RowsPart:
    """What the person has, and what is offered to them by name; what those have for whom they stand in as well."""
    found = offered_by_name(office, person)
    for user in (person.id, *sorted(person.stands_in_for)):
        found += queue_of(office, person, assignee=user, limit=SHOWN).items
    found.sort(key=lambda task: (task.priority, task.due_order, task.id))
    return _part(office, person, "mine", _("Yours"), found, live=urls.desk_rows("mine"))


def _waiting(
    office: Services, person: Person, *, queue: str | None, team: bool, cursor: str | None
) -> tuple[RowsPart, str | None]:
    found = queue_of(office, person, queue=queue, limit=SHOWN, cursor=cursor, unclaimed=not team)
    others = [task for task in found.items if task.assignee != person.id]
    live = urls.desk_rows("waiting", queue=queue, team=team, cursor=cursor)
    return _part(office, person, "waiting", _("Waiting"), others, live=live), found.cursor


def _part(office: Services, person: Person, name: Part, title: str, tasks: Sequence[TaskRow], *, live: str) -> RowsPart:
    with office.store.reading() as session:
        lines = rows_of(session, person, tasks, titles=office.district.work_titles, at=office.now(), zone=office.zone)
    late = sum(row.late is not None for row in lines)
    shown = ngettext("%(n)s task", "%(n)s tasks", len(lines)) % {"n": len(lines)}
    return RowsPart(
        name=name,
        title=title,
        empty=_("You have nothing.") if name == "mine" else _("Nothing is waiting here."),
        rows=lines,
        live=live,
        every=EVERY,
        version=version_of(*((row.id, row.version) for row in lines)),
        said=f"{title}: {shown}, " + ngettext("%(n)s late", "%(n)s late", late) % {"n": late},
    )


def _colleagues(office: Services, person: Person) -> list[tuple[str, str]]:
    """Who works on tasks, but the person; whether they may do each task is decided when it is given."""
    if not person.may("work"):
        return []
    working = {name for name, role in office.district.roles.items() if "work" in role.rights}
    with office.store.reading() as session:
        found = [each for each in people(session) if each.active and each.roles & working and each.id != person.id]
    return [(each.id, each.name) for each in sorted(found, key=lambda each: each.name)]
