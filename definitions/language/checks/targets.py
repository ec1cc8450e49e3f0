"""Where ways lead, and which states stand inside which."""

from __future__ import annotations

from collections.abc import Iterator

from definitions.language.checks.context import CaseText
from definitions.language.document import Path
from definitions.language.expand import children
from definitions.language.model import State
from definitions.language.pack import ReviewList
from definitions.language.problems import Problem, near_miss, register_codes
from definitions.language.sentences import say
from definitions.language.targets import HISTORY, resolve

register_codes(
    unknown_target="A way leads to a state that does not exist.",
    outcome_without_target="An outcome of a task leads nowhere, so that the case would stay without the task.",
    initial_outside="The initial or default state is not inside the state that names it.",
    history_at_root="`history` leads back from a state; the case as a whole has nowhere to come back from.",
    final_with_more="A final state closes the case or its region, so nothing can happen in it.",
    history_with_more="A history state only remembers; nothing is done in it.",
    bad_region="A region of `parallel` is a state with states inside, or one that waits; not a final or a history state.",
    mixed_state="A state does two things at once that exclude each other.",
    done_of_nothing="`done` is said of a state that has no states inside, or none that is final.",
    list_without_way="A state with a list says where a released line goes, and only such a state does.",
)

_ONLY_WAITING = (
    "exit",
    "on",
    "after",
    "at",
    "task",
    "work-order",
    "escalations",
    "choose",
    "list",
    "invoke",
    "schedule",
)


def targets(case: CaseText) -> Iterator[Problem]:
    """Every target must be a state."""
    for way in case.ways:
        target = way.leads.target
        place = (*way.place, "target")
        if target is None:
            if way.event.startswith("outcome/") and not _of_schedule(way.place):
                message = say("this outcome leads nowhere; write target: and a state")
                yield case.problem(way.place, "outcome-without-target", message, key=True)
        elif target == HISTORY:
            if way.source == "":
                message = say("history leads back from a state; write it in the state that the case comes back from")
                yield case.problem(place, "history-at-root", message)
        elif not (target == "next" and _of_schedule(way.place)):
            yield from _resolved(case, target, way.source, place)
    yield from _heads(case)
    for path, state, place in case.written:
        for index, row in enumerate(state.schedule):
            if row.then is not None:
                yield from _resolved(case, row.then, f"{path}/{row.id}", (*place, "schedule", index, "then"))


def _heads(case: CaseText) -> Iterator[Problem]:
    definition = case.definition
    if definition.initial not in case.states:
        yield from _resolved(case, definition.initial, "", ("initial",))
    if definition.reopen is not None:
        yield from _resolved(case, definition.reopen.target, "", ("reopen", "target"))
    if definition.sla is not None:
        named: list[tuple[Path, str]] = [(("sla", "start"), definition.sla.start)]
        named += [(("sla", "stop", index), path) for index, path in enumerate(definition.sla.stop)]
        named += [(("sla", "pause", index), path) for index, path in enumerate(definition.sla.pause)]
        for place, path in named:
            yield from case.unknown("state", "unknown-target", path, case.states, place)


def _of_schedule(place: Path) -> bool:
    """Whether an outcome is of a schedule's task, which goes on with the next row unless it says otherwise."""
    return place[-4:-3] == ("tasks",)


def _resolved(case: CaseText, target: str, source: str, place: Path) -> Iterator[Problem]:
    if resolve(target, source=source, states=case.states) is None:
        shown = near_miss(target, {*case.states, *(path.rpartition("/")[2] for path in case.states)})
        yield case.problem(place, "unknown-target", say("no state is called %(near)s", near=shown))


def shapes(case: CaseText) -> Iterator[Problem]:
    """What may stand together in one state."""
    for path, state, place in case.written:
        if state.type == "final":
            yield from _more(
                case, state, place, "final-with-more", say("a final state closes the case here; nothing can follow")
            )
        elif state.type == "history":
            sentence = say("a history state only remembers where the case was; this belongs to another state")
            yield from _more(case, state, place, "history-with-more", sentence)
            if state.entry:
                yield case.problem((*place, "entry"), "history-with-more", sentence, key=True)
        yield from _together(case, state, place)
        yield from _inside(case, path, state, place)
        yield from _lists(case, state, place)


def _more(case: CaseText, state: State, place: Path, code: str, sentence: str) -> Iterator[Problem]:
    for key in (*_ONLY_WAITING, "states", "parallel", "initial", "done"):
        if getattr(state, key.replace("-", "_")):
            yield case.problem((*place, key), code, sentence, key=True)


_EXCLUDE = (
    ("task", "work-order", say("a state has a task or a work order; give the other a state of its own")),
    ("states", "parallel", say("a state has states inside or regions; put the one into the other")),
    ("schedule", "states", say("a schedule becomes the states inside; it cannot stand beside others")),
    ("schedule", "parallel", say("a schedule becomes the states inside; it cannot stand beside regions")),
    ("choose", "task", say("a decision is left at once, so nobody can do this task; give it a state of its own")),
    ("choose", "work-order", say("a decision is left at once, so nobody can do this work; give it a state of its own")),
    ("choose", "after", say("a decision is left at once, so this timer never fires")),
    ("choose", "at", say("a decision is left at once, so this timer never fires")),
    ("choose", "list", say("a decision is left at once, so nothing gathers on this list")),
    ("choose", "invoke", say("a decision is left at once, so nobody waits for this case")),
)


def _together(case: CaseText, state: State, place: Path) -> Iterator[Problem]:
    for first, second, sentence in _EXCLUDE:
        if getattr(state, first.replace("-", "_")) and getattr(state, second.replace("-", "_")):
            yield case.problem((*place, second), "mixed-state", sentence, key=True)


def _inside(case: CaseText, path: str, state: State, place: Path) -> Iterator[Problem]:
    inner = children(state)
    for key, region in state.parallel.items():
        if region.type is not None:
            message = say("a region is no %(type)s state; put the %(type)s state inside the region", type=region.type)
            yield case.problem((*place, "parallel", key), "bad-region", message, key=True)
    if state.initial is not None and state.type is None:
        if state.parallel:
            message = say("all regions are entered together, so none of them is the initial one")
            yield case.problem((*place, "initial"), "bad-region", message, key=True)
        elif f"{path}/{state.initial}" not in case.states:
            known = [key for key, each in inner.items() if each.type != "history"]
            message = say("no state inside is called %(near)s", near=near_miss(state.initial, known))
            yield case.problem((*place, "initial"), "initial-outside", message)
    if state.default is not None:
        outer = path.rpartition("/")[0]
        found = resolve(state.default, source=path, states=case.states)
        if found is None or not (outer == "" or found.startswith(f"{outer}/")):
            message = say(
                "no state beside this one is called %(near)s", near=near_miss(state.default, _beside(case, outer))
            )
            yield case.problem((*place, "default"), "initial-outside", message)
    if state.done is not None and not state.schedule and not _finals(state):
        message = say("nothing inside this state is final, so it is never done")
        yield case.problem((*place, "done"), "done-of-nothing", message, key=True)


def _beside(case: CaseText, outer: str) -> list[str]:
    return [path.rpartition("/")[2] for path in case.states if path.rpartition("/")[0] == outer]


def _finals(state: State) -> bool:
    if state.parallel:
        return all(_finals(region) for region in state.parallel.values())
    return bool(state.schedule) or any(inner.type == "final" for inner in state.states.values())


def _expires(review: ReviewList) -> bool:
    return review.exclusion_expires is not None or all(each.expires for each in review.reasons)


def _lists(case: CaseText, state: State, place: Path) -> Iterator[Problem]:
    if state.list is not None and state.released is None:
        message = say("a list says where a released line goes; write released: and a state")
        yield case.problem((*place, "list"), "list-without-way", message, key=True)
    review = case.library.lists.get(state.list or "")
    if review is not None and state.excluded is None and not _expires(review):
        message = say(
            'a line that is taken off "%(list)s" never comes back; write excluded: and a state, '
            "or exclusion-expires: in the list",
            list=state.list,
        )
        yield case.problem((*place, "list"), "list-without-way", message, key=True)
    for key in ("released", "excluded", "dropped"):
        if state.list is None and getattr(state, key) is not None:
            message = say("there is no list here from which a line could be %(key)s", key=key)
            yield case.problem((*place, key), "list-without-way", message, key=True)
