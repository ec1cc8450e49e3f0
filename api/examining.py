"""Checking what an author has written. The text is looked at here; the walk through the states, which may take seconds of work,
goes on in a process of its own with a low priority, so that the desk keeps its pace."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.library import library_of
from api.problems import NotReady
from definitions.language.checks.check import check_case_text
from definitions.language.document import Document
from definitions.language.library import with_case
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from definitions.language.problems import Problem, in_reading_order
from definitions.language.sentences import say
from workflows.machine.checking import check_text

FILE: Final = "definition.yaml"  #: what findings call the text that was sent
PATIENCE_S: Final = 90.0  #: so long a walk is waited for
NICENESS: Final = 5


def examine(folder: Path, source: str) -> Sequence[Problem]:
    """All that is wrong with the text, beside the rest of the folder; NotReady when it takes too long.

    The states are walked through only once the text is right."""
    found = read_through(folder, source).problems
    if any(problem.severity == "error" for problem in found):
        return found
    try:
        return _walking(folder, source).result(timeout=PATIENCE_S)
    except BrokenProcessPool:
        _forget()
    except TimeoutError as error:
        raise NotReady(
            say("Walking through the states takes longer than a minute and a half; try again when less is going on.")
        ) from error
    try:
        return _walking(folder, source).result(timeout=PATIENCE_S)
    except (BrokenProcessPool, TimeoutError) as error:
        _forget()
        raise NotReady(say("The check was stopped: it took more memory or time than it may have.")) from error


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a text turned out to be."""

    document: Document
    problems: Sequence[Problem]
    definition: CaseDefinition | None  #: None where it cannot be read as one


def read_through(folder: Path, source: str) -> Reading:
    """What is wrong with the text alone, in a fraction of a second, and the definition if it can be read at all."""
    document = load(source, FILE)
    definition, problems = load_model(document, CaseDefinition)
    if definition is not None:
        trial = with_case(library_of(folder), definition, document, source)
        problems = in_reading_order([*problems, *check_case_text(trial, definition.case)])
    return Reading(document=document, problems=problems, definition=definition)


_lock = threading.Lock()
_pool: ProcessPoolExecutor | None = None


def _walking(folder: Path, source: str) -> Future[list[Problem]]:
    global _pool
    with _lock:
        if _pool is None:
            # One at a time: who checks waits for who checked before, and nobody else for either.
            _pool = ProcessPoolExecutor(
                max_workers=1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
            )
        return _pool.submit(_walk, folder, source)


def _begin() -> None:
    os.nice(NICENESS)
    threading.Thread(target=_end_with_who_asked, daemon=True).start()


def _end_with_who_asked() -> None:
    """An API that is killed cannot stop its processes: each waits for the other's end by itself."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(0)


def _walk(folder: Path, source: str) -> list[Problem]:
    return list(check_text(library_of(folder), source, FILE))


def _forget() -> None:
    global _pool
    with _lock:
        _pool = None
