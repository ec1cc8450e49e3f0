"""Releases: a day takes no more than it may, a line is released once, and whoever dies, it goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from books import MONDAY, account, step
from sqlalchemy import URL
from sqlalchemy.exc import IntegrityError

from store.engine import Store, open_store
from store.projection import write_step
from store.queries.lists import (
    Going,
    begin_release,
    change_release,
    end_release,
    release_counts,
    settle_line,
    take_places,
    taken_on,
    waiting_lines,
)
from store.tables.lists import ListRelease
from store.writes import ListJoin

DAY = date(2026, 7, 6)
LINES = 30


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, new_database: Callable[[str], URL]) -> Iterator[list[Store]]:
    """Two stores on one database, with a list on which many wait."""
    url = new_database(request.param)
    opened = [open_store(url) for _ in range(2)]
    with opened[0].writing() as session:
        for number in range(1, LINES + 1):
            account(session, f"10-{number:06d}")
    for number in range(1, LINES + 1):
        first = step(key=None)
        case = replace(first.case, id=f"c-{number:04d}", account_id=f"10-{number:06d}")
        with opened[0].writing() as session:
            write_step(session, replace(first, case=case, joins=(ListJoin(list_name="lock-off", state="listed"),)))
    yield opened
    for each in opened:
        each.close()


def begun(store: Store, lines: slice = slice(None), *, per_day: int | None = 7) -> str:
    """A release of some of those who wait."""
    with store.writing() as session:
        waiting = waiting_lines(session, "lock-off")[lines]
        release = begin_release(
            session, "lock-off", waiting, day=DAY, per_day=per_day, by="lead", approved_by=("lead",), at=MONDAY
        )
        return release.id


def places(store: Store, release: str, *, day: date = DAY, at_once: int = 4) -> list[Going]:
    """The next lines that have a place."""
    with store.writing() as session:
        return take_places(session, release, day=day, at_once=at_once)


def settled(store: Store, going: Going, *, released: bool = True) -> bool:
    """What a line's case decided is noted down."""
    with store.writing() as session:
        end = "released" if released else "stayed"
        return settle_line(session, going.release, going.no, end, sentence=None, at=MONDAY)  # type: ignore[arg-type]  # a literal


def ended(store: Store, release: str, *, day: date = DAY) -> bool:
    """Whether the release is over."""
    with store.writing() as session:
        return end_release(session, release, day=day, at=MONDAY)


def counts(store: Store, release: str) -> dict[str, int]:
    """Its lines by what became of them."""
    with store.reading() as session:
        return release_counts(session, release)


def test_two_releases_at_the_same_moment_take_no_more_than_the_day_may(stores: list[Store]) -> None:
    releases = [begun(stores[0], slice(0, 15)), begun(stores[0], slice(0, 15))]
    released: list[str] = []
    together = threading.Barrier(2)

    def run(store: Store, release: str) -> None:
        together.wait()
        while going := places(store, release, at_once=1):
            released.extend(each.line for each in going if settled(store, each))

    threads = [threading.Thread(target=run, args=pair) for pair in zip(stores, releases, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(released) == len(set(released)) == 7
    with stores[0].reading() as session:
        assert taken_on(session, "lock-off", DAY) == 7
    assert all(ended(stores[0], release) for release in releases)
    assert sum(counts(stores[0], release).get("over", 0) for release in releases) == LINES - 7


def test_a_line_that_fails_gives_its_place_to_the_next(stores: list[Store]) -> None:
    store = stores[0]
    release = begun(store, per_day=3)
    first = places(store, release)
    assert len(first) == 3
    assert [settled(store, each, released=False) for each in first] == [True] * 3
    assert not ended(store, release)
    second = places(store, release)
    assert [each.no for each in second] == [4, 5, 6]
    assert [settled(store, each) for each in second] == [True] * 3
    assert [settled(store, each) for each in second] == [False] * 3  # a second time changes nothing
    assert places(store, release) == []
    assert ended(store, release)
    assert counts(store, release) == {"stayed": 3, "released": 3, "over": LINES - 6}


def test_lines_that_were_cut_off_while_they_went_come_first_and_keep_their_place(stores: list[Store]) -> None:
    release = begun(stores[0])
    cut_off = places(stores[0], release)
    assert places(stores[1], release) == cut_off
    with stores[0].reading() as session:
        assert taken_on(session, "lock-off", DAY) == 4
    assert not ended(stores[1], release)


def test_a_line_is_in_one_release_at_a_time(stores: list[Store]) -> None:
    with stores[0].reading() as session:
        lines = waiting_lines(session, "lock-off")
    begun(stores[0])
    with stores[0].reading() as session:
        assert waiting_lines(session, "lock-off") == []
    with pytest.raises(IntegrityError), stores[1].writing() as session:
        begin_release(session, "lock-off", lines, day=DAY, per_day=7, by="x", approved_by=("x",), at=MONDAY)


def test_a_cancelled_release_finishes_what_goes_and_frees_the_rest(stores: list[Store]) -> None:
    store = stores[0]
    release = begun(store)
    going = places(store, release)
    with store.writing() as session:
        found = session.get_one(ListRelease, release)
        change_release(session, found, "cancelled", by="lead", reason="storm", at=MONDAY)
    assert places(store, release) == going
    for each in going:
        settled(store, each)
    assert places(store, release) == []
    assert counts(store, release) == {"released": 4, "cancelled": LINES - 4}
    with store.reading() as session:
        assert len(waiting_lines(session, "lock-off")) == LINES  # their cases have not moved in this test


def test_what_a_day_has_not_released_is_not_released_on_the_next(stores: list[Store]) -> None:
    store = stores[0]
    release = begun(store, per_day=None)
    tomorrow = DAY + timedelta(days=1)
    assert places(store, release, day=tomorrow) == []
    assert ended(store, release, day=tomorrow)
    assert counts(store, release) == {"over": LINES}
