"""One act on several things: each is done or refused by itself, and the answer says which became of which."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from pydantic import Field

from api.acts.act import Answer, Ask
from api.problems import Invalid, Problem
from api.views.shown import Said, Shown
from definitions.language.sentences import say

MOST: Final = 200  #: at once
TOGETHER: Final = 8  #: that are under way at the same moment

One = Callable[[Ask, str], Awaitable[Answer]]


class Done(Shown):
    """What became of one of them."""

    id: str
    done: bool
    sentence: Said | None = Field(description="Why not.")
    code: str | None = Field(description="The problem's code, where it was refused.")


class Dones(Shown):
    """What became of each, in the order in which they were named."""

    results: list[Done]
    done: int


async def many(ask: Ask, ids: Sequence[str], one: One) -> Answer:
    """What became of each; sent again with the same key, what is done stays done and what was refused is tried again."""
    wanted = chosen(ids)
    room = asyncio.Semaphore(TOGETHER)

    async def tried(each: str) -> Done:
        async with room:
            try:
                await one(part(ask, each), each)
            except Problem as problem:
                return Done(id=each, done=False, sentence=problem.sentence, code=problem.code)
            return Done(id=each, done=True, sentence=None, code=None)

    results = await asyncio.gather(*(tried(each) for each in wanted))
    found = Dones(results=results, done=sum(each.done for each in results))
    return Answer(body=found.model_dump())  # plain JSON, but for sentences that pages say again


def chosen(ids: Sequence[str]) -> list[str]:
    """Each of them once, in their order; Invalid when nothing is chosen, or too much for one request."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise Invalid(say("Nothing is chosen."), fields={"ids": say("is empty")})
    if len(wanted) > MOST:
        raise Invalid(
            say("At most %(most)s at once.", most=MOST), fields={"ids": say("are %(wanted)s", wanted=len(wanted))}
        )
    return wanted


def part(ask: Ask, each: str) -> Ask:
    """The ask for one of them, with a key of its own that is the same when it is sent again."""
    mark = hashlib.sha256(each.encode()).hexdigest()[:24]
    return replace(ask, key=f"{ask.key[:100]}/{mark}")
