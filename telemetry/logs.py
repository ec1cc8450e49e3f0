"""Logs as lines of JSON, one shape for all processes, without personal data: event, ids, types, never an exception's text.

What a line may hold beside its event is `FIELDS`; anything else that somebody hands to a logger is left out.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import structlog
from opentelemetry import trace
from temporalio import activity, workflow
from temporalio.runtime import LogForwardingConfig

FIELDS: Final[Mapping[str, str]] = {
    "timestamp": "when, RFC 3339 in UTC",
    "level": "debug, info, warning, error or critical",
    "process": "worker or serve",
    "logger": "the module that says it",
    "event": "what happened, always in the same words",
    "case": "the case's id",
    "step": "the step's number in its case",
    "act": "what a person asked for, in the audit's word",
    "outcome": "done, repeated, refused or failed",
    "code": "the problem's code, of what was refused or failed",
    "activity": "what the worker carried out: a step's write, an effect",
    "attempt": "which try of it, from 1",
    "ms": "how long it took, in milliseconds",
    "method": "the request's method",
    "route": "the request's route: the address without its ids",
    "status": "the answer's HTTP status",
    "request": "the request's id, which its answer carries as X-Request-ID",
    "trace_id": "the trace that it belongs to, where traces are exported",
    "span_id": "the span in that trace",
    "timer": "a timer's name",
    "refused": "the type of what was not taken",
    "run": "the run of a case's workflow",
    "task": "a round of what a worker looks after",
    "steps": "how many steps",
    "definition": "a case's definition",
    "version": "its version",
    "cases": "how many cases",
    "error": "an exception's type",
    "raised_at": "where it was raised: file, line and function of the last five calls",
}
_HANDED: Final = tuple(set(FIELDS) - {"timestamp", "level", "logger", "event", "error", "raised_at", "process"})


def set_up(level: str, process: str) -> None:
    """Sends all logs of this process to its error output as JSON; `process` is its name in each line."""
    # What Temporal knows of an activity or a workflow goes into fields, not into the sentence.
    activity.logger.activity_info_on_message = False
    workflow.logger.workflow_info_on_message = False

    def named(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"process": process, **event}

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder((*_HANDED, "temporal_activity", "temporal_workflow")),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _of_temporal,
        traced,
        discreet,
        named,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(default=str),
            ],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in ("urllib3", "asyncio", "httpcore", "httpx", "python_multipart"):
        logging.getLogger(chatty).setLevel(max(logging.INFO, logging.root.level))  # they show addresses and contents


def forwarding() -> LogForwardingConfig:
    """Lets what Temporal's core says become lines like all others, without its fields, which hold whole failures."""
    return LogForwardingConfig(
        logger=logging.getLogger("temporalio.core"),
        append_target_to_name=False,
        append_log_fields_to_message=False,
    )


def discreet(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and where it was raised: its text could hold what somebody filled in."""
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info if isinstance(info, BaseException) else None
    if error is not None:
        event["error"] = type(error).__name__
        event["raised_at"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[-5:]
        ]
    return event


def traced(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The trace and the span that the line belongs to, if there is one."""
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event["trace_id"] = trace.format_trace_id(span.trace_id)
        event["span_id"] = trace.format_span_id(span.span_id)
    return event


def _of_temporal(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    known: Mapping[str, Any] = event.pop("temporal_activity", None) or event.pop("temporal_workflow", None) or {}
    for field, name in (("case", "workflow_id"), ("run", "run_id"), ("run", "workflow_run_id")):
        if known.get(name):
            event.setdefault(field, known[name])
    for field, name in (("activity", "activity_type"), ("attempt", "attempt")):
        if known.get("activity_type") and known.get(name):
            event.setdefault(field, known[name])
    return event
