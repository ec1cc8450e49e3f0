"""A task as a line of the desk: what it is, when it is due, whether it is late and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from api.pages.names import Names, names_in
from api.pages.versions import version_of
from api.pages.words import span
from api.security.people import Person
from api.texts import _, day, desk_time, language, ngettext
from api.views.shown import local
from api.views.tasks import PRIORITY_WORDS
from store.tables.cases import CaseRow, TaskRow


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the desk."""

    id: str
    title: str
    case: str  #: its id
    about: str  #: the case's title
    account: str | None
    queue: str  #: title of the queue or crew, "" for who is named
    assignee: str  #: by name, "" for nobody
    mine: bool
    free: bool  #: nobody has it
    priority: str
    due: datetime | None
    late: str | None  #: by how long
    because: str  #: where it is held up, or what it waits for
    marks: Sequence[str]  #: half-filled, raised, put aside …
    version: str  #: changes with all that the line shows


def rows_of(
    session: Session, person: Person, tasks: Sequence[TaskRow], *, titles: dict[str, str], at: datetime, zone: ZoneInfo
) -> list[Row]:
    """The lines of these tasks; `titles` are those of queues and crews."""
    cases = select(CaseRow.id, CaseRow.title).where(col(CaseRow.id).in_({task.case_id for task in tasks}))
    about = dict(session.exec(cases).all()) if tasks else {}
    names = names_in(session)
    return [_row(task, person, names, titles, about.get(task.case_id, ""), at, zone) for task in tasks]


def _row(
    task: TaskRow, person: Person, names: Names, titles: dict[str, str], about: str, at: datetime, zone: ZoneInfo
) -> Row:
    late = at - task.due_at if task.due_at is not None and task.due_at < at else None
    place = task.queue or task.crew
    said = span(late) if late else None
    assignee = names.told(task.assignee)
    because = _because(task, person, assignee, zone)
    marks = _marks(task, at, zone)
    seen = (task.version, task.priority, task.due_at, assignee, said, because, marks, language())
    return Row(
        id=task.id,
        title=task.title,
        case=task.case_id,
        about=about,
        account=task.account_id,
        queue=titles.get(place, place) if place else "",
        assignee=assignee,
        mine=task.assignee == person.id,
        free=task.assignee is None and task.state == "open",
        priority=PRIORITY_WORDS[task.priority],
        due=local(task.due_at, zone),
        late=said,
        because=because,
        marks=marks,
        version=version_of(*seen),
    )


def _because(task: TaskRow, person: Person, assignee: str, zone: ZoneInfo) -> str:
    """Who or what it waits for."""
    since = task.claimed_at or task.opened_at
    if task.state == "suspended":
        return _("put aside since %(when)s", when=desk_time(local(task.suspended_at or since, zone)))
    if task.assignee is None:
        return _("nobody has taken it since %(when)s", when=desk_time(local(task.opened_at, zone)))
    when = desk_time(local(since, zone))
    if task.assignee == person.id:
        return _("yours since %(when)s", when=when)
    return _("%(who)s has had it since %(when)s", who=assignee, when=when)


def _marks(task: TaskRow, at: datetime, zone: ZoneInfo) -> list[str]:
    marks = []
    if task.draft:
        marks.append(_("half-filled"))
    if task.follow_up_at is not None:
        soon = task.follow_up_at <= at + timedelta(hours=12)
        marks.append(_("come back to it") if soon else _("until %(day)s", day=day(task.follow_up_at.astimezone(zone))))
    if task.escalated:
        marks.append(ngettext("raised once", "raised %(n)s times", task.escalated) % {"n": task.escalated})
    return marks
