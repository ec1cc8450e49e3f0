"""Traces from a person's click to its effect, sent by OTLP where the environment names an endpoint (OTEL_*); else nothing runs.

FastAPI makes the request's span, Temporal's interceptor those of updates, steps and effects. What leaves the process is
only what `ALLOWED` names: no addresses, no query, no text of an exception, whatever a library puts into its spans.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from opentelemetry import propagate, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from temporalio.api.common.v1 import Payload
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.worker import HandleSignalInput, HandleUpdateInput, WorkflowInterceptorClassInput

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
ALLOWED: Final = frozenset(
    {
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "error.type",
        "exception.type",
        "headgate.act",
        "headgate.case",
        "headgate.code",
        "headgate.outcome",
        "headgate.step",
        "network.protocol.version",
        "temporalActivityID",
        "temporalRunID",
        "temporalUpdateID",
        "temporalWorkflowID",
        "url.scheme",
    }
)


def is_wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether traces are exported: an endpoint is set and nothing of OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER says no."""
    return (
        any(environment.get(name) for name in ENDPOINTS)
        and environment.get("OTEL_SDK_DISABLED", "").lower() != "true"
        and environment.get("OTEL_TRACES_EXPORTER", "otlp") == "otlp"
    )


@contextmanager
def exported(process: str) -> Iterator[Sequence[CaseTracing]]:
    """Exports this process's traces while the block runs, if they are wanted; gives the interceptors for Temporal's client."""
    if not is_wanted():
        yield ()
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    from telemetry.discretion import provider

    with traced_by(provider(process, OTLPSpanExporter())) as interceptors:
        yield interceptors


@contextmanager
def traced_by(provider: TracerProvider) -> Iterator[Sequence[CaseTracing]]:
    """Makes this the process's tracer provider, once and for all, and ends it with the block."""
    # Baggage is left where it comes from: whoever calls could put anything into it, and Temporal would keep it.
    propagate.set_global_textmap(TraceContextTextMapPropagator())
    trace.set_tracer_provider(provider)
    try:
        yield (CaseTracing(provider.get_tracer("headgate")),)
    finally:
        provider.shutdown()


class CaseTracing(TracingInterceptor):
    """Temporal's interceptor, but what a case does for an update or a message belongs to the trace of whoever sent it.

    The library's own only links to it, and puts the steps of years into the trace of the case's opening."""

    def __init__(self, tracer: trace.Tracer) -> None:
        super().__init__(tracer)
        self.text_map_propagator = TraceContextTextMapPropagator()

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002
    ) -> type[TracingWorkflowInboundInterceptor]:
        """The workflow's part."""
        super().workflow_interceptor_class(input)
        return _CaseTracing


_caller: ContextVar[Any] = ContextVar("caller", default=None)


class _CaseTracing(TracingWorkflowInboundInterceptor):
    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002
        with self._called_by(input.headers):
            super().handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002
        with self._called_by(input.headers):
            return await super().handle_update_handler(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002
        with self._called_by(input.headers):
            await super().handle_signal(input)

    @contextmanager
    def _called_by(self, headers: Mapping[str, Payload]) -> Iterator[None]:
        header = headers.get(self.header_key)
        token = _caller.set(self.payload_converter.from_payloads([header])[0] if header else None)
        try:
            yield
        finally:
            _caller.reset(token)

    def _load_workflow_context_carrier(self) -> Any:
        return _caller.get() or super()._load_workflow_context_carrier()
