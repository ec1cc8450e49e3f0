"""A function over many arguments on all cores, by forks: what it leans on is there in each, and only answers come back."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Argument = TypeVar("Argument")
Answer = TypeVar("Answer")

_function: Callable[[Any], Any] | None = None  # a fork has it without its being sent


def forked(function: Callable[[Argument], Answer], arguments: Sequence[Argument]) -> list[Answer]:
    """The function's answer to each argument, in their order; the longest work is best given first.

    For pure functions with answers that can be pickled. In this process alone where it has threads, which a fork would lose,
    or one core."""
    global _function
    cores = min(len(os.sched_getaffinity(0)), len(arguments))
    if cores < 2 or threading.active_count() > 1:
        return [function(argument) for argument in arguments]
    _function = function
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        return pool.map(_answer, arguments, chunksize=1)


def _answer(argument: Any) -> Any:
    assert _function is not None
    return _function(argument)
