"""Releases of lists, line by line: each takes its place in the day, is decided by its own case, and is noted down.

Everything is found in SQL, and deciding a line twice changes nothing: whichever worker dies or comes, a release goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime

from sqlmodel import Session

from activities.published import district_zone
from activities.world import World
from definitions.language.sentences import again, beside, say
from store.clock import read_clock
from store.engine import Store
from store.queries.lists import End, Going, end_release, releases_to_go_on, settle_line, take_places
from store.tables.cases import ListLine
from store.tables.lists import ListRelease
from workflows import client
from workflows.machine.errors import Refused
from workflows.machine.events import LineDecided
from workflows.messages import Act, Audited

AT_ONCE = 20

Decide = Callable[[str, Act], Awaitable[object]]


class Releasing:
    """Goes on with the releases that run. `decide` brings an act to a case and raises what it refuses."""

    def __init__(self, store: Store, decide: Decide, now: Callable[[], datetime]) -> None:
        self._store = store
        self._decide = decide
        self._now = now

    @classmethod
    def in_world(cls, world: World) -> Releasing:
        """The releasing of a worker."""
        return cls(world.store, lambda case, act: client.act(world.client, case, act), world.now)

    async def go_on(self) -> int:
        """How many lines were decided until no release had any more that has a place in its day."""
        decided = 0
        for release in await asyncio.to_thread(self._releases):
            while going := await asyncio.to_thread(self._places, release):
                results = await asyncio.gather(*(self._one(each) for each in going))
                decided += sum(results)
                if not any(results):
                    break  # no case answers: the next round tries again
            await asyncio.to_thread(self._end, release)
        return decided

    async def _one(self, going: Going) -> bool:
        """Whether the line was decided; False where its case has not answered."""
        approved = say("approved by %(people)s", people=", ".join(going.approved_by))
        act = Act(
            event=LineDecided(state=going.state, decision="released", joined=going.joined_step, by=going.by),
            name=f"line:{going.line}:released",
            at=self._now(),
            audit=Audited(
                act="release-line",
                object_kind="list",
                object_id=going.line,
                rule="list review",
                sentence=approved,
                said=beside(approved),
            ),
        )
        refused: str | None = None
        try:
            await self._decide(going.case, act)
        except Refused as no:
            refused = no.sentence
        except client.Failed:
            refused = say("its case failed at this; it has been recorded")
        except client.Unanswered:
            return False
        return await asyncio.to_thread(self._settled, going, refused)

    def _releases(self) -> list[str]:
        with self._store.reading() as session:
            return releases_to_go_on(session)

    def _places(self, release: str) -> list[Going]:
        with self._store.writing() as session:
            return take_places(session, release, day=self._day(session, release), at_once=AT_ONCE)

    def _settled(self, going: Going, refused: str | None) -> bool:
        with self._store.writing() as session:
            line = session.get_one(ListLine, going.line)
            end, sentence = _end_of(line, refused)
            settle_line(session, going.release, going.no, end, sentence=sentence, at=self._now())
        return True

    def _end(self, release: str) -> None:
        with self._store.writing() as session:
            end_release(session, release, day=self._day(session, release), at=self._now())

    def _day(self, session: Session, release: str) -> date:
        """The district's day; a demonstration's is too short for a release, which keeps the day on which it began."""
        if read_clock(session) is not None:
            return session.get_one(ListRelease, release).day
        return self._now().astimezone(district_zone(session)).date()


def _end_of(line: ListLine, refused: str | None) -> tuple[End, str | None]:
    """What became of a line, by how its case left it: a case that has taken the act before refuses it the second time."""
    match line.status:
        case "released":
            return "released", None
        case "waiting":
            return "stayed", refused
        case "left" if refused is None:
            return "dropped", again(line.reason, line.reason_said)
        case _:
            reason = again(line.reason, line.reason_said)
            return "gone", say("it had left the list: %(reason)s", reason=reason) if reason else refused
