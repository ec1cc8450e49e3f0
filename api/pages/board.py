"""The supervisor's board: what is late and where, who has how much, promises, escalations, approvals and absences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from api.acts import bulk, directing, passing, people
from api.acts.act import Ask
from api.acts.queue import visible
from api.pages.desk_rows import Row, rows_of
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.posted import Form, Posted
from api.pages.urls import urls
from api.pages.versions import version_of
from api.problems import Invalid, Problem
from api.security.people import Person
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import _, language
from api.views.board import Age, Load, Promise, aged_before, ages, by_person, by_queue, kept_promises
from api.views.limited_tasks import Approval, approvals
from definitions.language.sentences import say
from store.paging import Page
from store.people import people as everybody
from store.queries import board as queries
from store.queries.cases import incident_page
from store.queries.tasks import assigned_page, due_page
from store.tables.cases import TaskRow
from store.tables.people import Absence

router = APIRouter(include_in_schema=False)

RIGHT: Final = "assign-tasks"
SHOWN: Final = 50  #: tasks of the board's list at once
END: Final = datetime(9999, 12, 31, tzinfo=UTC)  #: after all due dates, and after what has none
EVERY: Final = 10  #: seconds between two looks at what changed
MANY: Final = 200  #: incidents that are counted; more are said to be more
Which = Annotated[str, Query(max_length=20)]
Word = Annotated[str, Query(max_length=120)]


@dataclass(frozen=True, kw_only=True)
class BoardPage:
    """The whole at a glance."""

    at: datetime
    open: int
    overdue: int
    due_today: int
    unclaimed: int
    queues: Sequence[Load]
    people: Sequence[Load]
    ages: Sequence[Age]
    promises: Sequence[Promise]
    escalated: Sequence[Row]  #: the first of them
    more_escalated: bool
    incidents: int | None  #: None for who may not see them
    approvals: Sequence[Approval]
    absences: Sequence[tuple[Absence, str]]
    titles: Mapping[str, str]  #: of the kinds of limits
    every: int = EVERY

    @property
    def version(self) -> str:
        """A word that changes with what the board shows."""
        return version_of(self, language())


@dataclass(frozen=True, kw_only=True)
class TasksPage:
    """Tasks that can be given to others and raised."""

    title: str
    which: str
    queue: str
    person: str
    rows: Sequence[Row]
    next: str | None
    colleagues: Sequence[tuple[str, str]]  #: who works here: short name and name
    priorities: Sequence[str]
    results: Sequence[bulk.Result]
    chosen: frozenset[str]
    trouble: Trouble | None
    key: str
    here: str  #: where the form is sent


@dataclass(frozen=True, kw_only=True)
class AbsencesPage:
    """Who is away, and who stands in."""

    absences: Sequence[tuple[Absence, str]]
    people: Sequence[tuple[str, str]]  #: whose absences the person may note: short name and name
    stand_ins: Sequence[tuple[str, str]]  #: who works here
    today: date
    may_keep: bool  #: for others
    sees_reasons: bool
    given: Mapping[str, str]
    keys: Mapping[str, str]
    trouble: Trouble | None


@dataclass(frozen=True, kw_only=True)
class _Counts:
    """What the board counts over all open work."""

    at: datetime  #: when it was counted
    loads: Sequence[queries.Workload]
    done: Mapping[str, int]  #: by each person in a week
    promises: Sequence[queries.Promises]

    @property
    def open(self) -> int:
        """How many tasks are open."""
        return sum(load.open for load in self.loads)


@router.get("/board")
def show(request: Request, office: Office, person: SignedIn) -> Response:
    """Shows the board."""
    person.must(RIGHT)
    return page(request, "board/board.html", _board(office, person), person=person)


@router.get("/board/now")
def now(
    request: Request, office: Office, person: SignedIn, x_seen: Annotated[str, Header(max_length=40)] = ""
) -> Response:
    """The board as it is now; 204 when it is as it was seen."""
    person.must(RIGHT)
    content = _board(office, person)
    if content.version == x_seen:
        return Response(status_code=204)
    return page(request, "board/_board.html", content, person=person)


@router.get("/board/tasks")
def show_tasks(
    request: Request,
    office: Office,
    person: SignedIn,
    which: Which = "late",
    queue: Word = "",
    who: Word = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Shows the late, the escalated or all open tasks of a queue or a person."""
    person.must(RIGHT)
    return _tasks(request, office, person, which=which, queue=queue, who=who, cursor=cursor)


@router.post("/board/tasks")
def direct(
    request: Request, office: Office, form: Form, which: Which = "late", queue: Word = "", who: Word = ""
) -> Response:
    """Gives the chosen tasks to somebody, or makes them more or less pressing, and shows what became of each."""
    person = form.ask.person
    person.must(RIGHT)
    chosen = form.fields.get("task", [])
    results: Sequence[bulk.Result] = ()
    trouble = None
    try:
        if not chosen:
            raise Invalid(_("Choose one or more tasks first."), fields={"task": say("is empty")})
        results = bulk.each(office, form.ask, chosen, _act(office, form))
    except Problem as problem:
        trouble = trouble_of(problem)
    kept = frozenset(each.task for each in results if each.refused) if results else frozenset(chosen)
    return _tasks(
        request, office, person, which=which, queue=queue, who=who, results=results, chosen=kept, trouble=trouble
    )


@router.get("/board/absences")
def show_absences(request: Request, office: Office, person: SignedIn) -> Response:
    """Shows who is away, and who stands in."""
    person.must(RIGHT)
    return _absences(request, office, person)


@router.post("/board/absences")
def add_absence(request: Request, office: Office, form: Form) -> Response:
    """Notes when somebody is away and who stands in."""
    given = {name: form.text(name)[:200] for name in ("user", "starts", "ends", "substitute", "reason")}
    try:
        people.add_absence(
            office,
            form.ask,
            given["user"],
            starts=_day(given["starts"], "starts"),
            ends=_day(given["ends"], "ends"),
            substitute=given["substitute"] or None,
            reason=given["reason"],
        )
    except Problem as problem:
        if problem.status not in (403, 404, 422):
            raise
        return _absences(
            request, office, form.ask.person, given=given, trouble=trouble_of(problem), status=problem.status
        )
    return RedirectResponse(urls.absences, status_code=303)


@router.post("/board/absences/{user_id}/{absence_id}/end")
def end_absence(office: Office, form: Form, user_id: str, absence_id: int) -> Response:
    """Takes an absence back."""
    people.end_absence(office, form.ask, user_id, absence_id)
    return RedirectResponse(urls.absences, status_code=303)


def _board(office: Services, person: Person) -> BoardPage:
    at, today, zone = office.now(), office.today(), office.zone
    tonight = datetime.combine(today + timedelta(days=1), time.min, zone)
    with office.store.reading() as session:
        counts = office.counted.once("board", lambda: _counted(session, at, tonight), rows=lambda each: each.open)
        loads = counts.loads
        absences = queries.absences_from(session, today)
        escalated = queries.escalated_page(session, limit=10)
        names = {each.id: each.name for each in everybody(session)}
        queues = by_queue(loads, office.district, zone)
        return BoardPage(
            at=counts.at.astimezone(zone).replace(second=0, microsecond=0),
            open=sum(load.open for load in queues),
            overdue=sum(load.overdue for load in queues),
            due_today=sum(load.due_today for load in queues),
            unclaimed=sum(load.unclaimed for load in queues),
            queues=queues,
            people=by_person(loads, names, counts.done, absences, today, zone),
            ages=ages(loads),
            promises=kept_promises(counts.promises, queries.titles(session)),
            escalated=_rows(session, office, person, escalated.items),
            more_escalated=escalated.cursor is not None,
            incidents=len(incident_page(session, limit=MANY).items) if person.reads_incidents else None,
            approvals=approvals(session, person, office.district, at=at, zone=zone),
            absences=absences,
            titles={kind: kind.replace("-", " ") for kind in office.district.limits},
        )


def _counted(session: Session, at: datetime, tonight: datetime) -> _Counts:
    return _Counts(
        at=at,
        loads=queries.workloads(session, at, tonight=tonight, aged=aged_before(at)),
        done=queries.done_since(session, at - timedelta(days=7)),
        promises=queries.promises(session, at),
    )


def _tasks(
    request: Request,
    office: Services,
    person: Person,
    *,
    which: str,
    queue: str,
    who: str,
    cursor: str | None = None,
    results: Sequence[bulk.Result] = (),
    chosen: frozenset[str] = frozenset(),
    trouble: Trouble | None = None,
) -> Response:
    which = which if which in ("late", "escalated", "all") else "late"
    with office.store.reading() as session:
        found = _found(session, office.now(), which, queue, who, cursor)
        rows = _rows(session, office, person, found.items)
        names = [(each.id, each.name) for each in everybody(session) if each.active]
    asked = {"which": which, "queue": queue, "who": who}
    content = TasksPage(
        title={"late": _("Late tasks"), "escalated": _("Escalated tasks"), "all": _("Open tasks")}[which],
        which=which,
        queue=queue,
        person=who,
        rows=rows,
        next=urls.board_tasks({**asked, "cursor": found.cursor}) if found.cursor else None,
        colleagues=names,
        priorities=get_args(directing.Priority)[::-1],
        results=results,
        chosen=chosen,
        trouble=trouble,
        key=new_key(),
        here=urls.board_tasks(asked),
    )
    return page(request, "board/tasks.html", content, person=person, status=422 if trouble else 200)


def _found(session: Session, at: datetime, which: str, queue: str, who: str, cursor: str | None) -> Page[TaskRow]:
    """Whoever directs the work sees all queues."""
    if which == "escalated":
        return queries.escalated_page(session, limit=SHOWN, cursor=cursor)
    before = at if which == "late" else END
    if who:
        page = assigned_page(session, [who], limit=SHOWN, cursor=cursor)
        return Page(items=[task for task in page.items if task.due_order < before], cursor=page.cursor)
    return due_page(session, before, queues=[queue] if queue else None, limit=SHOWN, cursor=cursor)


def _absences(
    request: Request,
    office: Services,
    person: Person,
    *,
    given: Mapping[str, str] | None = None,
    trouble: Trouble | None = None,
    status: int = 200,
) -> Response:
    person.must(RIGHT)
    with office.store.reading() as session:
        found = queries.absences_from(session, office.today())
        names = [(each.id, each.name) for each in everybody(session) if each.active]
    may_keep = person.may("keep-absences") or person.may("manage-people")
    content = AbsencesPage(
        absences=found,
        people=names if may_keep else [each for each in names if each[0] == person.id],
        stand_ins=names,
        today=office.today(),
        may_keep=may_keep,
        sees_reasons=may_keep,
        given=given or {"user": "", "starts": "", "ends": "", "substitute": "", "reason": ""},
        keys={"add": new_key()},
        trouble=trouble,
    )
    return page(request, "board/absences.html", content, person=person, status=status)


def _rows(session: Session, office: Services, person: Person, tasks: Sequence[TaskRow]) -> list[Row]:
    seen = visible(session, person, list(tasks))
    return rows_of(session, person, seen, titles=office.district.work_titles, at=office.now(), zone=office.zone)


def _act(office: Services, form: Posted) -> Callable[[Ask, str], object]:
    if form.text("act") == "give":
        to = form.text("to")[:60]
        if not to:
            raise Invalid(_("Say who takes the tasks."), fields={"to": say("is empty")})
        return lambda ask, task: passing.assign(office, ask, task, to=to)
    priority = next((each for each in get_args(directing.Priority) if each == form.text("priority")), None)
    if priority is None:
        raise Invalid(_("Say how pressing the tasks are."), fields={"priority": say("is empty")})
    return lambda ask, task: directing.prioritize(office, ask, task, priority=priority)


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(_("An absence has a first and a last day."), fields={name: say("is no date")}) from None
