"""The supervisor's board: what is late and where, who has how much, promises, ageing, who is away, and where cases wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from definitions.language.pack import District
from store.queries.board import Kept, Promises, Waiting, Workload
from store.tables.people import Absence

AGES: Final = (1, 3, 7, 14, 30)  #: days; what is older than the last is the last bucket
WEEKS: Final = 12  #: that the plots look back


@dataclass(frozen=True, kw_only=True)
class Load:
    """Open work of one queue or one person."""

    key: str
    title: str
    open: int
    unclaimed: int
    overdue: int
    due_today: int
    suspended: int
    oldest: datetime | None
    done: int = 0  #: in the last seven days, of a person
    away: Absence | None = None  #: of a person who is away today


@dataclass(frozen=True, kw_only=True)
class Age:
    """Open tasks of one age."""

    at_least_days: int
    below_days: int | None  #: None for the oldest
    tasks: int


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A kind of case with a service level."""

    definition: str
    title: str
    running: int
    on_time: int
    warned: int
    missed: int


@dataclass(frozen=True, kw_only=True)
class Stay:
    """Cases in one state of one definition."""

    definition: str
    title: str  #: of the definition
    path: str
    state: str  #: title of the state
    cases: int
    days: float | None  #: that the case in the middle has been there; of several regions about so many
    known: bool = True  #: the state is one of the version that new cases take


def by_queue(loads: Sequence[Workload], district: District, zone: ZoneInfo) -> list[Load]:
    """The work of each queue and crew, what is late first."""
    titles = district.work_titles
    groups: dict[str, list[Workload]] = {}
    for load in loads:
        groups.setdefault(load.queue or "", []).append(load)
    return _sorted(_load(key, titles.get(key, key), group, zone) for key, group in groups.items())


def by_person(
    loads: Sequence[Workload],
    names: Mapping[str, str],
    done: Mapping[str, int],
    absences: Sequence[tuple[Absence, str]],
    today: date,
    zone: ZoneInfo,
) -> list[Load]:
    """The work of each person who has some or has done some, what is late first."""
    groups: dict[str, list[Workload]] = {}
    for load in loads:
        if load.assignee is not None:
            groups.setdefault(load.assignee, []).append(load)
    away = {absence.user_id: absence for absence, _name in absences if absence.starts <= today}
    everybody = [*groups, *(person for person in done if person in names and person not in groups)]
    return _sorted(
        _load(
            person,
            names.get(person, person),
            groups.get(person, []),
            zone,
            done=done.get(person, 0),
            away=away.get(person),
        )
        for person in everybody
    )


def ages(loads: Sequence[Workload]) -> list[Age]:
    """Open tasks by how old they are."""
    older = [sum(load.open for load in loads), *(sum(load.aged[n] for load in loads) for n in range(len(AGES)))]
    bounds = (0, *AGES)
    buckets = [
        Age(at_least_days=low, below_days=high, tasks=older[n] - older[n + 1])
        for n, (low, high) in enumerate(pairwise(bounds))
    ]
    return [*buckets, Age(at_least_days=AGES[-1], below_days=None, tasks=older[-1])]


def aged_before(at: datetime) -> list[datetime]:
    """The moments before which a task of each age was opened."""
    return [at - timedelta(days=days) for days in AGES]


def kept_promises(found: Sequence[Promises], titles: Mapping[str, str]) -> list[Promise]:
    """Service levels of open cases, what was missed first."""
    shown = [
        Promise(
            definition=each.definition,
            title=titles.get(each.definition, each.definition),
            running=each.running,
            on_time=each.running - each.warned - each.missed,
            warned=each.warned,
            missed=each.missed,
        )
        for each in found
    ]
    return sorted(shown, key=lambda each: (-each.missed, -each.warned, each.title))


def weeks_before(today: date, zone: ZoneInfo, number: int = WEEKS) -> list[datetime]:
    """The beginnings of the last weeks and of the next one: Mondays, by the district's days."""
    monday = today - timedelta(days=today.weekday())
    return [datetime.combine(monday - timedelta(weeks=back), time.min, zone) for back in range(number - 1, -2, -1)]


def stays(
    found: Sequence[Waiting], at: datetime, titles: Mapping[str, str], states: Mapping[tuple[str, str], str]
) -> list[Stay]:
    """Cases by their single states: who is in two regions at once is counted in both."""
    groups: dict[tuple[str, str], list[tuple[int, float | None]]] = {}
    for each in found:
        days = None if each.since is None else max(0.0, (at - each.since).total_seconds() / 86_400)
        for path in each.state.split():
            groups.setdefault((each.definition, path), []).append((each.cases, days))
    return [
        Stay(
            definition=definition,
            title=titles.get(definition, definition),
            path=path,
            state=states.get((definition, path), path),
            cases=sum(cases for cases, _days in group),
            days=_middle(group),
            known=(definition, path) in states,
        )
        for (definition, path), group in groups.items()
    ]


def kept_by_week(found: Iterable[Kept], definition: str) -> list[Kept]:
    """The weeks of one definition."""
    return [each for each in found if each.definition == definition]


def _middle(group: Sequence[tuple[int, float | None]]) -> float | None:
    """The median of medians, each as heavy as the cases that it stands for."""
    known = sorted((days, cases) for cases, days in group if days is not None)
    half, so_far = sum(cases for _days, cases in known) / 2, 0
    for days, cases in known:
        so_far += cases
        if so_far >= half:
            return days
    return None


def _load(
    key: str, title: str, group: Sequence[Workload], zone: ZoneInfo, *, done: int = 0, away: Absence | None = None
) -> Load:
    return Load(
        key=key,
        title=title,
        open=sum(load.open for load in group),
        unclaimed=sum(load.open - load.suspended for load in group if load.assignee is None),
        overdue=sum(load.overdue for load in group),
        due_today=sum(load.due_today for load in group),
        suspended=sum(load.suspended for load in group),
        oldest=min(load.oldest for load in group).astimezone(zone) if group else None,
        done=done,
        away=away,
    )


def _sorted(loads: Iterable[Load]) -> list[Load]:
    return sorted(loads, key=lambda load: (-load.overdue, -load.open, load.title))
