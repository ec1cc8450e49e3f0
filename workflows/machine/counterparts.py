"""What of one version of a definition is what in another: states, tasks, timers; and where an open case arrives.

What keeps its name is the same. What does not, the migration's mapping names; a name that follows from a state's follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from definitions.language.forms import checked, fields_said
from definitions.language.scope import declared_by_forms
from definitions.language.sentences import say, sentence_of
from workflows.machine.case import Case, Task
from workflows.machine.chart import BadConfiguration
from workflows.machine.errors import NotMigrated, Unknown
from workflows.machine.events import Migrated
from workflows.machine.plan import REMEMBERED, StatePlan, TaskPlan
from workflows.machine.setting import Setting

WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Counterparts:
    """The two versions, and the mapping between them."""

    before: Setting
    after: Setting
    event: Migrated

    @property
    def version(self) -> str:
        """The version that the case comes over to, in words."""
        return f"version {self.event.version}"

    def state(self, path: str) -> str:
        """What a state's path is now; a state inside one that was given another name follows it."""
        around = path
        while around:
            if around in self.event.states:
                return self.event.states[around] + path[len(around) :]
            around = around.rpartition("/")[0]
        return path

    def task(self, name: str, path: str) -> str:
        """What a task is called now; one that is called as its state follows it."""
        if name in self.event.tasks:
            return self.event.tasks[name]
        now = self.state(path)
        return _leaf(now) if now != path and name == _leaf(path) else name

    def timers(self, path: str) -> Mapping[str, str]:
        """The timers of a state as it was, and what each is now; those that are no more are missing."""
        was, now = self.before.plan.states[path], self.after.plan.states.get(self.state(path))
        if now is None:
            return {}
        found: dict[str, str] = {}
        for after in (True, False):
            names = [timer.name for timer in was.timers if (timer.after is not None) is after]
            left = [timer.name for timer in now.timers if (timer.after is not None) is after]
            paired = {name: self.event.timers.get(name) or self._called(name, path, left) for name in names}
            loose = [name for name in names if paired[name] is None]
            free = [name for name in left if name not in paired.values()]
            if len(loose) == len(free) == 1:
                paired[loose[0]] = free[0]  # the one timer of its kind: another span gives it another name
            found |= {name: to for name, to in paired.items() if to in left}
        return found

    def _called(self, name: str, path: str, known: Iterable[str]) -> str | None:
        followed = self.state(path) + name.removeprefix(path) if name.startswith(f"{path}/") else name
        return next((each for each in (name, followed) if each in known), None)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Where a case stands in the other version."""

    state: tuple[str, ...]
    history: Mapping[str, tuple[str, ...]]
    came_from: Mapping[str, str | None]  #: each active state, those around too → what it was; None: it is new there

    def entered(self, path: str) -> bool:
        """Whether the case is in a state that it was not in before."""
        return self.came_from[path] is None


def arrival(case: Case, between: Counterparts) -> Arrival:
    """Where the case arrives; raises NotMigrated where the other version has no place for it as it stands."""
    if between.event.version == case.version:
        raise Unknown(say("the case runs on %(version)s already", version=between.version), version=case.version)
    state = _configuration(case, between)
    came_from: dict[str, str | None] = dict.fromkeys(_with_those_around(state))
    came_from |= {now: path for path in _with_those_around(case.state) if (now := between.state(path)) in came_from}
    arrived = Arrival(state=state, history=dict(_history(case, between)), came_from=came_from)
    for task in case.tasks:
        counterpart(task, between, arrived)
    _children(case, between, arrived)
    _values(case, between)
    return arrived


def counterpart(task: Task, between: Counterparts, arrived: Arrival) -> TaskPlan | None:
    """What an open task is in the other version, None where it is withdrawn; NotMigrated where nothing says which."""
    wanted = between.task(task.name, task.state)
    if wanted == WITHDRAWN and task.outcome is None:
        return None
    place = between.state(task.state)
    plan = between.after.plan.states[place].task if place in arrived.came_from else None
    if plan is None or plan.name != wanted:
        lacks = between.version
        if plan is not None:
            lacks = say(
                "%(version)s; there “%(title)s” (%(name)s) stands in its place",
                version=between.version,
                title=plan.spec.title,
                name=plan.name,
            )
        raise NotMigrated(
            say(
                "the open task “%(task)s” (%(name)s) has no counterpart in %(version)s: say under "
                "`tasks` what it is now, or `%(withdrawn)s`",
                task=task.title,
                name=task.name,
                version=lacks,
                withdrawn=WITHDRAWN,
            ),
            task=task.run,
        )
    kind = "work-order" if plan.kind == "work-order" else "task"
    if kind != task.kind or (plan.spec.each is None) != (task.index is None):
        raise NotMigrated(
            say(
                "the open task “%(task)s” is another kind of work in %(version)s; finish it first",
                task=task.title,
                version=between.version,
            ),
            task=task.run,
        )
    if task.outcome is not None and task.outcome not in plan.spec.outcomes:
        raise NotMigrated(
            say(
                "“%(task)s” was done with “%(outcome)s”, which %(version)s does not know",
                task=task.title,
                outcome=task.outcome,
                version=between.version,
            ),
            task=task.run,
        )
    return plan


def plans_around(setting: Setting, state: Iterable[str]) -> Iterator[StatePlan]:
    """The plans of active states and of those around them."""
    for path in _with_those_around(state):
        if path in setting.plan.states:
            yield setting.plan.states[path]


def _configuration(case: Case, between: Counterparts) -> tuple[str, ...]:
    chart, found = between.after.chart, []
    for path in case.state:
        now = between.state(path)
        known = chart.by_path.get(now)
        title = between.before.plan.states[path].title
        if known is None:
            raise NotMigrated(
                say(
                    "“%(title)s” (%(path)s) has no counterpart in %(version)s; say under `states` what it is now",
                    title=title,
                    path=path,
                    version=between.version
                    if now == path
                    else say("%(version)s: there is no state %(now)s", version=between.version, now=now),
                ),
                state=path,
            )
        ended = between.before.chart.by_path[path].kind == "final"  # of a region, while the case is open
        if known.kind == "final" and not ended:
            raise NotMigrated(
                say(
                    "“%(title)s” (%(path)s) would close the case in %(version)s; close it first",
                    title=title,
                    path=path,
                    version=between.version,
                ),
                state=path,
            )
        if known.kind not in ("atomic", "final") or any(not each.events for each in known.spec.transitions):
            raise NotMigrated(
                say(
                    "“%(title)s” (%(path)s) is no state that waits in %(version)s; say under `states` in which "
                    "one the case is to wait",
                    title=title,
                    path=path,
                    version=between.version,
                ),
                state=path,
            )
        found.append(known)
    state = tuple(each.path for each in sorted(found, key=lambda each: each.index))
    try:
        chart.mask(state)
    except BadConfiguration as error:
        raise NotMigrated(
            say(
                "the case cannot be in these states of %(version)s together: %(error)s",
                version=between.version,
                error=sentence_of(error),
            )
        ) from None
    return state


def _history(case: Case, between: Counterparts) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What histories remember, where the other version has them: a stay must find the way back."""
    known = {history.path for history in between.after.chart.histories}
    for key, inside in case.history.items():
        around, _, name = key.rpartition("/")
        now = f"{between.state(around)}/{name}" if around else name
        if now not in known:
            if name == REMEMBERED and any(plan.path in between.before.plan.resting for plan in _active(case, between)):
                raise NotMigrated(
                    say(
                        "the case could not return to where it was: %(version)s has no such way back",
                        version=between.version,
                    )
                )
            continue
        paths = tuple(between.state(path) for path in inside)
        missing = [path for path, there in zip(inside, paths, strict=True) if there not in between.after.chart.by_path]
        if missing:
            raise NotMigrated(
                say(
                    "the case is to return to %(missing)s, which has no counterpart in %(version)s; say under "
                    "`states` what it is now",
                    missing=", ".join(missing),
                    version=between.version,
                ),
                state=missing[0],
            )
        yield now, paths


def _active(case: Case, between: Counterparts) -> Iterator[StatePlan]:
    return plans_around(between.before, case.state)


def _children(case: Case, between: Counterparts, arrived: Arrival) -> None:
    for path in case.children:
        was, now = between.before.plan.states[path].invoke, between.after.plan.states.get(between.state(path))
        invoke = now.invoke if now is not None and now.path in arrived.came_from else None
        if was is None or invoke is None or invoke.case != was.case:
            raise NotMigrated(
                say("the case waits for a child case, and %(version)s does not there", version=between.version),
                state=path,
            )
    for path, origin in arrived.came_from.items():
        plan = between.after.plan.states.get(path)
        if plan is not None and plan.invoke is not None and (origin is None or origin not in case.children):
            raise NotMigrated(
                say(
                    "%(version)s would wait in “%(title)s” for a child case that nothing has opened",
                    version=between.version,
                    title=plan.title,
                ),
                state=path,
            )


def _values(case: Case, between: Counterparts) -> None:
    """Raises NotMigrated for values that the other version would not have taken."""
    definition = between.after.definition
    fields = declared_by_forms(definition) | definition.data
    given = {**between.event.data, **{name: value for name, value in case.data.items() if name in fields}}
    _, wrong = checked(fields, given)
    if wrong:
        listed = fields_said(wrong)
        raise NotMigrated(
            say("the case's data do not fit %(version)s: %(listed)s", version=between.version, listed=listed),
            fields=wrong,
        )


def _with_those_around(state: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for path in state:
        while path:
            found[path] = None
            path = path.rpartition("/")[0]
    return list(found)


def _leaf(path: str) -> str:
    return path.rpartition("/")[2]
