"""How a case got somewhere, told in steps: the shortest way through a map of all that it can do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from definitions.language.expand import title_of
from definitions.language.model import State
from workflows.machine.explore import OPENED, REOPENED, Map, Move, Place

Wanted = Callable[[Move], bool]


#: A place, and whether every move on the way to it since the opening, or since all was forgotten, was a passable one.
_Node = tuple[Place | None, bool]


def shortest(found: Map, wanted: Wanted, passable: Wanted) -> tuple[Move, ...] | None:
    """The fewest moves from the opening that end with a wanted one, through passable ones; None when there are none.

    A move that forgets what has happened begins the way anew, wherever the case had come by then."""
    forgets = any(move.step.forgot for moves in found.moves.values() for move in moves)
    began: dict[_Node, tuple[Move, _Node]] = {}
    waiting: deque[_Node] = deque([(None, True)])
    while waiting:
        origin = waiting.popleft()
        place, clean = origin
        for move in found.moves.get(place, ()):
            if clean and wanted(move):
                return (*_before(began, origin), move)
            to = (move.to, passable(move) if clean or move.step.forgot else False)
            if (to[1] or forgets) and to not in began:
                began[to] = (move, origin)
                waiting.append(to)
    return None


def _before(began: dict[_Node, tuple[Move, _Node]], node: _Node) -> tuple[Move, ...]:
    moves: list[Move] = []
    while node[0] is not None:
        move, node = began[node]
        moves.append(move)
    return tuple(reversed(moves))


def told(moves: tuple[Move, ...], found: Map, states: dict[str, State]) -> tuple[str, ...]:
    """The moves as lines that an author reads."""
    lines = []
    for move in moves:
        where = " and ".join(f"“{found.plan.states[path].title}”" for path in move.to.states)
        lines.append(f"{_event(move, states)} → {where}")
    return tuple(lines)


def _event(move: Move, states: dict[str, State]) -> str:
    kind, _, rest = move.step.event.partition("/")
    title = next((_title(each.spec.key, move.step.event) for each in move.step.taken), None)
    if move.step.event == OPENED:
        return "the case is opened"
    if move.step.event == REOPENED:
        return "the case is reopened"
    match kind if rest else "":
        case "outcome":
            path, _, outcome = rest.rpartition("/")
            state = states[path]
            work = state.task or state.work_order
            assert work is not None, f"the outcome {move.step.event} is of a task"
            return f"“{work.title}”: {title or title_of(outcome)}"
        case "timer":
            return title or f"the time of {rest} comes"
        case "line":
            return f"the line is {rest.rpartition('/')[2]}"
        case "child":
            return "the child case closes"
        case "mixed":
            return "the instances end differently"
        case _:
            return title or move.step.event


def _title(key: str, event: str) -> str | None:
    return None if key == event else key
