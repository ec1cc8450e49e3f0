"""A function over many arguments by forks gives what it gives here."""

from __future__ import annotations

import os
import threading

from headgate.forked import forked


def test_answers_come_back_in_the_order_of_their_arguments() -> None:
    words = ["longest", "long", "a"]
    assert forked(len, words) == [7, 4, 1]
    assert forked(len, []) == []


def test_a_process_with_threads_does_it_itself() -> None:
    over = threading.Event()
    waiting = threading.Thread(target=over.wait)
    waiting.start()
    try:
        assert set(forked(lambda _: os.getpid(), [1, 2, 3])) == {os.getpid()}
    finally:
        over.set()
        waiting.join()
