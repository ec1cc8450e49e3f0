"""`headgate backup` and `headgate restore`: an installation on one machine, kept elsewhere and put back.

Temporal's file is copied first, the database after it, the files last: so that the database, which counts, lacks nothing that
the others hold, and no letter that it names is missing.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from activities.recovering import Recovered
from headgate import home
from headgate.doing import doing
from headgate.errors import CannotStart, fail
from headgate.processes import TEMPORAL, check_port, processes
from headgate.recover import LACKS, Again, of_installation, show
from headgate.restored import RECOVER_FIRST
from headgate.settings import Settings

DATABASES: Final = ("temporal.db", "headgate.db")  #: in the order in which they are copied
KEYS: Final = "keys"  #: of people
MANIFEST: Final = "backup.json"  #: written last: a folder without it is not a backup
START_SECONDS: Final = 60


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup holds."""

    made_at: str
    digests: dict[str, str]  #: file → SHA-256
    files: int  #: letters and attachments


Folder = Annotated[Path, typer.Argument(help="The folder of all backups; each gets a folder of its own in it.")]
Backup = Annotated[Path, typer.Argument(help="The folder of one backup.")]


def backup(folder: Folder) -> None:
    """Copy databases and files of an installation on one machine, while it runs; prints the copy's folder.

    The keys of HEADGATE_CODEC_KEYS are not in it: keep them elsewhere."""
    try:
        typer.echo(made(Settings(), folder))
    except CannotStart as error:
        fail(str(error))


def restore(folder: Backup, again: Again = False) -> None:
    """Put a backup back and let its cases go on; what was there is kept beside it. Headgate must not be running.

    Acts that Temporal's histories hold and the database does not are listed; ends with code 3 where they were not taken
    again."""
    settings = Settings()
    console = Console(stderr=True)
    try:
        with doing(console, "Putting the backup back"):
            done = asyncio.run(_restored(settings, folder, again))
    except CannotStart as error:
        fail(str(error))
    show(done)
    if any(not each.again for each in done.beyond):
        raise typer.Exit(LACKS)


def made(settings: Settings, folder: Path) -> Path:
    """The folder of a new backup; raises CannotStart where there is nothing to copy, or the copy is not sound."""
    _on_one_machine(settings)
    if not (settings.home / "headgate.db").exists():
        raise CannotStart(f"{settings.home} holds no installation; set HEADGATE_HOME to the one to be copied")
    to = folder / datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S-%fZ")
    before = [each for each in sorted(folder.glob("*/files")) if (each.parent / MANIFEST).exists()]
    to.mkdir(parents=True, mode=0o700)
    for name in DATABASES:
        if (settings.home / name).exists():
            _copy_database(settings.home / name, to / name)
    number = _copy_files(settings.files, to / "files", before[-1] if before else None)
    _mirror_keys(settings.home / KEYS, folder / KEYS)
    digests = {name: _digest(to / name) for name in DATABASES if (to / name).exists()}
    manifest = Manifest(made_at=datetime.now(UTC).isoformat(), digests=digests, files=number)
    (to / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2))
    return to


async def _restored(settings: Settings, folder: Path, again: bool) -> Recovered:
    _on_one_machine(settings)
    if settings.temporal_address:
        raise CannotStart("TEMPORAL_ADDRESS names a server of its own; restore it, then run `headgate recover`")
    _sound(folder)
    check_port(settings.host, settings.port)
    check_port("127.0.0.1", settings.worker_port, "HEADGATE_WORKER_PORT")
    check_port("127.0.0.1", settings.temporal_port, "HEADGATE_TEMPORAL_PORT")
    home.make(settings)
    (settings.home / RECOVER_FIRST).touch()
    _put_aside(settings)
    for name in DATABASES:
        if (folder / name).exists():
            shutil.copyfile(folder / name, settings.home / name)
    _copy_files(folder / "files", settings.files, None)
    _put_back_keys(folder.parent / KEYS, settings.home / KEYS)
    home.prepared(settings.model_copy(update={"sample": False}), lambda _: None).close()
    [server] = [each for each in processes(settings, lambda _: None) if each.name == TEMPORAL]
    server.start()
    try:
        if not await server.wait_until_ready(START_SECONDS):
            raise CannotStart(f"Temporal did not start: {server.last_line()} (its log: {server.log})")
        return await of_installation(settings, f"127.0.0.1:{settings.temporal_port}", again, lambda _: None)
    finally:
        await server.stop()


def _on_one_machine(settings: Settings) -> None:
    if settings.database_url:
        raise CannotStart(
            "DATABASE_URL names a database of its own; deploy/backup.sh and deploy/restore.sh are for that"
        )


def _sound(folder: Path) -> None:
    """Raises CannotStart unless the folder holds a whole backup."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise CannotStart(f"{folder} is no backup of `headgate backup`, or one that was not finished") from error
    for name, digest in manifest.digests.items():
        if not (folder / name).exists() or _digest(folder / name) != digest:
            raise CannotStart(f"{folder / name} has been changed since the backup was made; take another one")


def _put_aside(settings: Settings) -> None:
    """Moves what is there out of the way; nothing is deleted."""
    there = [path for name in DATABASES for path in settings.home.glob(f"{name}*")]
    if there:
        aside = settings.home / f"before-restore-{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}"
        aside.mkdir(mode=0o700)
        for path in there:
            path.rename(aside / path.name)


def _copy_database(source: Path, target: Path) -> None:
    """A consistent copy, while others write to the source; raises CannotStart when it is not sound."""
    with closing(sqlite3.connect(source)) as held, closing(sqlite3.connect(target)) as copy:
        held.backup(copy)
        [[said]] = copy.execute("PRAGMA integrity_check").fetchall()
        if said != "ok":
            raise CannotStart(f"{source} is damaged: {said}")
    target.chmod(0o600)


def _copy_files(source: Path, target: Path, before: Path | None) -> int:
    """How many contents there are: each copied once, or shared with the backup before, since none ever changes."""
    number = 0
    for path in sorted(source.glob("??/*")):
        kept = target / path.parent.name / path.name
        number += 1
        if kept.exists():
            continue
        kept.parent.mkdir(parents=True, exist_ok=True)
        earlier = before / path.parent.name / path.name if before else None
        if earlier is not None and earlier.exists():
            os.link(earlier, kept)
        else:
            shutil.copyfile(path, kept)
    return number


def _mirror_keys(source: Path, target: Path) -> None:
    """One copy beside all backups, without generations: an old copy of a key that was destroyed would undo a redaction."""
    for path in sorted(source.glob("[!.]*")):
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = target / path.name
        if not kept.exists() or kept.read_bytes() != path.read_bytes():
            shutil.copy(path, kept)


def _put_back_keys(source: Path, target: Path) -> None:
    """Brings the keys that are missing; one that is there, or was destroyed there, stays as it is."""
    for path in sorted(source.glob("[!.]*")):
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (target / path.name).exists():
            shutil.copy(path, target / path.name)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
