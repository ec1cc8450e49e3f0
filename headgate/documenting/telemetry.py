"""`docs/reference/telemetry.md`: what logs, traces and metrics hold, from the code that makes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import Metric

from headgate.documenting import markdown
from headgate.documenting.markdown import code, listed, table
from store.queries.operating import Backlog, Standing, Waiting
from telemetry import gauges, metrics
from telemetry.logs import FIELDS
from telemetry.tracing import ALLOWED

INTRODUCTION = """
What operators see of a running Headgate; [how to use it](../operator.md#what-operators-see). None of it holds names, addresses,
telephone numbers or what somebody filled in.
"""
OURS = """
## Metrics

On `/metrics` of the worker's page and of the API's metrics port. Beside these there are `process_…` and `python_info`, the
process's own, and `temporal_…`, those of Temporal's SDK. Gauges that SQL answers are the same from every process: take `max`.
"""
LINES = """
## Logs

Lines of JSON on the process's error output, with these fields, as far as they are known:
"""
SPANS = """
## Traces

Spans carry these attributes and no others; exceptions are named by their type:
"""


def page() -> str:
    """The page in Markdown."""
    rows = [(code(name), kind, listed(labels), words) for name, kind, labels, words in sorted(known())]
    fields = [(code(name), what) for name, what in FIELDS.items()]
    parts = [
        INTRODUCTION,
        OURS.strip() + "\n\n" + table(("metric", "kind", "labels", "what"), rows),
        LINES.strip() + "\n\n" + table(("field", "what"), fields),
        SPANS.strip() + "\n\n" + "\n".join(f"- {code(name)}" for name in sorted(ALLOWED)),
    ]
    return markdown.page("What operators see", parts[0], *parts[1:])


def known() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Each metric of ours: its name, kind, labels and what it says."""
    for each in vars(metrics).values():
        if isinstance(each, Counter | Gauge | Histogram):
            name, kind = each._name, each._type
            yield f"{name}_total" if kind == "counter" else name, kind, each._labelnames, each._documentation
    now = datetime.now(UTC)
    yield "headgate_database_up", "gauge", (), "1 while the database answers, else 0."
    for gauge in gauges.shown(_some(), now):
        yield gauge.name, gauge.type, _labels(gauge), gauge.documentation


def _labels(gauge: Metric) -> tuple[str, ...]:
    return tuple(gauge.samples[0].labels) if gauge.samples else ()


def _some() -> Standing:
    some = {"": Waiting()}
    return Standing(
        tasks=(Backlog(queue="", open=0, unclaimed=0, late=0),),
        cases=some,
        incidents=some,
        letters=some,
        effects={"pending": Waiting()},
        account_events=Waiting(),
        releases=some,
        timers=Waiting(),
    )
