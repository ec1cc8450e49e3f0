"""Lists that a lead reviews, and letter batches, as they are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlmodel import Session

from api.library import content
from api.views.shown import Moment, Said, Shown, local
from api.views.work import how_ended
from definitions.language.pack import ReviewList
from definitions.language.sentences import again
from store.queries.cases import versions_of
from store.tables.cases import ListLine, TaskRow
from store.tables.lists import ListRelease, ReleaseLine
from workflows.machine.machine import machine_of


class ListView(Shown):
    """A list that is reviewed before it runs."""

    id: str = Field(description="Its name.", examples=["lock-off"])
    title: str
    waiting: int = Field(description="Lines that nobody has decided.")
    persons: int = Field(description="How many people approve it.")
    review: list[str] = Field(description="Roles that do.")


class ReasonView(Shown):
    """Why an account is on a list, as it was when it joined."""

    says: Said = Field(description="What was looked at, with its arithmetic.")
    rule: str | None = Field(description="The rule's number, where it is a law's.")
    source: str | None = Field(description="The section that says so.")
    kept: bool | None = Field(description="Whether it was so.")
    earliest: date | None = Field(None, description="The first day that this rule alone allows, where it names one.")
    confirmed: bool = Field(True, description="Whether counsel has confirmed the rule.")


class LineView(Shown):
    """A case on a list, and why it is there."""

    id: str
    case: str
    account: str | None
    columns: dict[str, Any]
    why: list[ReasonView]
    joined: Moment
    status: Literal["waiting", "released", "excluded", "left"]
    reason: Said | None = Field(description="Why it was taken off, or left.")
    excluded_until: Moment | None = Field(description="Until when the account does not join the list again.")


class ListDetail(ListView):
    """A list with its waiting lines."""

    columns: list[str]
    reasons: list[str] = Field(description="Reasons for taking a line off.")
    per_day: int | None = Field(description="At most so many lines are released a day.")
    left_today: int | None = Field(description="How many more may be released today.")
    approved_by: list[str] = Field(description="Who has approved these lines so far.")
    lines: list[LineView] = Field(description="Lines that nobody has decided and no release holds.")
    excluded: list[LineView] = Field(description="Lines that were taken off, and come back when that is over.")


class ReleaseView(Shown):
    """A release of lines that were approved together, and how far it has come."""

    id: str
    day: date = Field(description="The district's day whose capacity it uses.")
    status: Literal["running", "paused", "cancelled", "done"]
    approved_by: list[str]
    made: Moment
    lines: int
    counts: dict[str, int] = Field(
        description="Lines by what became of them: pending, going, released, stayed, dropped, gone, over, cancelled."
    )
    changed_by: str | None = Field(description="Who paused, resumed or cancelled it.")
    reason: str | None
    ended: Moment | None


class ReleaseLineView(Shown):
    """A line of a release and what became of it."""

    no: int
    line: str
    case: str
    account: str | None
    status: Literal["pending", "going", "released", "stayed", "dropped", "gone", "over", "cancelled"]
    sentence: Said | None = Field(description="Why it was not released.")
    at: Moment | None


class Approval(Shown):
    """What became of an approval."""

    name: str = Field(description="The list.")
    approved_by: list[str]
    waits_for: int = Field(description="How many more people have to approve it; 0 when its release has begun.")
    release: ReleaseView | None


class OrderView(Shown):
    """A work order of a released line, as it stands now."""

    id: str
    title: str
    kind: str | None
    crew: str | None
    state: str
    assignee: str | None
    outcome: str | None
    ended: str | None = Field(description="What the outcome is called.")
    because: Said | None = Field(description="Why it was recalled.")
    closed: Moment | None


class DayLineView(Shown):
    """A line that was released on a day, with its work orders."""

    line: LineView
    orders: list[OrderView]
    exceptions: list[OrderView] = Field(description="Tasks about what a crew has found, opened on the same day.")


class ListDay(Shown):
    """What a list has released on a day, and how its work orders stand now."""

    name: str
    day: date
    released: int
    per_day: int | None
    orders: dict[str, int] = Field(description="Work orders by state: open, claimed, completed, cancelled …")
    lines: list[DayLineView]


def list_fields(name: str, spec: ReviewList, waiting: int) -> dict[str, Any]:
    """What every view of a list has."""
    return {
        "id": name,
        "title": spec.title,
        "waiting": waiting,
        "persons": int(spec.persons),
        "review": list(spec.review),
    }


def line_view(line: ListLine, *, zone: ZoneInfo) -> LineView:
    """The line as it is shown."""
    return LineView(
        id=line.id,
        case=line.case_id,
        account=line.account_id,
        columns=line.columns or {},
        why=[
            ReasonView(**{**each, "says": again(each["says"], said)})
            for each, said in zip_longest(line.why or (), line.why_said or ())
        ],
        joined=line.joined_at.astimezone(zone),
        status=line.status,
        reason=again(line.reason, line.reason_said),
        excluded_until=local(line.excluded_until, zone),
    )


def release_view(release: ListRelease, counts: dict[str, int], *, zone: ZoneInfo) -> ReleaseView:
    """The release as it is shown."""
    return ReleaseView(
        id=release.id,
        day=release.day,
        status=release.status,
        approved_by=release.approved_by or [],
        made=release.made_at.astimezone(zone),
        lines=release.lines,
        counts=counts,
        changed_by=release.changed_by,
        reason=release.reason,
        ended=local(release.ended_at, zone),
    )


def release_line_view(row: ReleaseLine, line: ListLine, *, zone: ZoneInfo) -> ReleaseLineView:
    """A line of a release as it is shown."""
    return ReleaseLineView(
        no=row.no,
        line=line.id,
        case=line.case_id,
        account=line.account_id,
        status=row.status,
        sentence=again(row.sentence, row.said) if row.sentence else None,
        at=local(row.at, zone),
    )


def day_lines(
    day: date, found: Sequence[tuple[ListLine, TaskRow | None]], *, zone: ZoneInfo
) -> list[tuple[ListLine, list[TaskRow], list[TaskRow]]]:
    """Each line that was released on a day with its work orders and with the tasks about what a crew has found."""
    opened: dict[str, list[TaskRow]] = {}
    lines: dict[str, ListLine] = {}
    for line, task in found:
        lines[line.id] = line
        opened.setdefault(line.id, []).extend([task] if task is not None else [])
    return [
        (
            line,
            [each for each in opened[line.id] if each.kind == "work-order"],
            [each for each in opened[line.id] if each.kind == "task" and each.opened_at.astimezone(zone).date() == day],
        )
        for line in lines.values()
    ]


def list_day(
    session: Session,
    name: str,
    day: date,
    spec: ReviewList,
    found: Sequence[tuple[ListLine, TaskRow | None]],
    *,
    zone: ZoneInfo,
) -> ListDay:
    """A day of a list as it is shown."""
    lines = day_lines(day, found, zone=zone)
    ended = endings(session, (each for _, orders, exceptions in lines for each in (*orders, *exceptions)))
    return ListDay(
        name=name,
        day=day,
        released=len(lines),
        per_day=per_day(spec),
        orders=dict(Counter(order.state for _, orders, _ in lines for order in orders)),
        lines=[
            DayLineView(
                line=line_view(line, zone=zone),
                orders=[order_view(each, zone, ended) for each in orders],
                exceptions=[order_view(each, zone, ended) for each in exceptions],
            )
            for line, orders, exceptions in lines
        ],
    )


def per_day(spec: ReviewList) -> int | None:
    """How many lines a day of the list takes; None: all of them."""
    return int(spec.per_day) if spec.per_day else None


def endings(session: Session, orders: Iterable[TaskRow]) -> dict[str, str]:
    """What the outcomes of those that are completed are called, by id: one statement, and one for each version."""
    completed = [order for order in orders if order.outcome]
    versions = versions_of(session, (order.case_id for order in completed)) if completed else {}
    machines = {version: machine_of(content(session, *version)) for version in set(versions.values())}
    told = {order.id: how_ended(machines[versions[order.case_id]], order) for order in completed}
    return {id_: title for id_, title in told.items() if title}


def order_view(order: TaskRow, zone: ZoneInfo, ended: Mapping[str, str]) -> OrderView:
    """A work order, or a task about what a crew has found, as a day tells of it; `ended` is of `endings`."""
    return OrderView(
        id=order.id,
        title=order.title,
        kind=order.work_kind,
        crew=order.crew,
        state=order.state,
        assignee=order.assignee,
        outcome=order.outcome,
        ended=ended.get(order.id),
        because=again(order.close_reason, order.close_reason_said),
        closed=local(order.closed_at, zone),
    )
