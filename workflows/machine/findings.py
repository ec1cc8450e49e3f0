"""The machine half of the checker: what is wrong with all that a case of a definition can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Final

from definitions.language.checks.context import CaseText
from definitions.language.document import Path
from definitions.language.model import State
from definitions.language.places import expanded_places
from definitions.language.problems import Problem, Severity, register_codes
from definitions.language.sentences import joined, quoted, say
from definitions.language.ways import Way, root_ways, ways
from workflows.machine import shadows, stories
from workflows.machine.explore import Map, Move, Place, explore
from workflows.machine.states import ChartTransition, TransitionSpec

register_codes(
    unreachable_state="No way through the definition leads to this state.",
    stuck_state="A case that comes here can never leave.",
    shared_way_only="Nothing in the state itself leads out of it, only what the whole case reacts to.",
    never_closes="From here a case can go on for ever, and never come to a final state.",
    endless_loop="Decisions lead to each other in a circle and never wait for anything.",
    overlapping="A way that is never taken, because another one of the same state takes the same event first.",
    timer_never_fires="A timer or an escalation whose time never comes, because the state is always left before.",
    never_done="The states inside never come to an end together, so that `done` never leads on.",
    way_never_taken="A way that no case can take.",
    search_ended="A definition with so many combinations of states that not all of them were looked at.",
)


class Explored:
    """A definition with the map of all that its cases can do."""

    def __init__(self, case: CaseText) -> None:
        self.case = case
        self.map: Map = explore(case.expanded, case.facts, case.data)
        self.states: dict[str, State] = case.states
        self.places = expanded_places(case.definition)

    @cached_property
    def ways(self) -> dict[int, Way]:
        """The way in the text of every transition of the chart, by the identity of its specification."""
        chart = self.map.chart
        written = {"": list(root_ways(self.case.expanded))}
        for path, state in self.states.items():
            written[path] = list(ways(path, state, self.places[path]))
        found: dict[int, Way] = {}
        for each in chart.order:
            of_text = written.get(each.path, [])  # the root's last ones are the machine's own
            found |= {id(spec): way for spec, way in zip(each.spec.transitions, of_text, strict=False)}
        return found

    def title(self, path: str) -> str:
        """The state's title in quotes."""
        return quoted(self.map.plan.states[path].title)

    def problem(
        self,
        place: Path,
        code: str,
        message: str,
        *,
        severity: Severity = "error",
        key: bool = True,
        moves: tuple[Move, ...] = (),
    ) -> Problem:
        """A problem at a place of the text, with the story of these moves."""
        story = stories.told(moves, self.map, self.states)
        return self.case.report.problem(place, code, message, key=key, severity=severity, story=story)

    def story_to(self, place: Place) -> tuple[Move, ...]:
        """The fewest moves to a place."""
        return stories.shortest(self.map, lambda move: move.to == place, lambda _: True) or ()


ROUND: Final = say("%(first)s → %(next)s")


def unreachable(found: Explored) -> Iterator[Problem]:
    """States that no case enters; of nested ones the outermost is told."""
    if not found.map.is_whole:
        return
    for path, state in found.states.items():
        outer = path.rpartition("/")[0]
        if path in found.map.entered or state.type == "history" or (outer and outer not in found.map.entered):
            continue
        yield found.problem(
            found.places[path], "unreachable-state", say("no way leads to %(title)s", title=found.title(path))
        )


def stuck(found: Explored) -> Iterator[Problem]:
    """Places that no case leaves, and those that only the whole case's own ways lead out of."""
    told: set[str] = set()
    for place, moves in found.map.moves.items():
        if place is None or place.finished:
            continue
        leaving = [move for move in moves if move.to != place]
        path = _blamed(found, place)
        if path in told or (leaving and not _by_root_only(found, leaving)):
            continue
        told.add(path)
        if not leaving:
            message = say(
                "nobody can leave %(title)s; write a task, a timer or on: with a target", title=found.title(path)
            )
            yield found.problem(found.places[path], "stuck-state", message, moves=found.story_to(place))
        else:
            events = ", ".join(dict.fromkeys(move.step.event for move in leaving))
            message = say(
                "nothing here leads out of %(title)s, only what the whole case reacts to (%(events)s)",
                title=found.title(path),
                events=events,
            )
            yield found.problem(found.places[path], "shared-way-only", message, severity="warning")


def _blamed(found: Explored, place: Place) -> str:
    """The state to tell of: the first active one that is not an end."""
    waiting = [path for path in place.states if found.states[path].type != "final"]
    return (waiting or list(place.states))[0]


def _by_root_only(found: Explored, moves: Iterable[Move]) -> bool:
    return all(move.step.taken and move.step.taken[0].state is found.map.chart.root for move in moves)


def never_closing(found: Explored) -> Iterator[Problem]:
    """The first place from which a case goes on for ever."""
    if not found.map.is_whole:
        return
    before: dict[Place, set[Place]] = {}
    ends: list[Place] = []
    for place, moves in found.map.moves.items():
        if place is None:
            continue
        leaving = [move.to for move in moves if move.to != place]
        if place.finished or not leaving:
            ends.append(place)
        for to in leaving:
            before.setdefault(to, set()).add(place)
    closing: set[Place] = set()
    while ends:
        place = ends.pop()
        if place not in closing:
            closing.add(place)
            ends += before.get(place, ())
    for place in found.map.moves:
        if place is not None and place not in closing:
            path = _blamed(found, place)
            message = say(
                "from %(title)s no way leads to a final state, so that the case never closes", title=found.title(path)
            )
            yield found.problem(found.places[path], "never-closes", message, moves=found.story_to(place))
            return


def loops(found: Explored) -> Iterator[Problem]:
    """Circles of decisions that never wait."""
    told: set[frozenset[int]] = set()
    for transitions in found.map.loops:
        key = frozenset(each.index for each in transitions)
        if key in told:
            continue
        told.add(key)
        way = found.ways.get(id(transitions[0].spec))
        names = list(dict.fromkeys(each.state.path for each in transitions))
        circle = joined((found.title(path) if path else say("the case") for path in [*names, names[0]]), ROUND)
        place = way.place if way is not None else found.places.get(names[0], ())
        message = say(
            "this goes round and never waits: %(circle)s; one of them must wait for a task, a timer or an event",
            circle=circle,
        )
        yield found.problem(place, "endless-loop", message, key=False)


def dead_ways(found: Explored) -> Iterator[Problem]:
    """Ways that no case takes although their state is entered."""
    conditions = found.map.conditions
    if not found.map.is_whole:
        return
    for transition in found.map.chart.taken:
        way = found.ways.get(id(transition.spec))
        path = transition.state.path
        if way is None or transition.index in found.map.used or (path and path not in found.map.entered):
            continue
        guard = transition.guard
        if guard is not None and not conditions.possible(conditions.of(guard.text)):
            continue  # the guard itself is told
        yield _dead(found, transition, way)


def _dead(found: Explored, transition: ChartTransition, way: Way) -> Problem:
    rival = _rival(transition)
    if rival is not None:
        other = found.ways[id(rival)]
        line = found.case.report.document.position(other.place)[0]
        why = say("has no guard") if rival.guard is None else say("takes all that this one would take")
        message = say("this way is never taken: the one in line %(line)s comes first and %(why)s", line=line, why=why)
        return found.problem(way.place, "overlapping", message, key=False)
    if way.event.startswith("done.state."):
        message = say(
            "the states inside %(title)s never come to an end, so that done is never taken",
            title=found.title(way.source),
        )
        return found.problem(way.place, "never-done", message)
    if way.event.startswith("timer/"):
        message = say("this timer never fires: the state is always left before")
        return found.problem(way.place, "timer-never-fires", message)
    if way.source and not _rests(found, way.source):
        message = say("this way is never taken: %(title)s is always left at once", title=found.title(way.source))
    else:
        message = say("this way is never taken: a state inside takes the event first")
    return found.problem(way.place, "way-never-taken", message)


def _rival(transition: ChartTransition) -> TransitionSpec | None:
    """An earlier transition of the same state and event."""
    for spec in transition.state.spec.transitions:
        if spec is transition.spec:
            return None
        if spec.events == transition.spec.events:
            return spec
    return None


def _rests(found: Explored, path: str) -> bool:
    return any(
        each == path or each.startswith(f"{path}/") for place in found.map.moves if place for each in place.states
    )


def too_late(found: Explored) -> Iterator[Problem]:
    """Timers and escalations that come after the state has been left by a shorter timer."""
    for path, state in found.states.items():
        for keys, first, key in shadows.shadowed(state):
            message = say("its time never comes: after %(first)s the state is left", first=first.told())
            yield found.problem((*found.places[path], *keys), "timer-never-fires", message, key=key)


def unfinished(found: Explored) -> Iterator[Problem]:
    """Says so when not all could be looked at."""
    if not found.map.is_whole:
        message = say(
            "more than %(count)s combinations of states were found, and not all were looked at; "
            "what is checked on the way through the states is not complete",
            count=len(found.map.moves) - 1,
        )
        yield found.problem(("case",), "search-ended", message, severity="warning", key=False)


CHECKS: tuple[Callable[[Explored], Iterable[Problem]], ...] = (
    unreachable,
    stuck,
    never_closing,
    loops,
    dead_ways,
    too_late,
    unfinished,
)
