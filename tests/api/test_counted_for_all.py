"""What is counted over very many rows is counted once for all who look within a few seconds."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from api.counting import LASTS, MANY, Counted


class Clock:
    """Seconds, set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_count_over_many_rows_is_kept_for_seconds_and_one_over_few_is_not() -> None:
    clock = Clock()
    counted, numbers = Counted(clock=clock), iter((MANY, MANY + 1, 5, 6))

    def look() -> int:
        return counted.once("tasks", lambda: next(numbers), rows=lambda found: found)

    assert (look(), look()) == (MANY, MANY)
    clock.now = LASTS
    assert (look(), look()) == (MANY + 1, MANY + 1)
    clock.now = 2 * LASTS
    assert (look(), look()) == (5, 6)


def test_each_thing_is_counted_by_itself_and_may_be_kept_longer() -> None:
    clock = Clock()
    counted = Counted(clock=clock)

    def look(name: str, found: int) -> int:
        return counted.once(name, lambda: found, rows=lambda _: MANY, lasts=60 if name == "books" else LASTS)

    assert (look("books", 1), look("tasks", 2)) == (1, 2)
    clock.now = LASTS
    assert (look("books", 3), look("tasks", 4)) == (1, 4)


def test_of_those_who_look_at_the_same_moment_one_counts() -> None:
    counted, asked, together = Counted(), [], threading.Barrier(4)

    def look(_number: int) -> int:
        together.wait()
        return counted.once("tasks", lambda: asked.append(1) or MANY, rows=lambda found: found)

    with ThreadPoolExecutor(4) as people:
        assert set(people.map(look, range(4))) == {MANY}
    assert len(asked) == 1
