"""Temporal's own runtime: its metrics, on a port of this machine that our page reads, and its logs among ours."""

from __future__ import annotations

import asyncio
import socket
import urllib.request
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from temporalio.runtime import LoggingConfig, PrometheusConfig, Runtime, TelemetryConfig, TelemetryFilter

from telemetry.logs import forwarding
from telemetry.metrics import REGISTRY
from telemetry.page import Shown

TRIES: Final = 5  #: somebody may take a free port before we do
PATIENCE_SECONDS: Final = 2.0


def runtime() -> tuple[Runtime, str]:
    """A runtime for Temporal's clients and workers, and the address of its metrics on this machine."""
    for last in range(TRIES):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        try:
            return Runtime(telemetry=_telemetry(address)), f"http://{address}/metrics"
        except RuntimeError:
            if last == TRIES - 1:
                raise
    raise AssertionError("the last try returns or raises")


def exposition(address: str | None) -> Callable[[], Awaitable[Shown]]:
    """What `/metrics` answers: our metrics, and Temporal's where their address is given."""

    async def shown() -> Shown:
        ours = await asyncio.to_thread(generate_latest, REGISTRY)
        theirs = await asyncio.to_thread(_read, address) if address else b""
        return Shown(body=ours + theirs, media_type=CONTENT_TYPE_LATEST, status=HTTPStatus.OK)

    return shown


def _read(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - our own, on this machine
            found: bytes = answer.read()
    except OSError:
        return b""
    return found


def _telemetry(address: str) -> TelemetryConfig:
    return TelemetryConfig(
        logging=LoggingConfig(filter=TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding=forwarding()),
        metrics=PrometheusConfig(
            bind_address=address, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
        ),
    )
