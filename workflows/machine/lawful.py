"""Laws on the definition: can any order of states break one? The shortest story that would is told.

Without time, a rule can be looked at that counts from something that happens in the case: a letter, a call, a visit. A rule
that counts from a fact or asks for a day of the calendar is kept at the step (`laws.py`). At the step the machine refuses
what is found here; a definition in which it is found sends a case where it can never go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from definitions.language.conditions import Cases, both
from definitions.language.moments import LawfulMoment, parse_moment
from definitions.language.pack import Rule
from definitions.language.problems import Problem, register_codes
from definitions.language.rules import InLanguages, Requirement, Since, parse_requirement
from definitions.language.sentences import AND, OR, joined, say
from workflows.machine import stories
from workflows.machine.explore import Step
from workflows.machine.findings import Explored

register_codes(law_broken="A way through the definition breaks a law; at the step the act would be refused.")


@dataclass(frozen=True, kw_only=True)
class _Demand:
    """What must have happened before a tag is entered, and which rules say so."""

    tag: str
    names: frozenset[str]
    at_once: frozenset[str]  #: those that count even when they happen in the same step
    applies: str | None


def broken(found: Explored) -> Iterator[Problem]:
    """Each demand of a law that some order of states does not meet."""
    demands: dict[_Demand, list[Rule]] = {}
    for name in found.case.definition.laws:
        law = found.case.library.laws[name]
        for rule in law.rules:
            names, at_once = _names(rule)
            for tag in law.before if names else ():
                demand = _Demand(tag=tag, names=names, at_once=at_once, applies=rule.applies)
                demands.setdefault(demand, []).append(rule)
    for demand, rules in demands.items():
        yield from _broken(found, demand, rules)


def _names(rule: Rule) -> tuple[frozenset[str], frozenset[str]]:
    """Any one of these must have happened, none when the rule cannot be judged without time; and those that count at once.

    A letter is mailed after the step that writes it, and no time has passed since what happens in the same step."""
    try:
        requirement: Requirement | None = parse_requirement(rule.require) if rule.require else None
    except ValueError:
        return frozenset(), frozenset()
    match requirement:
        case Since(span=span, any_of=beginnings) if not any(each.is_fact for each in beginnings):
            names = frozenset(each.name for each in beginnings)
            return names, frozenset(name for name in names if span is None and not name.startswith("letter "))
        case InLanguages(letter=letter):
            return frozenset((f"letter {letter} mailed",)), frozenset()
    return frozenset(), frozenset()


def _broken(found: Explored, demand: _Demand, rules: list[Rule]) -> Iterator[Problem]:
    conditions = found.map.conditions
    applies: Cases = conditions.of(demand.applies) if demand.applies else conditions.of("true")
    waits = _waits(found, demand.tag)

    @cache
    def may_apply(known: Cases) -> bool:
        return conditions.possible(both(known, applies))

    @cache
    def concerned(step: Step) -> bool:
        return may_apply(step.known) and not any(id(each.spec) in waits for each in step.taken)

    @cache
    def breaks(step: Step) -> bool:
        return concerned(step) and _offender(found, demand, step) is not None

    @cache
    def passable(step: Step) -> bool:
        return concerned(step) and not demand.names & step.happened

    if not any(map(breaks, found.map.steps)):
        return
    moves = stories.shortest(found.map, lambda move: breaks(move.step), passable)
    if moves is None:
        return
    offender = _offender(found, demand, moves[-1].step)
    assert offender is not None
    path, before = offender
    sources = joined(dict.fromkeys(f"{rule.id}, {rule.source}" for rule in rules), AND)
    if too_soon := sorted(demand.names & before):
        how = say(
            "in the same step as %(what)s, too soon for the law (%(sources)s)",
            what=too_soon[0].removesuffix(" mailed"),
            sources=sources,
        )
    else:
        names = joined(sorted(demand.names), OR)
        how = say("without %(names)s, which the law asks for (%(sources)s)", names=names, sources=sources)
    message = say("%(title)s (%(tag)s) can be reached %(how)s", title=found.title(path), tag=demand.tag, how=how)
    place = (*found.places[path], "tags")
    yield found.problem(place, "law-broken", message, key=False, moves=moves)


def _offender(found: Explored, demand: _Demand, step: Step) -> tuple[str, frozenset[str]] | None:
    """The state with the tag that the step enters before anything that counts has happened, and what has by then."""
    for path, before in step.entered:
        if demand.tag in found.map.plan.states[path].tags and not demand.at_once & before:
            return path, before
    return None


def _waits(found: Explored, tag: str) -> frozenset[int]:
    """Timers that wait for the earliest lawful day of the tag: past them every rule about it has been kept."""
    waiting = set()
    for spec, way in found.ways.items():
        if way.event.startswith("timer/") and way.place[-2:-1] == ("at",):
            moment = parse_moment(str(way.place[-1]))
            if isinstance(moment, LawfulMoment) and moment.tag == tag:
                waiting.add(spec)
    return frozenset(waiting)
