"""The text half of the checker: all that can be said of definitions without running them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from definitions.language.checks import arguments, fields, guards, laws, migrations, packs, references, targets, tasks
from definitions.language.checks.context import CaseText
from definitions.language.library import Library
from definitions.language.problems import Problem

_OF_A_CASE: tuple[Callable[[CaseText], Iterable[Problem]], ...] = (
    references.names,
    references.state_names,
    references.events,
    targets.targets,
    targets.shapes,
    tasks.tasks,
    tasks.escalations,
    tasks.names,
    tasks.decisions,
    tasks.schedules,
    tasks.taking_back,
    migrations.migration,
    fields.fields,
    fields.facts,
    guards.guards,
    guards.moments,
    arguments.actions,
    arguments.columns,
)

_OF_THE_FOLDER: tuple[Callable[[Library], Iterable[Problem]], ...] = (
    packs.district,
    packs.lists,
    packs.tables,
    packs.letters,
    packs.file_names,
    laws.laws,
)


def check_case_text(library: Library, name: str) -> Iterator[Problem]:
    """What is wrong with the text of one case definition of the folder."""
    case = CaseText(library, name)
    for check in _OF_A_CASE:
        yield from check(case)


def check_packs(library: Library) -> Iterator[Problem]:
    """What is wrong with all that case definitions lean on, and with how the folder could be loaded."""
    yield from library.problems
    for check in _OF_THE_FOLDER:
        yield from check(library)
