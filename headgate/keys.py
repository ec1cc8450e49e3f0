"""`headgate keys`: the keys that payloads are encrypted with."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from activities.keys import READABLE, Needed, needed
from activities.keys import reseal as resealed
from activities.world import World
from headgate.errors import fail
from headgate.settings import Settings
from store import vault
from store.engine import open_store
from workflows.client import connect
from workflows.codec import KEY_BYTES, NAME, CodecError, encryption, key_file, read_keys

STILL_NEEDED: Final = 3  #: exit code of `destroy` where something would become unreadable
KeyName = Annotated[str | None, typer.Option("--name", help="The key's name; without it, the day and a number.")]

Result = TypeVar("Result")

keys = typer.Typer(help="The keys that payloads are encrypted with: make, rotate, list, destroy.", no_args_is_help=True)


@keys.command()
def make(
    name: KeyName = None,
    file: Annotated[
        Path | None, typer.Option(help="A file to make with this key; without it, the key is shown.")
    ] = None,
) -> None:
    """Make a key. It is shown this once, or stands in a new file that only its owner may read."""
    made = _new_key(name, {})
    if file is None:
        typer.echo(made)
        return
    if file.exists():
        fail(f"{file} is there already; `headgate keys rotate` puts a new key into it")
    _write(file, [made])
    typer.echo(f"{file} holds the key; start every process with HEADGATE_CODEC_KEYS=@{file}")


@keys.command()
def rotate(name: KeyName = None) -> None:
    """Put a new key before the others of the key file; then restart the processes, one after another.

    Those that still run read the file again when they meet a payload of the new key."""
    file, held = _file()
    made = _new_key(name, held)
    _write(file, [made, *_lines(held)])
    typer.echo(
        f"The newest key is {made.partition(':')[0]}. Restart workers and APIs one after another, so that they use it."
    )


@keys.command(name="list")
def list_keys() -> None:
    """Say which keys there are and how many histories of open cases and of the archive still need each. Reads every history."""
    held, found = _held(), _looked()
    table = Table("key", "encrypts", "cases in Temporal", "archived histories", "may be destroyed")
    for place, name in enumerate(held):
        spare = place > 0 and not found.by(name)
        table.add_row(name, _yes(place == 0), str(found.cases[name]), str(found.archived[name]), _yes(spare))
    for name in sorted((set(found.cases) | set(found.archived)) - set(held)):
        table.add_row(name or "(readable)", "-", str(found.cases[name]), str(found.archived[name]), "-")
    Console().print(table)
    missing = sorted((set(found.cases) | set(found.archived)) - set(held) - {READABLE})
    if missing:
        fail(f"histories need keys that are not there: {', '.join(missing)}")


@keys.command()
def reseal() -> None:
    """Encrypt archived histories anew with the newest key, so that only open cases still need an older one."""
    codec = encryption(Settings().codec_keys)
    if codec is None:
        fail("there is no key; set HEADGATE_CODEC_KEYS")

    async def work(world: World, told: Callable[[int], None]) -> int:
        return await asyncio.to_thread(resealed, world, codec, told)

    typer.echo(
        f"{_run(work, 'Encrypting the archive anew')} archived histories were encrypted anew with {codec.newest}."
    )


@keys.command()
def destroy(name: Annotated[str, typer.Argument(help="The key's name.")]) -> None:
    """Take a key out of the key file when no history needs it any more; ends with code 3 where one does.

    Nothing brings it back. What Temporal still keeps of closed cases that are archived becomes unreadable there."""
    file, held = _file()
    if name not in held:
        fail(f'no key is called "{name}"; there are {", ".join(held)}')
    if name == next(iter(held)):
        fail(f'"{name}" is the key that encrypts; put another one before it with `headgate keys rotate`')
    found = _looked()
    if found.by(name):
        typer.echo(
            f'headgate: "{name}" is still needed by {found.cases[name]} cases in Temporal and {found.archived[name]} archived '
            "histories. `headgate keys reseal` encrypts the archive anew.",
            err=True,
        )
        raise typer.Exit(STILL_NEEDED)
    _write(file, _lines({each: key for each, key in held.items() if each != name}))
    typer.echo(f'The key "{name}" is no longer in {file}. Destroy its copies, and restart the processes.')


def _new_key(name: str | None, held: dict[str, bytes]) -> str:
    day = datetime.now(UTC).strftime("k%Y%m%d")
    made = name or next(each for each in (day, *(f"{day}-{n}" for n in range(2, 1000))) if each not in held)
    if not NAME.fullmatch(made) or made in held:
        fail(f'"{made}" cannot be the name of a key: it is taken, or has other than letters, digits, dots and hyphens')
    return f"{made}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def _lines(held: dict[str, bytes]) -> list[str]:
    return [f"{name}:{base64.b64encode(key).decode()}" for name, key in held.items()]


def _write(file: Path, lines: list[str]) -> None:
    """Whole or not at all, and readable by its owner alone from the beginning."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as opened:
            opened.write("".join(f"{line}\n" for line in lines))
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(file)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")


def _held() -> dict[str, bytes]:
    configured = Settings().codec_keys
    try:
        return read_keys(configured) if configured else {}
    except CodecError as error:
        fail(str(error))


def _file() -> tuple[Path, dict[str, bytes]]:
    file = key_file(Settings().codec_keys)
    if file is None:
        fail(
            "this changes a key file: set HEADGATE_CODEC_KEYS=@FILE; keys in the environment are changed where they are set"
        )
    return file, _held()


def _looked() -> Needed:
    return _run(needed, "Reading histories")


def _run(work: Callable[[World, Callable[[int], None]], Awaitable[Result]], title: str) -> Result:
    settings = Settings()

    async def in_world(told: Callable[[int], None]) -> Result:
        address = settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"
        client = await connect(address, namespace=settings.temporal_namespace, keys=settings.codec_keys)
        return await work(World(store=store, client=client, task_queue=settings.task_queue, files=settings.files), told)

    vault.use(settings.vault)
    store = open_store(settings.database)
    try:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task(title, total=None)
            return asyncio.run(in_world(lambda number: progress.update(bar, completed=number)))
    finally:
        store.close()


def _yes(value: bool) -> str:
    return "yes" if value else "no"
