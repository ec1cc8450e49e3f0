"""How a case got somewhere, told in steps: the shortest way through a map of all that it can do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from definitions.language.expand import title_of
from definitions.language.model import State
from definitions.language.sentences import AND, joined, quoted, say, word
from workflows.machine.explore import OPENED, REOPENED, Map, Move, Place, Step

_Origin = tuple[Place | None, bool]  #: a place, and whether the case came there clean


def shortest(found: Map, wanted: Callable[[Move], bool], passable: Callable[[Step], bool]) -> tuple[Move, ...] | None:
    """The fewest moves from the opening that end with a wanted one, through passable steps; None when there are none.

    A case is clean as long as every step since the opening was passable. One that forgets what has happened begins the way
    anew, wherever the case had come by then."""
    forgets = any(step.forgot for step in found.steps)
    began: dict[bool, dict[Place, tuple[Move, _Origin]]] = {True: {}, False: {}}
    waiting: deque[_Origin] = deque([(None, True)])
    while waiting:
        origin = waiting.popleft()
        place, is_clean = origin
        for move in found.moves.get(place, ()):
            if is_clean and wanted(move):
                return (*_before(began, origin), move)
            step, to = move
            stays_clean = (is_clean or step.forgot) and passable(step)
            if (stays_clean or forgets) and to not in began[stays_clean]:
                began[stays_clean][to] = (move, origin)
                waiting.append((to, stays_clean))
    return None


def _before(began: Mapping[bool, Mapping[Place, tuple[Move, _Origin]]], origin: _Origin) -> tuple[Move, ...]:
    moves: list[Move] = []
    place, is_clean = origin
    while place is not None:
        move, (place, is_clean) = began[is_clean][place]
        moves.append(move)
    return tuple(reversed(moves))


def told(moves: tuple[Move, ...], found: Map, states: dict[str, State]) -> tuple[str, ...]:
    """The moves as lines that an author reads."""
    lines = []
    for move in moves:
        where = joined((quoted(found.plan.states[path].title) for path in move.to.states), AND)
        lines.append(say("%(first)s → %(next)s", first=_event(move, states), next=where))
    return tuple(lines)


def _event(move: Move, states: dict[str, State]) -> str:
    kind, _, rest = move.step.event.partition("/")
    title = next((_title(each.spec.key, move.step.event) for each in move.step.taken), None)
    if move.step.event == OPENED:
        return say("the case is opened")
    if move.step.event == REOPENED:
        return say("the case is reopened")
    match kind if rest else "":
        case "outcome":
            path, _, outcome = rest.rpartition("/")
            state = states[path]
            work = state.task or state.work_order
            assert work is not None, f"the outcome {move.step.event} is of a task"
            return say("%(task)s: %(outcome)s", task=quoted(work.title), outcome=title or title_of(outcome))
        case "timer":
            return title or say("the time of %(timer)s comes", timer=rest)
        case "line":
            return say("the line is %(decision)s", decision=word(rest.rpartition("/")[2]))
        case "child":
            return say("the child case closes")
        case "mixed":
            return say("the instances end differently")
        case _:
            return title or move.step.event


def _title(key: str, event: str) -> str | None:
    return None if key == event else key
