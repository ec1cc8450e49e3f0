"""What the checks of one case definition look at: the definition, its text, and the folder it leans on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from zoneinfo import ZoneInfo

from definitions.catalogue import actions as catalogue
from definitions.language.conditions import Conditions
from definitions.language.document import Path
from definitions.language.expand import expand, walk
from definitions.language.expressions import Environment, ExpressionError
from definitions.language.library import Library
from definitions.language.model import CaseDefinition, Data, State
from definitions.language.places import Reporter, states
from definitions.language.problems import Problem, near_miss
from definitions.language.scope import Scope, declared_by_forms
from definitions.language.sentences import say, word
from definitions.language.ways import Done, Way, actions, root_ways, way_actions, ways

#: Messages that the machine itself takes down or raises, whatever a definition declares.
RESERVED_EVENTS = ("held", "released", "letter-mailed", "letter-returned")


class CaseText:
    """One case definition as it is written, with what it may name."""

    def __init__(self, library: Library, name: str) -> None:
        self.library = library
        self.definition: CaseDefinition = library.cases[name]
        self.report = Reporter(document=library.documents["cases", name], source=library.sources["cases", name])
        self._environments: dict[str, Environment | None] = {}

    def problem(self, place: Path, code: str, message: str, *, key: bool = False) -> Problem:
        """An error at a place of the case's text."""
        return self.report.problem(place, code, message, key=key)

    def warning(self, place: Path, code: str, message: str, *, key: bool = False) -> Problem:
        """Something that an author should look at."""
        return self.report.problem(place, code, message, key=key, severity="warning")

    def unknown(self, what: str, code: str, name: str, known: Iterable[str], place: Path) -> Iterator[Problem]:
        """The problem of a name that must be one of those known, if it is none of them."""
        known = tuple(known)
        if name not in known:
            message = say("no %(what)s is called %(near)s", what=word(what), near=near_miss(name, known))
            yield self.problem(place, code, message)

    # -- the definition ---------------------------------------------------------------------------------------------------

    @cached_property
    def written(self) -> list[tuple[str, State, Path]]:
        """Every state as it is written: path, state, place."""
        return list(states(self.definition))

    @cached_property
    def ways(self) -> list[Way]:
        """Every way as it is written."""
        found = list(root_ways(self.definition))
        for path, state, place in self.written:
            found += ways(path, state, place)
            for key, task in state.tasks.items():
                row = next((each.id for each in state.schedule if each.do == {"task": key}), key)
                for outcome, leads in task.outcomes.items():
                    here = (*place, "tasks", key, "outcomes", outcome)
                    event = f"outcome/{path}/{row}/{outcome}"
                    found.append(Way(source=f"{path}/{row}", event=event, place=here, leads=leads))
        return found

    @cached_property
    def actions(self) -> list[Done]:
        """Every action as it is written."""
        found = [done for way in root_ways(self.definition) for done in way_actions(way)]
        for path, state, place in self.written:
            found += actions(path, state, place)
        return found

    @cached_property
    def expanded(self) -> CaseDefinition:
        """The definition with its schedules expanded; as it is while one of them names a task that is not there."""
        try:
            return expand(self.definition)
        except KeyError:
            return self.definition

    @cached_property
    def states(self) -> dict[str, State]:
        """Every state of the expanded definition by its path."""
        return dict(walk(self.expanded))

    @cached_property
    def data(self) -> Data:
        """Every field of `data`, those that forms declare too."""
        return declared_by_forms(self.expanded) | self.definition.data

    @cached_property
    def facts(self) -> Data:
        """The facts that the definition and its laws name."""
        named = dict(self.definition.facts)
        for name in self.definition.laws:
            law = self.library.laws.get(name)
            if law is not None:
                named |= {fact: field for fact, field in law.facts.items() if fact not in named}
        return named

    @cached_property
    def events(self) -> set[str]:
        """The events that something in the definition reacts to."""
        return {way.event for way in self.ways if "/" not in way.event and not way.event.startswith("done.")} - {""}

    @cached_property
    def replies(self) -> dict[str, str]:
        """The events that the definition's effects answer by, and the action of each."""
        found: dict[str, str] = {}
        for done in self.actions:
            signature = catalogue.signature(done.action.action)
            for reply in signature.replies if signature else ():
                found[reply] = signature.name if signature else ""
        return found

    # -- expressions ------------------------------------------------------------------------------------------------------

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone that the case's days are counted in."""
        calendar = self.library.calendars.get(self.definition.calendar)
        return calendar.zone if calendar is not None else ZoneInfo("UTC")

    @cached_property
    def scope(self) -> Scope:
        """What expressions may speak of."""
        return Scope(self.expanded, self.facts, self.zone)

    @cached_property
    def conditions(self) -> Conditions:
        """What guards say of the fields."""
        return Conditions({"data": self.data, "facts": self.facts})

    def environment(self, event: str) -> Environment | None:
        """What an expression on the event may speak of; None while the form of its task has unknown fields."""
        if event not in self._environments:
            try:
                self._environments[event] = self.scope.environment(event)
            except KeyError:
                self._environments[event] = None
        return self._environments[event]

    def guard(self, text: str, event: str, place: Path) -> Iterator[Problem]:
        """The problem of a guard that cannot be compiled, at its line and column."""
        environment = self.environment(event)
        if environment is None:
            return
        try:
            environment.compile(text)
        except ExpressionError as error:
            yield self.report.expression(place, error)
