"""Short forms made long: a `schedule` becomes the states that it stands for, names and titles get their defaults.

The machine, the checker, the diagrams and migration all see the expanded definition, so that a name means one thing.
"""

from __future__ import annotations

from collections.abc import Iterator

from definitions.language.model import Action, CaseDefinition, ScheduleRow, State, Task, Timer, Transition


def title_of(key: str) -> str:
    """The title that a key has by default: `door-hanger` → `Door hanger`."""
    words = key.rpartition("/")[2].replace("-", " ")
    return words[:1].upper() + words[1:]


def expand(definition: CaseDefinition) -> CaseDefinition:
    """The definition with every schedule expanded to states; without schedules it comes back as it is."""
    if not any(state.schedule for _, state in walk(definition)):
        return definition
    return definition.model_copy(update={"states": {key: _expanded(state) for key, state in definition.states.items()}})


def walk(definition: CaseDefinition) -> Iterator[tuple[str, State]]:
    """Every state with its path, outer before inner, in the order of the text."""
    yield from _walk("", definition.states)


def children(state: State) -> dict[str, State]:
    """The states or regions inside a state."""
    return state.parallel or state.states


def _walk(prefix: str, states: dict[str, State]) -> Iterator[tuple[str, State]]:
    for key, state in states.items():
        path = f"{prefix}/{key}" if prefix else key
        yield path, state
        yield from _walk(path, children(state))


def _expanded(state: State) -> State:
    inner = {
        "states": {key: _expanded(child) for key, child in state.states.items()},
        "parallel": {key: _expanded(child) for key, child in state.parallel.items()},
    }
    if state.schedule:
        inner["states"] = _chain(state)
        return state.model_copy(update={**inner, "initial": next(iter(inner["states"])), "schedule": (), "tasks": {}})
    return state.model_copy(update=inner)


def _chain(state: State) -> dict[str, State]:
    """The states of a schedule: for each row, one that waits, one that asks its guard, one that does it, as far as needed."""
    states: dict[str, State] = {}
    for index, row in enumerate(state.schedule):
        following = state.schedule[index + 1 : index + 2]
        onward = row.then or (_first(following[0]) if following else "done")
        if row.days_after is not None:
            timer = Timer(target=_asked(row), title=f"{title_of(row.id)} is due")
            states[f"{row.id}-due"] = State(title=f"Waiting for {row.id}", after={row.days_after: timer})
        if row.guard is not None:
            states[f"{row.id}-if"] = State(
                choose=(Transition(target=row.id, guard=row.guard), Transition(target=onward))
            )
        states[row.id] = _doing(state, row, onward)
    if state.schedule[-1].then is None:
        states["done"] = State(type="final")
    return states


def _first(row: ScheduleRow) -> str:
    return _asked(row) if row.days_after is None else f"{row.id}-due"


def _asked(row: ScheduleRow) -> str:
    return row.id if row.guard is None else f"{row.id}-if"


def _doing(state: State, row: ScheduleRow, onward: str) -> State:
    if isinstance(row.do, Action):
        return State(title=title_of(row.do.action), entry=(row.do,), choose=(Transition(target=onward),))
    return State(task=_sent_on(state.tasks[row.do["task"]], row.do["task"], onward))


def _sent_on(task: Task, name: str, onward: str) -> Task:
    outcomes = {
        key: outcome.model_copy(update={"target": onward}) if outcome.target in (None, "next") else outcome
        for key, outcome in task.outcomes.items()
    }
    return task.model_copy(update={"name": task.name or name, "outcomes": outcomes})
