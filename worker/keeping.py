"""What a worker looks after beside its tasks, so that nothing depends on somebody having remembered.

Everything here is found in SQL and may be done twice: by two workers, or again after one has died.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from activities.archive import Archive
from activities.delivery import tell_holds, to_account
from activities.forgetting import Forgetting
from activities.migrating import Migrating
from activities.redacting import Redacting
from activities.releasing import Releasing
from activities.renewal import Late, under_old_rules
from activities.running import Running
from activities.sealing import Sealing
from activities.telling import tell_mailed
from activities.world import World
from store.clock import district_now, read_clock
from store.outbox import account_event_delivered, waiting_account_events
from store.queries.holds import holds_that_ended, release_hold
from store.queries.keeping import (
    accounts_with_untold_cases,
    cases_due,
    cases_to_archive,
    cases_written_last,
)
from store.statistics import Statistics
from store.tables.outbox import AccountEvent
from telemetry.metrics import FAILED_ROUNDS, FORGOTTEN_FILES
from workflows.client import Unanswered, act, tidy, wake
from workflows.machine.errors import Refused
from workflows.machine.events import Message, RulesRenewed
from workflows.messages import HEADGATE, Act

BEAT_SECONDS = 0.25  #: between looks at a demonstration's clock
REAL_SECONDS = 5.0  #: where time is real, and a demonstration may begin at most
WOKEN_SECONDS = 10.0  #: after which a case that has not taken its timer is woken again
HOLDS_SECONDS = 30.0
EVENTS_SECONDS = 5.0
LISTS_SECONDS = 1.0
MIGRATIONS_SECONDS = 2.0
RUNS_SECONDS = 10.0
RULES_SECONDS = 10.0
SEALING_SECONDS = 2.0
REDACTING_SECONDS = 600.0
FILES_SECONDS = 600.0
STATISTICS_SECONDS = 600.0
ARCHIVE_SECONDS = 5.0
QUIET_SECONDS = 3.0  #: without a step, after which histories are archived
UNKEPT_AT_MOST = timedelta(hours=6)  #: then they are archived between steps, too
BREATH_SECONDS = 0.25  #: between two of those
RECENT = timedelta(minutes=2)  #: before the last step of all: what a worker may have written just before it died
SETTLED_SECONDS = 15.0  #: after which the server has given a dead worker's tasks to another one
AT_ONCE = 20

Item = TypeVar("Item")

log = logging.getLogger(__name__)


class Keeping:
    """The rounds that a worker makes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._archive = Archive(world=world)
        self._releasing = Releasing.in_world(world)
        self._running = Running(world)
        self._redacting = Redacting(world=world)
        self._forgetting = Forgetting(world=world)
        self._sealing = Sealing(store=world.store)
        self._statistics = Statistics(store=world.store)
        self._migrating = Migrating(world)
        self._woken: dict[str, tuple[datetime, float]] = {}
        self._demonstrates = True  #: as far as is known

    def beat_seconds(self) -> float:
        """How long after a look for due timers the next one is worth it: where time is real, they are Temporal's."""
        return BEAT_SECONDS if self._demonstrates else REAL_SECONDS

    async def wake_due(self) -> int:
        """How many cases of a demonstration were told that a timer is due."""
        found = await asyncio.to_thread(self._due)
        self._demonstrates = found is not None
        if found is None:
            return 0
        at, due = found
        now = time.monotonic()
        self._woken = {case: woken for case, woken in self._woken.items() if now - woken[1] < WOKEN_SECONDS}
        fresh = {case: since for case, since in due if self._woken.get(case, (None, 0))[0] != since}
        self._woken |= {case: (since, now) for case, since in fresh.items()}
        await _each(fresh, lambda case: wake(self._world.client, case, at))
        return len(fresh)

    async def tell_of_holds(self) -> int:
        """How many accounts' cases were told of holds that ended by themselves or that nobody had told them of."""
        await asyncio.to_thread(self._release_ended)
        accounts = await asyncio.to_thread(self._untold)
        await _each(accounts, lambda account: tell_holds(self._world, account))
        return len(accounts)

    async def tidy_recent(self) -> int:
        """How many steps were put back that a worker had written just before it died, and that history does not hold."""
        cases = await asyncio.to_thread(self._recent)
        put_back = 0

        async def compare(case: str) -> None:
            nonlocal put_back
            # All is in order, or the case is closed meanwhile, or still busy: the next act replaces an orphan too.
            with suppress(Refused, Unanswered):
                put_back += await tidy(self._world.client, case, cases[case])

        await _each(cases, compare)
        return put_back

    async def deliver_account_events(self) -> int:
        """How many events of accounts (payments of an import, or of a process that died) were brought to open cases."""
        events = await asyncio.to_thread(self._waiting)
        await _each(events, self._deliver)
        return len(events)

    async def redact_due(self) -> int:
        """How many former customers' personal data were made unreadable, their time being over."""
        return await self._redacting.round()

    async def forget_files(self) -> int:
        """How many files were deleted, their time being over."""
        number = await asyncio.to_thread(self._forgetting.round)
        FORGOTTEN_FILES.inc(number)
        return number

    async def seal_audit(self) -> int:
        """How many rows of the audit became links of its chain."""
        return await asyncio.to_thread(self._sealing.round)

    async def keep_statistics(self) -> int:
        """How many tables SQLite's planner was told about anew."""
        return await asyncio.to_thread(self._statistics.round)

    async def tell_of_mailings(self) -> int:
        """How many cases were told of the mailing of a letter, which a process that died left untold."""
        return await tell_mailed(self._world)

    async def release_lists(self) -> int:
        """How many lines of lists that were approved have been decided by their cases."""
        return await self._releasing.go_on()

    async def make_runs(self) -> int:
        """How many accounts were looked at by runs whose time has come."""
        return await self._running.make_due()

    async def renew_rules(self) -> int:
        """How many open cases took down a new calendar or new laws of their district."""
        found = await asyncio.to_thread(self._under_old_rules)

        async def tell(late: Late) -> None:
            event = RulesRenewed(version=late.version, rules=late.rules)
            with suppress(Refused, Unanswered):  # closed meanwhile, or busy: the next round finds it again
                await act(self._world.client, late.case, Act(event=event, name=f"rules {late.version}", at=late.at))

        await _each(found, tell)
        return len(found)

    async def migrate_cases(self) -> int:
        """How many cases of migrations that run have come over to another version, or said why not."""
        return await self._migrating.go_on()

    async def archive_closed(self) -> int:
        """How many histories of closed cases were looked for to be kept."""
        return await self._archive_each(self._at_once)

    async def archive_in_quiet(self) -> int:
        """The same, one after the other while no step is taken here: nobody waits for it, and others wait for the worker.

        What closed long ago does not wait for quiet: Temporal forgets it some day."""
        return await self._archive_each(self._in_quiet)

    async def _archive_each(self, turn: Callable[[datetime], Awaitable[None]]) -> int:
        looked_for = 0
        after: tuple[datetime, str] | None = None
        while found := await asyncio.to_thread(self._unarchived, after):
            for closed_at, case in found:
                await turn(closed_at)
                await self._archive.keep_last(case, closed_at)
            looked_for, after = looked_for + len(found), found[-1]
        return looked_for

    async def _at_once(self, _closed_at: datetime) -> None:
        pass

    async def _in_quiet(self, closed_at: datetime) -> None:
        pulse = self._world.pulse
        while pulse.still_seconds < QUIET_SECONDS:
            if await asyncio.to_thread(self._is_late, closed_at):
                await asyncio.sleep(BREATH_SECONDS)
                return
            await asyncio.sleep(QUIET_SECONDS - pulse.still_seconds)

    def _is_late(self, closed_at: datetime) -> bool:
        return self._world.now() - closed_at > UNKEPT_AT_MOST

    def _due(self) -> tuple[datetime, list[tuple[str, datetime]]] | None:
        with self._world.store.reading() as session:
            clock = read_clock(session)
            if clock is None:
                return None
            at = clock.at(datetime.now(UTC))
            return at, cases_due(session, at)

    def _release_ended(self) -> None:
        at = self._world.now()
        with self._world.store.writing() as session:
            for hold in holds_that_ended(session, at):
                release_hold(session, hold.account_id, hold.kind, by="headgate", at=at, reason="its time is over")

    def _recent(self) -> dict[str, int]:
        with self._world.store.reading() as session:
            clock = read_clock(session)
            return cases_written_last(session, RECENT * (clock.speed if clock else 1.0))

    def _untold(self) -> list[str]:
        with self._world.store.reading() as session:
            return accounts_with_untold_cases(session)

    def _waiting(self) -> list[AccountEvent]:
        with self._world.store.reading() as session:
            return waiting_account_events(session)

    async def _deliver(self, waiting: AccountEvent) -> None:
        event = Message(name=waiting.name, data=waiting.data or {}, by=HEADGATE)
        at = self._world.now()
        await to_account(self._world, waiting.account_id, event, name=waiting.id, at=at, quiet=True)
        await asyncio.to_thread(self._delivered, waiting.id, at)

    def _delivered(self, event: str, at: datetime) -> None:
        with self._world.store.writing() as session:
            account_event_delivered(session, event, at)

    def _under_old_rules(self) -> list[Late]:
        with self._world.store.reading() as session:
            return under_old_rules(session, district_now(session))

    def _unarchived(self, after: tuple[datetime, str] | None) -> list[tuple[datetime, str]]:
        with self._world.store.reading() as session:
            return cases_to_archive(session, after)


@asynccontextmanager
async def rounds(keeping: Keeping) -> AsyncIterator[None]:
    """Makes the rounds while the block runs."""
    tasks = [
        asyncio.create_task(_tidy(keeping)),
        asyncio.create_task(_again(keeping.wake_due, keeping.beat_seconds)),
        asyncio.create_task(_again(keeping.tell_of_holds, HOLDS_SECONDS)),
        asyncio.create_task(_again(keeping.deliver_account_events, EVENTS_SECONDS)),
        asyncio.create_task(_again(keeping.tell_of_mailings, HOLDS_SECONDS)),
        asyncio.create_task(_again(keeping.make_runs, RUNS_SECONDS)),
        asyncio.create_task(_again(keeping.renew_rules, RULES_SECONDS)),
        asyncio.create_task(_again(keeping.release_lists, LISTS_SECONDS)),
        asyncio.create_task(_again(keeping.redact_due, REDACTING_SECONDS)),
        asyncio.create_task(_again(keeping.forget_files, FILES_SECONDS)),
        asyncio.create_task(_again(keeping.seal_audit, SEALING_SECONDS)),
        asyncio.create_task(_again(keeping.keep_statistics, STATISTICS_SECONDS)),
        asyncio.create_task(_again(keeping.migrate_cases, MIGRATIONS_SECONDS)),
        asyncio.create_task(_again(keeping.archive_in_quiet, ARCHIVE_SECONDS)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _tidy(keeping: Keeping) -> None:
    """At once, since people look at once; and when the tasks of a worker that died have been given to another one."""
    for seconds in (0.0, SETTLED_SECONDS):
        await asyncio.sleep(seconds)
        try:
            put_back = await keeping.tidy_recent()
        except Exception as error:
            _failed("tidy_recent", error)
        else:
            if put_back:
                log.warning("steps were put back that history does not hold", extra={"steps": put_back})


async def _again(work: Callable[[], Awaitable[int]], seconds: float | Callable[[], float]) -> None:
    while True:
        try:
            await work()
        except Exception as error:
            # The database or Temporal may be down for a while: the next round finds what this one left.
            _failed(work.__name__, error)
        await asyncio.sleep(seconds() if callable(seconds) else seconds)


def _failed(task: str, error: Exception) -> None:
    FAILED_ROUNDS.labels(task).inc()
    log.warning("a round failed", exc_info=error, extra={"task": task})


async def _each(items: Iterable[Item], work: Callable[[Item], Awaitable[object]]) -> None:
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(item: Item) -> None:
        async with limit:
            await work(item)

    await asyncio.gather(*(one(item) for item in items))
