"""What all cases of a definition share: its chart and plans, its compiled guards, its calendar and its laws."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from definitions.catalogue.actions import Context
from definitions.language.calendars import Purpose
from definitions.language.compiled import Compiled
from definitions.language.durations import Duration
from definitions.language.expand import expand, title_of
from definitions.language.expressions import Expression
from definitions.language.model import Data, HoldEffect
from definitions.language.moments import LawfulMoment, Moment, parse_moment
from definitions.language.money import MoneyError, parse_money
from definitions.language.pack import DecisionTable, ReviewList
from definitions.language.scope import Scope
from definitions.language.sentences import say
from definitions.language.tables import beginnings, in_effect
from workflows.machine.arguments import Arguments
from workflows.machine.chart import Chart
from workflows.machine.clocks import Clocks
from workflows.machine.errors import Barred
from workflows.machine.laws import Binding
from workflows.machine.lines import listed_by
from workflows.machine.plan import StatePlan, plan
from workflows.machine.service import Service
from workflows.machine.work import Work

if TYPE_CHECKING:
    from workflows.machine.run import Run


class Setting:
    """Built once for a compiled definition; holds no case."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.definition = expand(compiled.definition)
        self.calendar = compiled.calendar
        self.plan = plan(self.definition)
        self.chart = Chart(self.plan.root)
        self.arguments = Arguments()
        self.work = Work()
        self.clocks = Clocks()
        self.service = Service(self.definition.sla)
        self.scope = Scope(self.definition, self.facts, self.calendar.zone)
        self._dated = {name: table for name, table in compiled.tables.items() if beginnings(table)}
        self._expressions: dict[tuple[str, str], Expression] = {}
        self._moments: dict[str, Moment] = {}

    @cached_property
    def facts(self) -> Data:
        """Every fact that the definition or one of its laws names, with its type."""
        named = dict(self.definition.facts)
        for law in self.compiled.laws:
            named |= {name: field for name, field in law.facts.items() if name not in named}
        return named

    def entity_in(self, values: Mapping[str, Any], kind: str) -> str | None:
        """The id of the account (applicant …) that the case's data name, if any."""
        for name, field in self.definition.data.items():
            if field.type == kind and not field.many and isinstance(found := values.get(name), Mapping):
                return str(found["id"])
        return None

    def task_title(self, name: str) -> str:
        """What the task of this stable name is called; of another case's task, a title made of its name."""
        tasks = (state.task for state in self.plan.states.values() if state.task is not None)
        return next((task.spec.title for task in tasks if task.name == name), title_of(name))

    def message_title(self, name: str) -> str:
        """What a message is called where the definition gives it a title, else a title made of its name."""
        for state in self.chart.by_path.values():
            for transition in self.chart.reactions(state, name):
                if transition.key and transition.key != name:
                    return transition.key
        return title_of(name)

    def timer_title(self, name: str) -> str:
        """What the timer of this stable name is called; of a list's own timer, what it does to the line."""
        if listed_by(name) is not None:
            return say("Back on the list")
        timers = (timer for state in self.plan.states.values() for timer in state.timers)
        return next((timer.title for timer in timers if timer.name == name), title_of(name))

    def today(self, at: datetime) -> date:
        """The civil date of a time in the district's zone."""
        return at.astimezone(self.calendar.zone).date()

    def add(self, duration: Duration, start: datetime, purpose: Purpose) -> datetime:
        """When a span ends by the calendar, in UTC."""
        return self.calendar.add(duration, start, purpose).astimezone(UTC)

    def opening(self, day: date) -> datetime:
        """When the office opens on a day, in UTC."""
        return self.calendar.opening(day).astimezone(UTC)

    # -- expressions ------------------------------------------------------------------------------------------------------

    def expression(self, text: str, event: str) -> Expression:
        """The compiled guard, checked against the data, the facts and what the event brings along."""
        key = (text, event)
        found = self._expressions.get(key)
        if found is None:
            found = self._expressions[key] = self.scope.environment(event).compile(text)
        return found

    def computed(self, text: str) -> Expression:
        """The compiled expression of an argument `=…`, of whatever kind."""
        key = (text, "=")
        found = self._expressions.get(key)
        if found is None:
            found = self._expressions[key] = self.scope.environment("").compile_value(text)
        return found

    def moment(self, text: str) -> Moment:
        """The parsed key of an `at` timer."""
        found = self._moments.get(text)
        if found is None:
            found = self._moments[text] = parse_moment(text)
        return found

    def context(self, run: Run) -> Context:
        """What pure actions may look at."""
        today = self.today(run.at)
        return Context(
            data=run.data,
            facts=run.facts,
            today=today,
            at=run.at,
            tables=self._tables(today),
            district=self.compiled.district,
            calendar=self.calendar,
        )

    def _tables(self, day: date) -> Mapping[str, DecisionTable]:
        """The decision tables as they stand on a day."""
        if not self._dated:
            return self.compiled.tables
        return {**self.compiled.tables, **{name: in_effect(table, day) for name, table in self._dated.items()}}

    def entered_by(self, path: str, event: str) -> list[str]:
        """The states that the first way out of a state by this event leads to, with what is around and inside them."""
        ways = (way for way in self.chart.reactions(self.chart.by_path[path], event) if way.targets)
        state = next((way.targets[0] for way in ways), None)
        if state is None:
            return []
        found = [each.path for each in state.ancestors() if not path.startswith(f"{each.path}/")]
        found.append(state.path)
        while state.kind == "compound" and state.default is not None:
            state = state.default.targets[0]
            found.append(state.path)
        return [each for each in found if each in self.plan.states]

    def review(self, path: str) -> ReviewList | None:
        """The list on which cases gather in this state, if there is one."""
        state = self.plan.states.get(path)
        return self.compiled.lists.get(state.list) if state is not None and state.list is not None else None

    # -- holds and laws -----------------------------------------------------------------------------------------------------

    def hold_effect(self, hold: str) -> HoldEffect:
        """What a hold does to the case's timers; a hold that the definition does not name does nothing."""
        rule = self.definition.holds.get(hold)
        return rule.timers if rule is not None else "none"

    def hold_title(self, hold: str) -> str:
        """The hold's title as people read it."""
        kind = self.compiled.district.holds.get(hold)
        return kind.title if kind is not None else title_of(hold)

    @cached_property
    def binding(self) -> Binding:
        """The laws of this definition, ready to be asked."""
        return Binding(self.compiled.laws, self.calendar, self.scope.environment(""))

    def law_facts(self, tag: str) -> frozenset[str]:
        """The facts that the laws about a tag read."""
        return self.binding.facts(tag)

    def law_facts_of(self, state: StatePlan) -> frozenset[str]:
        """The facts that the laws about a state read."""
        return frozenset().union(*(self.law_facts(tag) for tag in state.tags))

    def earliest_lawful(self, run: Run, tag: str) -> date | None:
        """The first day on which every rule about the tag allows entering it, as far as is known."""
        day = self.binding.earliest(
            tag,
            happened=run.happened,
            data=run.data,
            facts=run.facts,
            holds=run.holds,
            at=run.at,
            overrides=run.overrides,
        )
        floor = self.floor(run, tag)
        return day if day is None or floor is None else max(day, floor)

    def floor(self, run: Run, tag: str) -> date | None:
        """The day before which new rules do not bring what a notice announced; None where nothing was announced."""
        held = (run.floors[name] for name in self.lawful_timers.get(tag, ()) if name in run.floors)
        return max((self.today(datetime.fromisoformat(each)) for each in held), default=None)

    @cached_property
    def lawful_timers(self) -> Mapping[str, tuple[str, ...]]:
        """The timers that stand for the first lawful day, by the tag that they are about."""
        found: dict[str, tuple[str, ...]] = {}
        for state in self.plan.states.values():
            for timer in state.timers:
                moment = self.moment(timer.at) if timer.at is not None else None
                if isinstance(moment, LawfulMoment):
                    found[moment.tag] = (*found.get(moment.tag, ()), timer.name)
        return found

    def check_charge(self, run: Run, args: Mapping[str, Any]) -> None:
        """Raises Barred when a law caps the fee below the amount; an amount that is none is the action's own business."""
        try:
            amount_usd = parse_money(args.get("amount"))
        except MoneyError:
            return
        over = self.binding.over_cap(str(args.get("fee")), amount_usd, data=run.data, facts=run.facts, at=run.at)
        if over is not None:
            raise Barred(over[1], rules=[over[0]])

    def check_laws(self, run: Run, state: StatePlan) -> None:
        """Raises Barred with every rule that bars the state; notes those that were kept."""
        for tag in state.tags:
            announced = self.floor(run, tag)
            if announced is not None and self.today(run.at) < announced:
                raise Barred(
                    say(
                        "not before %(day)s, as was announced under the calendar and laws before; a new notice "
                        "is needed to go earlier",
                        day=announced,
                    ),
                    state=state.path,
                    tag=tag,
                    earliest=announced,
                )
            verdicts = self.binding.verdicts(
                tag,
                happened=run.happened,
                data=run.data,
                facts=run.facts,
                holds=run.holds,
                at=run.at,
                overrides=run.overrides,
            )
            broken = [verdict for verdict in verdicts if not verdict.kept]
            if broken:
                raise Barred(
                    self.binding.sentence(verdicts),
                    state=state.path,
                    tag=tag,
                    earliest=max((each.earliest for each in broken if each.earliest), default=None),
                    rules=[each.rule for each in broken],
                )
            run.rules |= dict.fromkeys(
                f"{verdict.rule} overridden" if verdict.overridden else verdict.rule for verdict in verdicts
            )
