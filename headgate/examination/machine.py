"""What stands on this machine: keys, home folder, disk, definitions."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from definitions.catalogue.own import load_own
from definitions.language.checks.check import check_case_text, check_packs
from definitions.language.library import load_library
from headgate import assets
from headgate.examination.finding import Finding, look, well, wrong
from headgate.settings import Settings
from workflows.codec import CodecError, read_keys

LITTLE_BYTES: Final = 2 * 1024**3
NONE_BYTES: Final = 200 * 1024**2
GB: Final = 1024**3


def keys(settings: Settings) -> Finding:
    """Whether payloads are encrypted, with keys that can be read."""
    if not settings.codec_keys:
        is_local = _is_sqlite(settings.database)
        says = "payloads in Temporal are not encrypted"
        return (
            well("keys", f"{says}, on this machine alone")
            if is_local
            else look("keys", says, "Set HEADGATE_CODEC_KEYS for workers and APIs; what runs already stays readable.")
        )
    try:
        found = read_keys(settings.codec_keys)
    except CodecError as error:
        return wrong("keys", str(error), "Write HEADGATE_CODEC_KEYS as id:base64 of 32 bytes, newest first.")
    return (
        well("keys", f"{len(found)} can be read; {next(iter(found))} encrypts")
        if found
        else wrong("keys", "HEADGATE_CODEC_KEYS names none", "Put at least one key into it, or unset it.")
    )


def disk(settings: Settings) -> Iterator[Finding]:
    """Whether there is room, and whether the home folder can be written to."""
    folder = _nearest(settings.home)
    free = shutil.disk_usage(folder).free
    says = f"{free / GB:.1f} GB are free at {folder}"
    if free < NONE_BYTES:
        yield wrong("disk", says, "Make room now: neither the database nor letters can be written without it.")
    elif free < LITTLE_BYTES:
        yield look("disk", says, "Make room, or move the home folder (HEADGATE_HOME) to a larger disk.")
    else:
        yield well("disk", says)
    if not os.access(folder, os.W_OK):
        yield wrong("home folder", f"{folder} cannot be written to", "Let the user that runs Headgate write to it.")


def definitions(settings: Settings) -> Finding:
    """Whether the folder's texts are sound; what the machine finds, `headgate check` says."""
    folder = settings.definitions
    if not folder.is_dir():
        return wrong("definitions", f"{folder} is no folder", "Name the district's folder in HEADGATE_DEFINITIONS.")
    load_own(folder / "actions")
    library = load_library(folder)
    problems = [*check_packs(library), *(each for name in library.cases for each in check_case_text(library, name))]
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        says = f"{len(errors)} errors in {folder}, the first: {errors[0]}"
        return wrong("definitions", says, "Mend them (`headgate check` tells all): until then none is published.")
    return well("definitions", f"{len(library.cases)} case types are sound")


def scripts() -> Finding:
    """Whether the pages have the scripts that they take from packages."""
    if assets.are_there():
        return well("scripts", "pages have theirs")
    says = "pages have none: every form works, but nothing on a page follows what others do"
    return look("scripts", says, "Run `headgate assets` in the checkout, or build the wheel after it.")


def _is_sqlite(address: str) -> bool:
    try:
        return make_url(address).get_backend_name() == "sqlite"
    except ArgumentError:
        return False


def _nearest(folder: Path) -> Path:
    """The folder, or what there is of the way to it."""
    found = folder.absolute()
    while not found.exists():
        found = found.parent
    return found
