"""Names that must exist: laws, calendars, queues, crews, roles, lists, holds, limits, events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from definitions.language.checks.context import RESERVED_EVENTS, CaseText
from definitions.language.document import Path
from definitions.language.model import Escalation, Task, WorkOrder
from definitions.language.problems import Problem, near_miss, nearest, register_codes
from definitions.language.sentences import say
from definitions.language.ways import work_key

register_codes(
    unknown_law="A law that is not in the folder laws/.",
    unknown_calendar="A calendar that is not in the folder calendars/.",
    unknown_queue="A queue that district.yaml does not have.",
    unknown_crew="A crew that district.yaml does not have.",
    unknown_role="A role that district.yaml does not have.",
    unknown_list="A list that is not in the folder lists/.",
    unknown_hold="A kind of hold that district.yaml does not have.",
    unknown_limit="A kind of approval limit that district.yaml does not have.",
    unknown_event="An event that nothing in the definition reacts to.",
    near_event="An event that is one letter or two away from one that is known, and so is probably misspelt.",
    unknown_tag="A tag or state that the definition does not have.",
)


def names(case: CaseText) -> Iterator[Problem]:
    """What the head of the definition names."""
    definition, library = case.definition, case.library
    for index, law in enumerate(definition.laws):
        yield from case.unknown("law", "unknown-law", law, library.laws, ("laws", index))
    yield from case.unknown("calendar", "unknown-calendar", definition.calendar, library.calendars, ("calendar",))
    yield from roles(case, definition.open_by, ("open-by",))
    if definition.reopen is not None:
        yield from roles(case, definition.reopen.roles, ("reopen", "roles"))
    known_bars = {*case.states, *(tag for state in case.states.values() for tag in state.tags)}
    for hold, rule in definition.holds.items():
        if library.district is not None:
            yield from case.unknown("hold", "unknown-hold", hold, library.district.holds, ("holds", hold))
        for index, bar in enumerate(rule.bars):
            place = ("holds", hold, "bars", index)
            yield from case.unknown("tag or state", "unknown-tag", bar, known_bars, place)


def roles(case: CaseText, named: Iterable[str], place: Path) -> Iterator[Problem]:
    """Roles that must exist."""
    district = case.library.district
    for index, role in enumerate(named):
        if district is not None:
            yield from case.unknown("role", "unknown-role", role, district.roles, (*place, index))


def state_names(case: CaseText) -> Iterator[Problem]:
    """What states and their work name."""
    district = case.library.district
    for _, state, place in case.written:
        if state.list is not None:
            yield from case.unknown("list", "unknown-list", state.list, case.library.lists, (*place, "list"))
        if district is None:
            continue
        works = [((*place, work_key(state)), task) for task in (state.task or state.work_order,) if task]
        works += [((*place, "tasks", key), task) for key, task in state.tasks.items()]
        for here, task in works:
            yield from _work(case, task, here)
        for index, escalation in enumerate(state.escalations):
            yield from _escalation(case, escalation, (*place, "escalations", index))


def _work(case: CaseText, task: Task, place: Path) -> Iterator[Problem]:
    district = case.library.district
    assert district is not None
    if task.queue is not None:
        known = {*district.queues, *district.crews}
        yield from case.unknown("queue", "unknown-queue", task.queue, known, (*place, "queue"))
    if isinstance(task, WorkOrder):
        yield from case.unknown("crew", "unknown-crew", task.crew, district.crews, (*place, "crew"))
    yield from roles(case, task.visible_to, (*place, "visible-to"))
    for key, outcome in task.outcomes.items():
        here = (*place, "outcomes", key)
        yield from roles(case, outcome.roles, (*here, "roles"))
        if outcome.limit is not None:
            known = set(district.limits)
            yield from case.unknown("limit", "unknown-limit", outcome.limit, known, (*here, "limit"))


def _escalation(case: CaseText, escalation: Escalation, place: Path) -> Iterator[Problem]:
    district = case.library.district
    assert district is not None
    if escalation.queue is not None:
        known = {*district.queues, *district.crews}
        yield from case.unknown("queue", "unknown-queue", escalation.queue, known, (*place, "queue"))
    for index, name in enumerate(escalation.notify):
        # People are named here as well as roles, and only the district's database knows its people.
        if name not in district.roles and nearest(name, district.roles):
            yield from case.unknown("role", "unknown-role", name, district.roles, (*place, "notify", index))
    if escalation.event is not None:
        yield from reacted(case, escalation.event, (*place, "event"))


def reacted(case: CaseText, event: str, place: Path) -> Iterator[Problem]:
    """The problem of an event that is raised and that nothing reacts to."""
    if event not in case.events:
        yield case.problem(
            place,
            "unknown-event",
            say("nothing here reacts to an event called %(near)s", near=near_miss(event, case.events)),
        )


def events(case: CaseText) -> Iterator[Problem]:
    """Events in `on` that are almost, but not quite, one that an action answers by or that `messages` declares."""
    known = {*case.replies, *case.definition.messages, *RESERVED_EVENTS}
    almost = {event: near for event in case.events - known if (near := nearest(event, known)) not in case.events}
    for way in case.ways:
        near = almost.get(way.event)
        if near is not None:
            message = say(
                '"%(event)s" is waited for, and nothing is called so; "%(near)s" is near', event=way.event, near=near
            )
            yield case.warning(way.place[:-1], "near-event", message, key=True)
