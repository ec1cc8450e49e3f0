"""`headgate check`: what is wrong with definitions, where, and what would be right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from definitions.catalogue.own import load_own
from definitions.language.library import DISTRICT, Library, load_library
from definitions.language.problems import Problem, in_reading_order
from headgate.errors import fail
from headgate.forked import forked
from headgate.garbage import not_searched
from workflows.machine.checking import check_library, check_text


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Folders of definitions, or single files of them.", exists=True)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the problems as JSON.")] = False,
) -> None:
    """Check definitions; ends with code 1 when something is wrong with them."""
    with not_searched():
        problems, checked = _checked(paths or [_own()])
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        typer.echo(json.dumps([problem.to_json() for problem in problems], indent=2))
    else:
        for problem in problems:
            typer.echo(str(problem))
        typer.echo(_summary(errors, len(problems) - errors, checked))
    if errors:
        raise typer.Exit(1)


def _checked(paths: list[Path]) -> tuple[list[Problem], int]:
    """All that is wrong, in reading order, and how many definitions were looked at."""
    folders: dict[Path, Library] = {}
    problems: list[Problem] = []
    checked = 0
    for path in paths:
        folder = path if path.is_dir() else _folder(path)
        if folder not in folders:
            load_own(folder / "actions")
            folders[folder] = load_library(folder)
        library = folders[folder]
        if path.is_dir():
            checked += len(library.documents)
            problems += check_library(library, forked)
        else:
            checked += 1
            problems += _of_file(library, path)
    return in_reading_order(problems), checked


def _own() -> Path:
    """The folder that the settings name; they are loaded only for who names none, as with them comes Temporal's library."""
    from headgate.settings import Settings

    return Settings().definitions


def _folder(file: Path) -> Path:
    """The folder of definitions that a file belongs to: the nearest one with a district.yaml, else the settings' own."""
    for folder in file.resolve().parents:
        if (folder / DISTRICT).is_file():
            return folder
    found = _own()
    if not found.is_dir():
        fail(f"{file} lies in no folder of definitions (one with {DISTRICT})")
    return found


def _of_file(library: Library, file: Path) -> list[Problem]:
    """The problems of one file: in its folder with all that the folder says of it, elsewhere as a case definition."""
    known = {Path(document.file).resolve() for document in library.documents.values()}
    if file.resolve() not in known:
        return check_text(library, file.read_text(), str(file))
    return [problem for problem in check_library(library) if Path(problem.file).resolve() == file.resolve()]


def _summary(errors: int, warnings: int, checked: int) -> str:
    definitions = _counted(checked, "definition")
    if not errors and not warnings:
        return f"No problems in {definitions}."
    return f"{_counted(errors, 'error')} and {_counted(warnings, 'warning')} in {definitions}."


def _counted(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
