"""Guards: compiled and typed against what the case has, at their line and column; and those that can never hold."""

from __future__ import annotations

from collections.abc import Iterator

from definitions.language.checks.context import CaseText
from definitions.language.model import Transition
from definitions.language.moments import FieldMoment, parse_moment
from definitions.language.problems import Problem, near_miss, register_codes
from definitions.language.schemas import kind_of
from definitions.language.sentences import say, sentence_of

register_codes(
    guard_never_holds="A guard contradicts itself, so that its way is never open.",
    guard_always_holds="A guard that always holds says nothing.",
    bad_moment="The key of an `at` timer is a date in data or facts, perhaps moved by some days, or earliest-lawful(TAG).",
)


def guards(case: CaseText) -> Iterator[Problem]:
    """Every guard of ways and of schedules."""
    for way in case.ways:
        text = way.leads.guard
        if text is not None:
            place = (*way.place, "guard")
            wrong = list(case.guard(text, way.event, place))
            yield from wrong or _sense(case, text, place)
    for _, state, place in case.written:
        order = state.work_order
        if order is not None and isinstance(order.check_at_site, str):
            here = (*place, "work-order", "check-at-site")
            wrong = list(case.guard(order.check_at_site, "", here))
            yield from wrong or _sense(case, order.check_at_site, here)
        for index, row in enumerate(state.schedule):
            if row.guard is not None:
                here = (*place, "schedule", index, "guard")
                wrong = list(case.guard(row.guard, "", here))
                yield from wrong or _sense(case, row.guard, here)


def _sense(case: CaseText, text: str, place: tuple[str | int, ...]) -> Iterator[Problem]:
    conditions = case.conditions
    if not conditions.possible(conditions.of(text)):
        yield case.problem(place, "guard-never-holds", say("this guard never holds: it contradicts itself"))
    elif not conditions.possible(conditions.of(text, holds=False)):
        yield case.warning(place, "guard-always-holds", say("this guard always holds; leave it out"))


def moments(case: CaseText) -> Iterator[Problem]:
    """The dates of `at` timers."""
    for way in case.ways:
        if way.place[-2:-1] != ("at",) or isinstance(way.leads, Transition):
            continue
        text = str(way.place[-1])
        try:
            moment = parse_moment(text)
        except ValueError as error:
            yield case.problem(way.place, "bad-moment", sentence_of(error), key=True)
            continue
        if isinstance(moment, FieldMoment):
            yield from _dated(case, moment, way.place)
        elif not any(
            moment.tag in law.before for name, law in case.library.laws.items() if name in case.definition.laws
        ):
            message = say(
                'none of the laws of this case is about "%(tag)s", so no day is the earliest lawful one', tag=moment.tag
            )
            yield case.problem(way.place, "bad-moment", message, key=True)


def _dated(case: CaseText, moment: FieldMoment, place: tuple[str | int, ...]) -> Iterator[Problem]:
    known = case.data if moment.root == "data" else case.facts
    field = known.get(moment.path[0])
    if field is None:
        near = near_miss(moment.path[0], known)
        if moment.root == "data":
            yield case.problem(place, "unknown-field", say("data has no field called %(near)s", near=near), key=True)
        else:
            yield case.problem(place, "unknown-fact", say("no fact here is called %(near)s", near=near), key=True)
        return
    kind = kind_of(field)
    for name in moment.path[1:]:
        member = kind.members.get(name)
        if member is None:
            message = say("%(kind)s has nothing called %(near)s", kind=str(kind), near=near_miss(name, kind.members))
            yield case.problem(place, "unknown-field", message, key=True)
            return
        kind = member.kind
    if kind.name not in ("date", "datetime"):
        shown = f"{moment.root}.{'.'.join(moment.path)}"
        yield case.problem(
            place,
            "bad-moment",
            say("a timer waits for a date, and %(shown)s is %(kind)s", shown=shown, kind=str(kind)),
            key=True,
        )
