"""The whole checker: what the text says and what the machine does, as one list of problems.

`headgate check`, the publishing of a folder and the API's check of a definition all ask here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from definitions.language.checks.check import check_case_text, check_packs
from definitions.language.checks.context import CaseText
from definitions.language.library import Library, load_library, with_case
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from definitions.language.problems import Problem, in_reading_order, register_codes
from definitions.language.sentences import say, sentence_of
from workflows.machine import lawful
from workflows.machine.findings import CHECKS, Explored
from workflows.machine.states import BadChart

Each = Callable[[Callable[[str], list[Problem]], Sequence[str]], Iterable[list[Problem]]]

register_codes(cannot_run="States that do not fit together in a way that no other check describes.")

__all__ = ["check_case", "check_folder", "check_library", "check_text"]


def check_folder(folder: Path) -> list[Problem]:
    """Everything that is wrong in a folder of definitions, in reading order."""
    return check_library(load_library(folder))


def check_library(library: Library, each: Each = lambda check, names: map(check, names)) -> list[Problem]:
    """Everything that is wrong in a loaded folder, in reading order; `each` checks its parts, in turn or at once."""
    longest_first = sorted(library.cases, key=lambda name: -len(library.sources["cases", name]))
    found = each(lambda name: check_case(library, name) if name else list(check_packs(library)), ["", *longest_first])
    return in_reading_order(chain.from_iterable(found))


def check_texts(library: Library) -> list[Problem]:
    """What is wrong in the texts of a loaded folder, in reading order; no states are walked through."""
    found = [problem for name in library.cases for problem in check_case_text(library, name)]
    return in_reading_order([*check_packs(library), *found])


def check_text(library: Library, text: str, file: str) -> list[Problem]:
    """What is wrong with one case definition that is not in the folder yet, beside all that the folder has."""
    document = load(text, file)
    definition, problems = load_model(document, CaseDefinition)
    if definition is None:
        return problems
    trial = with_case(library, definition, document, text)
    return in_reading_order([*problems, *check_case(trial, definition.case)])


def check_case(library: Library, name: str) -> list[Problem]:
    """What is wrong with one case definition; its states are walked through only once its text is right."""
    problems = list(check_case_text(library, name))
    if any(problem.severity == "error" for problem in problems):
        return problems
    return [*problems, *_walked(CaseText(library, name))]


def _walked(case: CaseText) -> Iterator[Problem]:
    try:
        explored = Explored(case)
    except BadChart as error:
        yield case.problem(
            ("initial",), "cannot-run", say("this definition cannot run: %(error)s", error=sentence_of(error))
        )
        return
    for check in (*CHECKS, lawful.broken):
        yield from check(explored)
