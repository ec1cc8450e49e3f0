"""`headgate prepare`: gets what running (and testing) needs, so that nothing is skipped for want of a part."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Annotated, Final

import typer

from headgate import assets
from headgate.errors import CannotStart
from headgate.settings import Settings
from headgate.temporal_server import Progress, find_or_build

#: Chromium's engine without a window around it: the same pages for half of the CPU.
SHELL: Final = "chromium-headless-shell"
CHROMIUM: Final = (SHELL, "chromium", "chromium-browser", "google-chrome")


def prepare(
    for_tests: Annotated[bool, typer.Option(help="Also a browser and an OpenID provider for the tests.")] = False,
) -> None:
    """Get a Temporal server and, for the tests, a browser and an OpenID provider."""
    try:
        find_or_build(Settings().cache, typer.echo)
        if for_tests:
            browser(typer.echo)
            identity_provider(typer.echo)
    except CannotStart as error:
        typer.echo(f"headgate: {error}", err=True)
        raise typer.Exit(1) from None


def browser(progress: Progress) -> Path:
    """The path of a Chromium; installs Debian's package where that is possible, else raises CannotStart."""
    if shutil.which(SHELL) is None and shutil.which("apt-get"):
        progress("Installing Chromium's headless shell for the browser tests")
        _apt("update")
        _apt("install", "-y", "--no-install-recommends", SHELL)
        if installed_browser() is None:  # where the shell is no package of its own
            _apt("install", "-y", "--no-install-recommends", "chromium")
    found = installed_browser()
    if found is None:
        raise CannotStart(f"the browser tests need Chromium: install it (`apt-get install {SHELL}`) and run again")
    return found


def installed_browser() -> Path | None:
    """The path of a Chromium, where there is one."""
    return next((Path(path) for name in CHROMIUM if (path := shutil.which(name))), None)


def identity_provider(progress: Progress) -> None:
    """Installs the OpenID provider that the tests sign in at, unless it is there; raises CannotStart."""
    folder = assets.ROOT / "tests" / "openid"
    lock = folder / "package-lock.json"
    stamp = folder / "node_modules" / ".package-lock.json"
    if lock.is_file() and not (stamp.is_file() and stamp.stat().st_mtime >= lock.stat().st_mtime):
        progress("Installing the OpenID provider of the tests")
        assets.install(folder)


def _apt(*asked: str) -> None:
    subprocess.run(["apt-get", "-qq", *asked], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603, S607
