"""How the district's work stands, as gauges read from SQL: the same from every process, so dashboards take `max`, never `sum`.

A scrape reads at most every few seconds and never waits long: while the database does not answer, `headgate_database_up` is 0
and what it would have said is left out.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from store.clock import read_clock
from store.engine import Store
from store.queries.operating import Standing, Waiting, standing

KEPT_SECONDS: Final = 10.0  #: how long a reading is good for
PATIENCE_SECONDS: Final = 3.0  #: how long a scrape waits for the database


class Gauges(Collector):
    """Reads how the work stands, when it is asked."""

    def __init__(self, store: Store, *, kept_seconds: float = KEPT_SECONDS) -> None:
        self._store = store
        self._kept_seconds = kept_seconds
        self._read_at = float("-inf")
        self._reading: Future[tuple[Metric, ...]] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gauges")

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering asks no database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The gauges as of at most some seconds ago."""
        if self._reading is None or (self._reading.done() and time.monotonic() - self._read_at > self._kept_seconds):
            self._read_at = time.monotonic()
            self._reading = self._thread.submit(self._read)
        up = GaugeMetricFamily("headgate_database_up", "1 while the database answers, else 0.")
        try:
            found = self._reading.result(PATIENCE_SECONDS)
        except Exception:
            self._read_at = float("-inf")
            found = ()
        up.add_metric((), 1 if found else 0)
        yield up
        yield from found

    def close(self) -> None:
        """Ends its thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _read(self) -> tuple[Metric, ...]:
        with self._store.reading() as session:
            clock = read_clock(session)
            real = datetime.now(UTC)
            at = clock.at(real) if clock else real
            return tuple(shown(standing(session, at, speed=clock.speed if clock else 1.0), at))


def watch(store: Store, registry: CollectorRegistry) -> Gauges:
    """Adds the gauges of this store to the registry."""
    gauges = Gauges(store)
    registry.register(gauges)
    return gauges


def shown(found: Standing, at: datetime) -> Iterator[Metric]:
    """How the work stands at the district's time, as gauges."""
    yield _tasks("headgate_tasks_open", "Open tasks.", {each.queue: each.open for each in found.tasks})
    unclaimed = {each.queue: each.unclaimed for each in found.tasks}
    yield _tasks("headgate_tasks_unclaimed", "Open tasks that nobody has.", unclaimed)
    yield _tasks(
        "headgate_tasks_late", "Open tasks past their due time.", {each.queue: each.late for each in found.tasks}
    )
    yield _numbers("headgate_cases_open", "Open cases.", "case", found.cases)
    yield _numbers("headgate_incidents_open", "Effects that wait for a supervisor.", "action", found.incidents)
    yield _oldest("headgate_incidents_oldest_seconds", "Age of the oldest open incident.", found.incidents.values(), at)
    yield _numbers("headgate_letters", "Letters that have not left: queued, printed.", "status", found.letters)
    yield _oldest("headgate_letters_oldest_seconds", "Age of the oldest such letter.", found.letters.values(), at)
    yield _numbers("headgate_effects", "Effects that are not carried out: pending, failed.", "status", found.effects)
    pending = [found.effects["pending"], found.account_events]
    yield _oldest("headgate_outbox_oldest_seconds", "Age of the oldest effect or event on its way.", pending, at)
    yield _numbers("headgate_account_events", "Events that cases have not heard of.", None, {"": found.account_events})
    yield _numbers("headgate_releases", "Releases of lists under way: running, paused.", "status", found.releases)
    yield _numbers("headgate_timers_late", "Cases with a timer that has not fired in time.", None, {"": found.timers})
    yield _oldest("headgate_timers_oldest_seconds", "Age of the oldest such timer.", [found.timers], at)


def _tasks(name: str, words: str, found: Mapping[str, int]) -> Metric:
    gauge = GaugeMetricFamily(name, words, labels=("queue",))
    for queue, number in found.items():
        gauge.add_metric((queue,), number)
    return gauge


def _numbers(name: str, words: str, label: str | None, found: Mapping[str, Waiting]) -> Metric:
    gauge = GaugeMetricFamily(name, words, labels=(label,) if label else ())
    for key, waiting in found.items():
        gauge.add_metric((key,) if label else (), waiting.number)
    return gauge


def _oldest(name: str, words: str, found: Iterable[Waiting], at: datetime) -> Metric:
    since = [waiting.oldest for waiting in found if waiting.oldest is not None]
    return GaugeMetricFamily(name, words, value=max(0.0, (at - min(since)).total_seconds()) if since else 0.0)
