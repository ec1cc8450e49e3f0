"""What people do with a task in SQL alone: one wins, the other is told; what the task's state forbids is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from books import CASE, MONDAY, account, completion, step, task
from sqlmodel import Session

from store import claims
from store.claims import (
    ClaimError,
    NoSuchTaskError,
    TaskChangedError,
    TaskClosedError,
    TaskSuspendedError,
    TaskTakenError,
)
from store.engine import Store
from store.projection import write_step
from store.queries.tasks import doers_of, helpers_of
from store.tables.cases import TaskRow

TASK = f"{CASE}.1"


@pytest.fixture
def store(store: Store) -> Store:
    with store.writing() as session:
        account(session)
        write_step(session, step())
    return store


def act(store: Store, do: Callable[[Session], Any]) -> Any:
    with store.writing() as session:
        return do(session)


def stored(store: Store) -> TaskRow:
    with store.reading() as session:
        found = session.get(TaskRow, TASK)
        assert found is not None
        return found


def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(store: Store) -> None:
    said: list[str] = []
    both = threading.Barrier(8)

    def claim(person: str) -> None:
        both.wait()
        try:
            act(store, lambda session: claims.claim(session, TASK, person, MONDAY))
            said.append("won")
        except TaskTakenError as refused:
            said.append(str(refused))

    threads = [threading.Thread(target=claim, args=(f"rep{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count("won") == 1
    assert set(said) == {"won", f"task {TASK} is with {stored(store).assignee}"}


def test_claiming_ones_own_task_again_keeps_the_time_of_the_claim(store: Store) -> None:
    for hours in (0, 2):
        act(store, lambda session: claims.claim(session, TASK, "rep", MONDAY + timedelta(hours=hours)))  # noqa: B023
    assert (stored(store).state, stored(store).claimed_at) == ("claimed", MONDAY)


def test_a_released_task_is_open_with_or_without_its_half_filled_form(store: Store) -> None:
    for keep, draft in ((True, {"comment": "half"}), (False, None)):
        act(store, lambda session: claims.claim(session, TASK, "rep", MONDAY))
        act(store, lambda session: claims.save_draft(session, TASK, "rep", {"comment": "half"}))
        act(store, lambda session: claims.release(session, TASK, "rep", keep_draft=keep))  # noqa: B023
        assert (stored(store).state, stored(store).assignee, stored(store).draft) == ("open", None, draft)


def test_a_lead_takes_a_task_from_one_and_gives_it_to_another(store: Store) -> None:
    act(store, lambda session: claims.claim(session, TASK, "rep", MONDAY))
    act(store, lambda session: claims.assign(session, TASK, "rep2", MONDAY + timedelta(hours=1)))
    assert (stored(store).assignee, stored(store).claimed_at) == ("rep2", MONDAY + timedelta(hours=1))
    act(store, lambda session: claims.release(session, TASK, None))
    assert stored(store).assignee is None


def test_a_follow_up_date_and_a_priority_are_kept(store: Store) -> None:
    act(store, lambda session: claims.set_follow_up(session, TASK, MONDAY + timedelta(days=2), version=0))
    act(store, lambda session: claims.set_priority(session, TASK, "urgent", version=1))
    assert (stored(store).follow_up_at, stored(store).priority) == (MONDAY + timedelta(days=2), 0)


def test_who_helps_counts_as_a_doer_once_the_task_is_completed(store: Store) -> None:
    for helper in ("rep2", "lead", "lead"):
        act(store, lambda session: claims.add_helper(session, TASK, helper, by="rep", at=MONDAY))  # noqa: B023
    act(store, lambda session: claims.remove_helper(session, TASK, "lead"))
    with store.reading() as session:
        assert helpers_of(session, TASK) == ["rep2"]
        assert doers_of(session, CASE, ["review"]) == set()
    act(store, lambda session: write_step(session, completion()))
    with store.reading() as session:
        assert doers_of(session, CASE, ["review"]) == {"rep", "rep2"}


@pytest.mark.parametrize(
    ("do", "error"),
    [
        (lambda session: claims.claim(session, "c-none.1", "rep", MONDAY), NoSuchTaskError),
        (lambda session: claims.claim(session, TASK, "rep", MONDAY), TaskTakenError),
        (lambda session: claims.release(session, TASK, "rep"), TaskTakenError),
        (lambda session: claims.save_draft(session, TASK, "rep", {}), TaskTakenError),
        (lambda session: claims.assign(session, TASK, "rep", MONDAY, version=0), TaskChangedError),
    ],
)
def test_what_somebody_elses_claim_forbids_is_refused(
    store: Store, do: Callable[[Session], Any], error: type[ClaimError]
) -> None:
    act(store, lambda session: claims.claim(session, TASK, "rep2", MONDAY))
    with pytest.raises(error):
        act(store, do)
    assert (stored(store).assignee, stored(store).version) == ("rep2", 1)


def test_a_suspended_and_a_closed_task_are_not_claimed(store: Store) -> None:
    act(store, lambda session: write_step(session, step(2, open_tasks=(task(suspended_at=MONDAY),))))
    with pytest.raises(TaskSuspendedError, match="resume it first"):
        act(store, lambda session: claims.claim(session, TASK, "rep", MONDAY))
    act(store, lambda session: write_step(session, completion(3)))
    with pytest.raises(TaskClosedError, match="completed by rep"):
        act(store, lambda session: claims.claim(session, TASK, "rep", MONDAY))


def test_a_claim_made_after_an_orphan_moved_the_task_stays_when_the_orphan_goes(store: Store) -> None:
    act(store, lambda session: claims.claim(session, TASK, "rep", MONDAY))
    act(store, lambda session: write_step(session, step(2, act="orphan", open_tasks=(task(release=True),))))
    act(store, lambda session: claims.claim(session, TASK, "rep2", MONDAY))
    act(store, lambda session: write_step(session, step(2, act="held", open_tasks=(task(changed=False),))))
    assert (stored(store).assignee, stored(store).state) == ("rep2", "claimed")
