"""`headgate promote`: makes this release the one that carries cases, once it is sure that it can carry those that are open."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import typer
from rich.console import Console
from temporalio.service import RPCError

from headgate.errors import fail
from headgate.opening import connected
from headgate.settings import Settings
from workflows.release import Release
from workflows.releases import Tried, current_build, make_current, tried_on_open_cases

BREAKS: Final = 3  #: exit code where open cases would break
NAMED: Final = 10


def promote(
    cases: Annotated[int, typer.Option(min=0, help="Try so many open cases, the newest; 0 tries all.")] = 500,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only try; change nothing.")] = False,
) -> None:
    """Replay open cases on this release, and let its workers carry all cases from then on if none breaks.

    Needs HEADGATE_DEPLOYMENT, and a worker of this release that runs. Ends with code 3 where a case would break."""
    settings = Settings()
    release = settings.release
    if release is None:
        fail("set HEADGATE_DEPLOYMENT, for workers too: without it every worker carries cases as soon as it runs")
    tried, before = asyncio.run(_promoted(settings, release, cases or None, dry_run))
    console = Console()
    if tried.breaks:
        named = ", ".join(tried.breaks[:NAMED])
        console.print(
            f"{len(tried.breaks)} of {tried.replayed} open cases would break on {release.build}: {named}. "
            f"{before or 'Nothing'} stays current.",
            soft_wrap=True,
        )
        raise typer.Exit(BREAKS)
    said = "would carry" if dry_run else "carries"
    console.print(
        f"{tried.replayed} open cases replay on {release.build}; it {said} the cases of {release.deployment} now"
        f"{f', after {before}' if before not in (None, release.build) else ''}.",
        soft_wrap=True,
    )


async def _promoted(settings: Settings, release: Release, most: int | None, dry_run: bool) -> tuple[Tried, str | None]:
    client = await connected(settings)
    before = await current_build(client, release.deployment)
    tried = await tried_on_open_cases(client, settings.task_queue, most=most)
    if not tried.breaks and not dry_run:
        try:
            await make_current(client, release)
        except RPCError as error:
            fail(f"{release.build} cannot be made current: {error}. Start a worker of this release first")
    return tried, before
