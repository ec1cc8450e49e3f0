"""A receiver of traces, as a collector is one: OTLP over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Received:
    """What has come so far."""

    def __init__(self) -> None:
        self.requests: list[ExportTraceServiceRequest] = []
        self.address = ""

    @property
    def spans(self) -> list[tuple[str, Span]]:
        """All spans, each with the service that it is of."""
        return [
            (_service(resource.resource.attributes), span)
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def trace_of(self, name: str) -> dict[bytes, tuple[str, Span]]:
        """The spans of the last trace that has a span of this name, by their ids."""
        wanted = [span.trace_id for _, span in self.spans if span.name == name]
        return {span.span_id: (of, span) for of, span in self.spans if wanted and span.trace_id == wanted[-1]}


@contextmanager
def receiving() -> Iterator[Received]:
    """A receiver while the block runs."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.requests.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield received
    server.shutdown()
    thread.join()
    server.server_close()


def _service(attributes: object) -> str:
    return next(each.value.string_value for each in attributes if each.key == "service.name")  # type: ignore[attr-defined]
