"""Tries to sign in, counted in the store: guessing slows down, wherever and however many at once one guesses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from books import MONDAY
from sqlmodel import select

from store import tries
from store.engine import Store
from store.tables.people import SignInTries

FIVE_MINUTES = timedelta(minutes=5)


def guess(store: Store, seconds: float = 0, user: str = "user rep", address: str = "address 1") -> float:
    """How long this try has to wait, in seconds."""
    at = MONDAY + timedelta(seconds=seconds)
    with store.writing() as session:
        return tries.taken(session, {user: 3, address: 6}, at, FIVE_MINUTES).total_seconds()


def test_after_some_tries_each_further_one_waits_twice_as_long_and_never_longer_than_the_limit(store: Store) -> None:
    assert [guess(store) for _ in range(4)] == [0, 0, 0, 1]
    assert [guess(store, 1), guess(store, 1), guess(store, 3), guess(store, 3)] == [0, 2, 0, 4]
    at, waits = 3.0, []
    for _ in range(10):
        waits.append(guess(store, at))
        at += waits[-1]
        guess(store, at)
    assert waits == [4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_another_user_from_the_same_address_is_slowed_only_after_more(store: Store) -> None:
    waits = [guess(store, user=f"user {number}") for number in range(7)]
    assert waits == [0, 0, 0, 0, 0, 0, 1]
    assert guess(store, user="user 0", address="address 2") == 0


def test_the_right_password_forgets_the_user_and_leaves_the_address_as_it_was(store: Store) -> None:
    for number in range(5):
        guess(store, user=f"user {number}")
    guess(store)
    with store.writing() as session:
        tries.succeeded(session, "user rep", "address 1")
    assert guess(store) == 0
    assert guess(store, user="user 9") == 1


def test_an_hour_without_a_try_forgets_it(store: Store) -> None:
    for _ in range(3):
        guess(store)
    assert guess(store) == 1
    assert [guess(store, 3601) for _ in range(4)] == [0, 0, 0, 1]


def test_many_at_once_are_no_quicker_than_one_after_the_other(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _number: guess(store), range(16)))
    assert sum(wait == 0 for wait in waits) == 3


def test_neither_name_nor_address_is_kept(store: Store) -> None:
    guess(store, user="user her password, typed in the wrong field")
    with store.reading() as session:
        assert all(len(row.key) == 64 for row in session.exec(select(SignInTries)))
