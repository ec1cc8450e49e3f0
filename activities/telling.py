"""Cases hear of the mailing of their letters, since notices count from it: at once, and again by the worker until they have."""

from __future__ import annotations

import asyncio

from activities.delivery import to_case
from activities.world import World
from store.queries.letters import told, untold
from store.tables.papers import Letter
from workflows.machine.events import Message
from workflows.messages import HEADGATE

AT_ONCE = 10


async def tell_mailed(world: World, batch: str | None = None) -> int:
    """How many cases were told of a letter's mailing, or of the day that was put right: of one batch, or of all."""
    count = 0
    while True:
        letters = await asyncio.to_thread(_untold, world, batch)
        if not letters:
            return count
        limit = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(_tell(world, letter, limit) for letter in letters))
        count += len(letters)


async def _tell(world: World, letter: Letter, limit: asyncio.Semaphore) -> None:
    assert letter.mailed_on is not None
    data = {"template": letter.template, "mailed": letter.mailed_on.isoformat(), "languages": letter.language}
    event = Message(name="letter-mailed", data=data, by=HEADGATE)
    async with limit:
        name = f"mailed {letter.id} {letter.mailed_on}"
        await to_case(world, letter.case_id, event, name=name, at=world.now(), quiet=True)
        await asyncio.to_thread(_told, world, letter)


def _untold(world: World, batch: str | None) -> list[Letter]:
    with world.store.reading() as session:
        return untold(session, batch)


def _told(world: World, letter: Letter) -> None:
    assert letter.mailed_on is not None
    with world.store.writing() as session:
        told(session, letter.id, letter.mailed_on)
