"""Tasks: their forms, who may not do them, what happens when they lie, and their stable names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from definitions.catalogue import actions as catalogue
from definitions.language.checks.context import CaseText
from definitions.language.document import Path
from definitions.language.expand import children
from definitions.language.model import OPENING, Action, DataField, Escalation, Form, Outcome, State, Task
from definitions.language.problems import Problem, near_miss, register_codes
from definitions.language.sentences import say
from definitions.language.targets import HISTORY, resolve
from definitions.language.ways import work_key

register_codes(
    unknown_field="A field that `data` does not declare.",
    declared_twice="A field is declared in two places with two types.",
    unknown_task="A task that the definition does not have.",
    each_not_list="`each` opens one task for each item of a list in `data`, and this is none.",
    limit_of="An approval limit is held against a field of `data` that is money.",
    mixed_without_each="`mixed` is where the case goes when the instances of a task end differently, and there is one only.",
    escalation_without_task="Escalations are of a task, and this state has none.",
    escalation_does_nothing="An escalation that changes, tells and raises nothing.",
    overdue_without_due="An escalation counts from the due date, and the task has none.",
    duplicate_name="Two tasks, timers or escalations have one name, which audit and migration could not tell apart.",
    take_back="An outcome that can never be taken back, because it does something irreversible at once.",
    last_branch="A decision ends in a branch without a guard, so that one of them is always taken.",
    unknown_row="A row of a schedule depends on another than the one just above it, which it would be done after.",
    timer_does_nothing="A timer that leads nowhere and does nothing.",
)

_LIST = re.compile(r"^data\.([a-z0-9][a-z0-9_-]*)$")


def works(case: CaseText) -> Iterator[tuple[str, State, Task, Path]]:
    """Every task and work order as it is written, with its stable name; those of schedules too."""
    for path, state, place in case.written:
        task = state.task or state.work_order
        if task is not None:
            yield task.name or path.rpartition("/")[2], state, task, (*place, work_key(state))
        for key, listed in state.tasks.items():
            yield listed.name or key, state, listed, (*place, "tasks", key)


def tasks(case: CaseText) -> Iterator[Problem]:
    """What tasks say of fields and of each other."""
    invoking = (path.rpartition("/")[2] for path, state, _ in case.written if state.invoke is not None)
    known = {OPENING, *(name for name, *_ in works(case)), *invoking}
    declared: dict[str, DataField] = {}
    for _, _, task, place in works(case):
        yield from _form(case, task.form, (*place, "form"), declared)
        for key, outcome in task.outcomes.items():
            yield from _form(case, outcome.form, (*place, "outcomes", key, "form"), declared)
            yield from _limit(case, outcome, (*place, "outcomes", key))
        for index, other in enumerate(task.not_by):
            yield from case.unknown("task", "unknown-task", other, known, (*place, "not-by", index))
        if task.mixed is not None and task.each is None:
            message = say("the task is done once, so its outcomes never differ; mixed: belongs to a task with each:")
            yield case.problem((*place, "mixed"), "mixed-without-each", message, key=True)
        if task.each is not None:
            yield from _each(case, task.each, (*place, "each"))


def _form(case: CaseText, form: Form, place: Path, declared: dict[str, DataField]) -> Iterator[Problem]:
    data = case.definition.data
    for name, field in form.items():
        if field.use is not None and name not in data:
            shown = near_miss(name, data)
            message = say(
                "data has no field called %(near)s; a field of this form alone says its type, such as %(name)s: text",
                near=shown,
                name=name,
            )
            yield case.problem((*place, name), "unknown-field", message, key=True)
        elif field.declares is not None and name in data:
            message = say('"%(name)s" is declared in data; a form says only required or optional of it', name=name)
            yield case.problem((*place, name), "declared-twice", message)
        elif field.declares is not None:
            first = declared.setdefault(name, field.declares)
            if (first.type, first.unit, first.enum, first.many) != (
                field.declares.type,
                field.declares.unit,
                field.declares.enum,
                field.declares.many,
            ):
                message = say('another form declares "%(name)s" with another type; declare it once in data', name=name)
                yield case.problem((*place, name), "declared-twice", message)


def _limit(case: CaseText, outcome: Outcome, place: Path) -> Iterator[Problem]:
    if (outcome.limit is None) != (outcome.limit_of is None):
        given, missing = ("limit", "limit-of") if outcome.limit else ("limit-of", "limit")
        message = say(
            "%(given)s stands without %(missing)s: a limit needs its kind and the money field that it is held against",
            given=given,
            missing=missing,
        )
        yield case.problem((*place, given), "limit-of", message, key=True)
    elif outcome.limit_of is not None:
        field = case.data.get(outcome.limit_of)
        if field is None:
            message = say("data has no field called %(near)s", near=near_miss(outcome.limit_of, case.data))
            yield case.problem((*place, "limit-of"), "unknown-field", message)
        elif field.type != "money":
            message = say(
                'a limit is held against money, and "%(field)s" is %(type)s',
                field=outcome.limit_of,
                type=field.type,
            )
            yield case.problem((*place, "limit-of"), "limit-of", message)


def _each(case: CaseText, each: str, place: Path) -> Iterator[Problem]:
    found = _LIST.match(each)
    if found is None:
        yield case.problem(
            place, "each-not-list", say('"%(each)s" is no list of data; write data. and its name', each=each)
        )
        return
    field = case.data.get(found[1])
    if field is None:
        yield case.problem(
            place, "unknown-field", say("data has no field called %(near)s", near=near_miss(found[1], case.data))
        )
    elif not field.many:
        message = say('"%(name)s" is one %(type)s, no list; declare it with many: true', name=found[1], type=field.type)
        yield case.problem(place, "each-not-list", message)


def escalations(case: CaseText) -> Iterator[Problem]:
    """Escalations need something that lies, and something to do about it."""
    for _, state, place in case.written:
        task = state.task or state.work_order
        if state.escalations and task is None:
            message = say("there is no task here that could be left lying")
            yield case.problem((*place, "escalations"), "escalation-without-task", message, key=True)
            continue
        for index, each in enumerate(state.escalations):
            here = (*place, "escalations", index)
            if not _acts(each):
                message = say("this escalation does nothing; write priority, queue, assign, notify, remind or event")
                yield case.problem(here, "escalation-does-nothing", message)
            if task is not None and each.when == "overdue" and task.due is None:
                message = say("overdue counts from the due date, and the task has none; write due: in the task")
                yield case.problem((*here, "when"), "overdue-without-due", message)


def _acts(each: Escalation) -> bool:
    return bool(each.priority or each.queue or each.assign or each.notify or each.remind or each.event)


def names(case: CaseText) -> Iterator[Problem]:
    """Names that audit, `not-by` and migration use must be one thing's."""
    seen: set[str] = set()
    for name, _, task, place in works(case):
        if name in seen:
            message = say('another task is called "%(name)s" already; give this one a name: of its own', name=name)
            where = (*place, "name") if task.name else place
            yield case.problem(where, "duplicate-name", message, key=not task.name)
        seen.add(name)
    timers: set[str] = set()
    for way in case.ways:
        if not way.event.startswith("timer/"):
            continue
        name = way.event.removeprefix("timer/")
        if name in timers:
            message = say('another timer is called "%(name)s" already; give this one a name: of its own', name=name)
            yield case.problem((*way.place, "name"), "duplicate-name", message)
        timers.add(name)
        if way.leads.target is None and not way.leads.actions:
            message = say("this timer leads nowhere and does nothing; write target: and a state")
            yield case.problem(way.place, "timer-does-nothing", message, key=True)
    for _, state, place in case.written:
        yield from _escalation_names(case, state, place)


def _escalation_names(case: CaseText, state: State, place: Path) -> Iterator[Problem]:
    taken: set[str] = set()
    for number, each in enumerate(state.escalations, 1):
        name = each.name or f"escalation-{number}"
        if name in taken:
            message = say('another escalation of this task is called "%(name)s" already', name=name)
            yield case.problem((*place, "escalations", number - 1, "name"), "duplicate-name", message)
        taken.add(name)


def decisions(case: CaseText) -> Iterator[Problem]:
    """A decision always has a way out."""
    for _, state, place in case.written:
        if state.choose and state.choose[-1].guard is not None:
            index = len(state.choose) - 1
            message = say(
                "the last branch has no guard, so that a case never stands still here; add one: - {target: …}"
            )
            yield case.problem((*place, "choose", index, "guard"), "last-branch", message, key=True)


def schedules(case: CaseText) -> Iterator[Problem]:
    """Rows of schedules: what they do, and what comes before them."""
    for _, state, place in case.written:
        above: list[str] = []
        for index, row in enumerate(state.schedule):
            here = (*place, "schedule", index)
            if not isinstance(row.do, Action):
                yield from case.unknown(
                    "task", "unknown-task", row.do.get("task", ""), state.tasks, (*here, "do", "task")
                )
            if row.id in above:
                yield case.problem(
                    (*here, "id"), "duplicate-name", say('another row is called "%(id)s" already', id=row.id)
                )
            for number, other in enumerate(row.depends_on):
                if other not in above:
                    message = say("no row above is called %(near)s", near=near_miss(other, above))
                    yield case.problem((*here, "depends-on", number), "unknown-row", message)
            if row.depends_on and set(row.depends_on) <= {*above[:-1]}:
                # Its days would be counted from another row than the author reads.
                message = say(
                    'rows are done one after the other, and this one comes after "%(above)s"; depend on that one',
                    above=above[-1],
                )
                yield case.problem((*here, "depends-on"), "unknown-row", message)
            above.append(row.id)


def taking_back(case: CaseText) -> Iterator[Problem]:
    """`take-back` promises what an irreversible action cannot keep."""
    for path, state, place in case.written:
        task = state.task or state.work_order
        if task is None or task.take_back is None:
            continue
        for key, outcome in task.outcomes.items():
            done = [*outcome.actions, *state.exit, *_entered(case, path, outcome.target)]
            final = next((each.action for each in done if _is_irreversible(each)), None)
            if final is not None:
                message = say(
                    '"%(key)s" can never be taken back: it does %(final)s at once, which is irreversible',
                    key=key,
                    final=final,
                )
                yield case.warning((*place, work_key(state), "outcomes", key), "take-back", message, key=True)


def _entered(case: CaseText, source: str, target: str | None) -> list[Action]:
    """What is done on entering the target, without the decisions that follow."""
    path = resolve(target, source=source, states=case.states) if target not in (None, HISTORY) else None
    found: list[Action] = []
    while path is not None:
        state = case.states[path]
        found += state.entry
        inner = children(state)
        first = None if state.parallel or not inner else state.initial or next(iter(inner))
        path = f"{path}/{first}" if first is not None and f"{path}/{first}" in case.states else None
    return found


def _is_irreversible(action: Action) -> bool:
    signature = catalogue.signature(action.action)
    return signature is not None and signature.irreversible
