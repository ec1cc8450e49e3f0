"""Published definitions as the API needs them: compiled, by case type and version, each read from the store once."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlmodel import Session

from activities.published import in_effect
from api.problems import NotFound
from definitions.language.compiled import Compiled, from_bytes
from definitions.language.expand import expand, walk
from definitions.language.library import Library, load_library
from definitions.language.model import CaseDefinition, Task
from definitions.language.sentences import say
from store import publishing
from store.records import version_in_effect
from store.tables.cases import CaseRow
from store.tables.definitions import DefinitionVersion


def library_of(folder: Path) -> Library:
    """The folder of definitions, loaded again only when a file of it has changed."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return _loaded(folder, tuple((str(file), file.stat().st_mtime_ns) for file in files))


@lru_cache(maxsize=2)
def _loaded(folder: Path, _files: tuple[tuple[str, int], ...]) -> Library:
    return load_library(folder)


def published(session: Session, case: str, version: int) -> Compiled:
    """The compiled definition of this version; NotFound when it was never published."""
    return from_bytes(_row(session, case, version).compiled)


def content(session: Session, case: str, version: int) -> bytes:
    """The compiled definition's bytes, as they travel with a case."""
    return _row(session, case, version).compiled


def content_of_case(session: Session, row: CaseRow) -> bytes:
    """The compiled definition that a case runs on, with the calendar and laws that bind it now."""
    content = publishing.content_of(session, row.definition, row.version, row.rules_version)
    if content is None:
        raise NotFound(
            say(
                "Version %(version)s of %(definition)s was never published.",
                version=row.version,
                definition=repr(row.definition),
            )
        )
    return content


def current(session: Session, case: str, at: datetime) -> DefinitionVersion:
    """The version that new cases take at this moment; NotFound when there is none."""
    row = version_in_effect(session, case, at)
    if row is None:
        raise NotFound(
            say(
                "No definition of cases called %(case)s is published. GET /api/definitions lists those that are.",
                case=repr(case),
            )
        )
    return row


def current_all(session: Session, at: datetime) -> list[CaseDefinition]:
    """The definitions that new cases take at this moment, by name; what was read before is not read again."""
    return sorted((each.definition for each in in_effect(session, at)), key=lambda definition: definition.case)


def task_at(definition: CaseDefinition, place: str) -> Task | None:
    """The task or work order of the state at this path, or None when that state has none."""
    state = dict(walk(expand(definition))).get(place)
    return None if state is None else state.task or state.work_order


def _row(session: Session, case: str, version: int) -> DefinitionVersion:
    row = publishing.published_version(session, case, version)
    if row is None:
        raise NotFound(say("Version %(version)s of %(case)s was never published.", version=version, case=repr(case)))
    return row
