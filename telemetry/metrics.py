"""What a process counts and times, for Prometheus. Labels come from closed lists (routes, acts, codes)."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

#: Seconds: a person notices a tenth, waits for one, and gives up at twenty.
WAITS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

BUILD: Final = Gauge("headgate_build_info", "1, with the version that runs.", ("process", "version"), registry=REGISTRY)
REQUESTS: Final = Counter(
    "headgate_http_requests", "Requests answered.", ("method", "route", "status"), registry=REGISTRY
)
REQUEST_SECONDS: Final = Histogram(
    "headgate_http_request_seconds", "Time to the answer.", ("method", "route"), buckets=WAITS, registry=REGISTRY
)
ACT_SECONDS: Final = Histogram(
    "headgate_act_seconds",
    "Time that a person's act took, by what became of it: done, repeated, refused, failed.",
    ("act", "outcome"),
    buckets=WAITS,
    registry=REGISTRY,
)
REFUSALS: Final = Counter(
    "headgate_refusals", "Acts that were refused or failed, by the problem's code.", ("act", "code"), registry=REGISTRY
)
ACTIVITY_SECONDS: Final = Histogram(
    "headgate_activity_seconds",
    "Time that a step's write, an effect or another activity took, by what became of it: done, refused, failed.",
    ("activity", "outcome"),
    buckets=WAITS,
    registry=REGISTRY,
)
FAILED_ROUNDS: Final = Counter(
    "headgate_failed_rounds", "Rounds of what a worker looks after that failed.", ("task",), registry=REGISTRY
)
FORGOTTEN_FILES: Final = Counter(
    "headgate_forgotten_files", "Files that were deleted because their time was over.", registry=REGISTRY
)


def began(process: str) -> None:
    """Notes which process this is."""
    try:
        runs = version("headgate")
    except PackageNotFoundError:
        runs = "0"
    BUILD.labels(process, runs).set(1)
