"""Which facts a step may ask for, so that one read before it brings them all.

Found once for each (active states, event of the chart): the guards and arguments of the transitions that may be taken, and of
everything that may be entered from there without waiting.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from definitions.catalogue import actions
from definitions.language.expand import walk
from definitions.language.expressions import Expression
from definitions.language.model import Action, CaseDefinition, State, Transition, WorkOrder
from definitions.language.moments import LawfulMoment
from definitions.language.targets import HISTORY, resolve
from workflows.machine import migrating, renewing
from workflows.machine.arguments import computed_in, facts_in
from workflows.machine.case import Case
from workflows.machine.events import (
    ChildClosed,
    Event,
    LineDecided,
    Message,
    Migrated,
    Outcome,
    Replied,
    RulesRenewed,
    TaskRedone,
    TaskSkipped,
    TimerFired,
)
from workflows.machine.lines import listed_by
from workflows.machine.people import is_checked
from workflows.machine.plan import events_of
from workflows.machine.work import CLAIMED

if TYPE_CHECKING:
    from workflows.machine.setting import Setting


class Needs:
    """Answers for one definition; remembers what it has found."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.definition: CaseDefinition = setting.definition
        self.states: dict[str, State] = dict(walk(self.definition))
        self._found: dict[tuple[tuple[str, ...], str], frozenset[str]] = {}
        self._raised: dict[str, set[str]] = {}

    def facts_for(self, case: Case | None, event: Event | None) -> tuple[str, ...]:
        """The names of the facts, sorted."""
        if case is None:
            return self._opening
        extra: set[str] = set()
        names: tuple[str, ...]
        match event:
            case Outcome(run=run, outcome=chosen):
                task = case.task(run)
                names = (f"outcome/{task.state}/{chosen}", f"mixed/{task.state}") if task else ()
                extra = self._limit(task.state, chosen) | self._at_site(task.state, chosen) if task else set()
            case TaskSkipped(run=run):
                task = case.task(run)
                names = (f"outcome/{task.state}/*",) if task else ()
            case TimerFired(name=name, run=None):
                names, extra = (f"timer/{name}",), self._put_back(name)
            case TimerFired():
                names, extra = ("*",), {CLAIMED}
            case Message(name=name) | Replied(name=name):
                names = (name,)
            case LineDecided(state=path):
                names, extra = ("*",), self._listed(path)
            case ChildClosed() | TaskRedone():
                names = ("*",)
            case RulesRenewed():
                names, extra = (), renewing.facts(self.setting, event)
            case Migrated():
                names, extra = (), migrating.facts(self.setting, case, event)
            case _:
                names = ("*",)
        found = set(extra)
        for name in names:
            found |= self._facts(case.state, name)
        return tuple(sorted(found))

    def standing_in(self, paths: Iterable[str]) -> set[str]:
        """What these states ask, whether or not they are being entered."""
        seen: set[str] = set()
        return {name for path in paths for name in self._entering(path, seen)}

    @cached_property
    def _opening(self) -> tuple[str, ...]:
        return tuple(sorted(self._entering(self._path("", self.definition.initial), set())))

    def _listed(self, path: str) -> set[str]:
        """What a line's columns and reasons say, and what is asked again at its release."""
        review = self.setting.review(path)
        if review is None:
            return set()
        laws = frozenset[str]().union(*(self.setting.law_facts(tag) for tag in review.lawful))
        return self._written(dict(review.columns)) | self._guard(review.check, "") | laws

    def _put_back(self, timer: str) -> set[str]:
        path = listed_by(timer)
        return self._listed(path) if path is not None else set()

    def _at_site(self, path: str, chosen: str) -> set[str]:
        plan = self.setting.plan.states[path].task
        spec = plan.spec if plan is not None else None
        if (
            plan is None
            or not isinstance(spec, WorkOrder)
            or chosen not in spec.outcomes
            or not is_checked(plan, chosen)
        ):
            return set()
        facts = self._guard(spec.check_at_site, "") if isinstance(spec.check_at_site, str) else set()
        for entered in self.setting.entered_by(path, f"outcome/{path}/{chosen}"):
            facts |= self.setting.law_facts_of(self.setting.plan.states[entered])
        return facts

    def _limit(self, path: str, chosen: str) -> set[str]:
        plan = self.setting.plan.states[path].task
        outcome = plan.spec.outcomes.get(chosen) if plan else None
        return {f"limit.{outcome.limit}"} if outcome and outcome.limit else set()

    def _facts(self, active: tuple[str, ...], event: str) -> frozenset[str]:
        key = (active, event)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = frozenset(self._reacting(active, event))
        return found

    def _reacting(self, active: tuple[str, ...], event: str) -> set[str]:
        facts: set[str] = set()
        seen: set[str] = set()
        for path in _with_ancestors(active):
            facts |= self._moments(path)
            for name, transition in self._transitions(path):
                if _fits(event, name) or name == "" or name.startswith("done.state."):
                    facts |= self._following(path, name, transition, seen)
        return facts

    def _transitions(self, path: str) -> list[tuple[str, Transition]]:
        if path == "":
            return [(name, each) for name, all_ in self.definition.on.items() for each in all_]
        state = self.states[path]
        shared = [(name, each) for name, all_ in state.on.items() for each in all_]
        return [*events_of(path, state), *shared]

    def _following(self, path: str, event: str, transition: Transition, seen: set[str]) -> set[str]:
        facts = self._guard(transition.guard, event)
        for action in transition.actions:
            facts |= self._action(action)
        if transition.target is None or transition.target == HISTORY:
            return facts
        return facts | self._entering(self._path(path, transition.target), seen)

    def _entering(self, path: str, seen: set[str]) -> set[str]:
        """What entering a state, whatever is inside it and what follows without waiting may ask for."""
        facts: set[str] = set()
        for entered in [path, *(inner for inner in self.states if inner.startswith(f"{path}/"))]:
            if entered in seen:
                continue
            seen.add(entered)
            state = self.states[entered]
            for action in (*state.entry, *state.exit):
                facts |= self._action(action)
            facts |= self._moments(entered)
            for tag in state.tags:
                facts |= self.setting.law_facts(tag)
            if state.invoke is not None:
                facts |= self._written(dict(state.invoke.with_))
            facts |= self._listed(entered)
            for name, transition in self._transitions(entered):
                if name == "" or name.startswith("done.state."):
                    facts |= self._following(entered, name, transition, seen)
        outer = path.rpartition("/")[0]
        while outer:
            for name, transition in self._transitions(outer):
                if name.startswith("done.state.") and outer not in seen:
                    facts |= self._following(outer, name, transition, seen)
            outer = outer.rpartition("/")[0]
        return facts

    def _moments(self, path: str) -> set[str]:
        plan = self.setting.plan.states.get(path)
        facts: set[str] = set()
        for timer in plan.timers if plan else ():
            if timer.at is not None:
                moment = self.setting.moment(timer.at)
                if isinstance(moment, LawfulMoment):
                    facts |= self.setting.law_facts(moment.tag)
                elif moment.root == "facts":
                    facts.add(moment.path[0])
        return facts

    def _guard(self, text: str | None, event: str) -> set[str]:
        if text is None:
            return set()
        return _facts_of(self.setting.expression(text, event))

    def _action(self, action: Action) -> set[str]:
        signature = actions.signature(action.action)
        facts = self._written(dict(action.with_)) | (set(signature.facts) if signature else set())
        if action.action == "charge-fee":
            facts |= self.setting.binding.charge_facts()
        return facts | self._raising(str(action.with_.get("event"))) if action.action == "raise" else facts

    def _raising(self, event: str) -> set[str]:
        """What a raised event may ask for, whichever state takes it: it is taken inside the same step."""
        if event not in self._raised:
            self._raised[event] = facts = set[str]()  # also ends a circle of events that raise each other
            for path in ("", *self.states):
                for name, transition in self._transitions(path):
                    if name == event:
                        facts |= self._following(path, name, transition, set())
        return self._raised[event]

    def _written(self, args: Any) -> set[str]:
        facts = set(facts_in(args))
        for text in computed_in(args):
            facts |= _facts_of(self.setting.computed(text))
        return facts

    def _path(self, source: str, target: str) -> str:
        found = resolve(target, source=source, states=self.states)
        assert found is not None, f"{target} is a state"
        return found


def _facts_of(expression: Expression) -> set[str]:
    return {name.split(".")[1] for name in expression.names if name.startswith("facts.")}


def _with_ancestors(active: tuple[str, ...]) -> list[str]:
    found: dict[str, None] = {}
    for path in active:
        while path:
            found[path] = None
            path = path.rpartition("/")[0]
    return [*found, ""]


def _fits(asked: str, name: str) -> bool:
    return asked in ("*", name) or (asked.endswith("/*") and name.startswith(asked[:-1]))
