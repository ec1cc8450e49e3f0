"""Each act is timed and logged by what became of it: in the metrics, in the logs and on the request's span."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol, TypeVar

from opentelemetry import trace

from api.problems import Problem
from telemetry.metrics import ACT_SECONDS, REFUSALS

SERVERS_FAULT = 500  #: the HTTP status from which on an act has failed, and was not refused

log = logging.getLogger(__name__)


class Acted(Protocol):
    """What is known of an act; filled in as it becomes known."""

    act: str
    case: str | None
    step: int | None


class Answered(Protocol):
    """What an act answers."""

    @property
    def replayed(self) -> bool:
        """Whether it is what the first of several was answered."""


Given = TypeVar("Given", bound=Answered)


class Seen:
    """What became of an act."""

    outcome: Literal["done", "repeated", "refused", "failed"] = "failed"
    code: str | None = None

    def answered(self, answer: Given) -> Given:
        """The answer."""
        self.outcome = "repeated" if answer.replayed else "done"
        return answer

    def barred(self, problem: Problem) -> None:
        """The problem that it came to."""
        self.outcome = "refused" if problem.status < SERVERS_FAULT else "failed"
        self.code = problem.code


@contextmanager
def observed(record: Acted) -> Iterator[Seen]:
    """Observes the act in the block: an answer, a problem, or a fault of ours."""
    began, seen = time.perf_counter(), Seen()
    try:
        yield seen
    except Problem as problem:
        seen.barred(problem)
        raise
    finally:
        _tell(record, seen, time.perf_counter() - began)


def _tell(record: Acted, seen: Seen, seconds: float) -> None:
    act = record.act.partition(" ")[0]  # an event's name comes with the request: "event payment-received"
    ACT_SECONDS.labels(act, seen.outcome).observe(seconds)
    if seen.outcome in ("refused", "failed"):
        REFUSALS.labels(act, seen.code or "unexpected").inc()
    told = {"act": act, "outcome": seen.outcome, "code": seen.code, "case": record.case, "step": record.step}
    known = {name: value for name, value in told.items() if value is not None}
    log.info("act", extra={**known, "ms": round(seconds * 1000, 1)})
    span = trace.get_current_span()
    if span.is_recording():
        span.set_attributes({f"headgate.{name}": value for name, value in known.items()})
