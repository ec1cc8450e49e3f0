"""What operators see of a day's work, and what they must not see: who it was about."""

from __future__ import annotations

import json
import re

from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families
from temporalio.client import Client

from telemetry.logs import FIELDS
from telemetry.tracing import ALLOWED
from tests.telemetry.conftest import Seen, until
from tests.telemetry.observability import expressions, metrics_of

PARTS = {"counter": ("total",), "histogram": ("bucket", "count", "sum")}
COMPLETE = "POST /api/tasks/{task_id}/complete"
LINES_OF_OTHERS = ("temporal",)  #: whose shape is not ours


async def test_a_completed_task_is_one_trace_from_the_request_to_its_effect(seen: Seen) -> None:
    trace = await until(lambda: _whole(seen.traces.trace_of("RunActivity:letter")))
    names = {span.name: of for of, span in trace.values()}
    assert names.keys() >= {
        COMPLETE,
        "StartWorkflowUpdate:act",
        "ValidateUpdate:act",
        "HandleUpdate:act",
        "RunActivity:write-step",
        "RunActivity:letter",
    }
    assert (names[COMPLETE], names["RunActivity:letter"]) == ("headgate-serve", "headgate-worker")
    [(_, root)] = [each for each in trace.values() if not each[1].parent_span_id]
    assert root.name == COMPLETE
    said = {each.key: each.value.string_value for each in root.attributes}
    assert (said["headgate.act"], said["headgate.outcome"]) == ("complete", "done")
    assert said["headgate.case"].startswith("c-")


async def test_spans_carry_only_what_is_allowed(seen: Seen) -> None:
    keys = {each.key for _, span in seen.traces.spans for each in span.attributes}
    assert keys <= ALLOWED
    assert {"http.route", "temporalWorkflowID"} <= keys
    assert not [span.status.message for _, span in seen.traces.spans if span.status.message]


async def test_every_line_of_worker_and_api_has_the_one_shape(seen: Seen) -> None:
    for process in ("worker", "serve"):
        lines = [json.loads(line) for line in seen.logs[process].splitlines()]
        assert lines
        for line in lines:
            assert line.keys() <= FIELDS.keys(), line
            assert (line["process"], bool(line["event"])) == (process, True)


async def test_the_lines_of_an_act_name_its_case_its_step_and_its_trace_in_both_processes(seen: Seen) -> None:
    trace = await until(lambda: _whole(seen.traces.trace_of("RunActivity:letter")))
    trace_id = next(iter(trace.values()))[1].trace_id.hex()
    told = [json.loads(line) for text in (seen.logs["serve"], seen.logs["worker"]) for line in text.splitlines()]
    of_it = [line for line in told if line.get("trace_id") == trace_id]
    act = next(line for line in of_it if line["event"] == "act")
    assert (act["act"], act["outcome"], act["step"]) == ("complete", "done", 2)
    assert re.fullmatch("[0-9a-f]{16}", act["request"])
    letter = next(line for line in of_it if line.get("activity") == "letter")
    assert (letter["process"], letter["case"], letter["step"]) == ("worker", act["case"], 2)


async def test_a_refused_act_is_counted_with_its_code(seen: Seen) -> None:
    exposed = (await seen.metrics())["serve"]
    assert 'headgate_act_seconds_count{act="complete",outcome="done"} 2.0' in exposed
    assert 'headgate_act_seconds_count{act="complete",outcome="refused"} 2.0' in exposed
    assert re.search(r'headgate_refusals_total\{act="complete",code="[a-z-]+"\} 2\.0', exposed)


async def test_both_processes_show_how_the_work_stands_and_temporals_own_metrics(seen: Seen) -> None:
    for exposed in (await seen.metrics()).values():
        assert "headgate_database_up 1.0" in exposed
        assert 'headgate_cases_open{case="telling"} 2.0' in exposed
        assert 'headgate_letters{status="queued"} 1.0' in exposed
        assert "temporal_request_total" in exposed
        assert "process_resident_memory_bytes" in exposed
    assert "temporal_workflow_task_execution_latency_seconds" in (await seen.metrics())["worker"]


async def test_every_metric_of_dashboards_and_alerts_is_shown(seen: Seen) -> None:
    shown = {
        name
        for exposed in (await seen.metrics()).values()
        for family in text_string_to_metric_families(exposed)
        for name in (family.name, *(f"{family.name}_{part}" for part in PARTS.get(family.type, ())))
    }
    asked = {name for _, expression in expressions() for name in metrics_of(expression)}
    assert asked <= shown


async def test_the_desk_shows_no_metrics(seen: Seen) -> None:
    assert (await seen.http.get("/metrics")).status_code == 404


async def test_nothing_that_operators_see_names_a_customer(seen: Seen) -> None:
    client = await Client.connect(f"127.0.0.1:{seen.settings.temporal_port}")
    workflows = [each async for each in client.list_workflows()]
    assert len(workflows) == 2
    shown = {
        **seen.logs,
        **{f"metrics of {name}": text for name, text in (await seen.metrics()).items()},
        "traces": "\n".join(str(request) for request in seen.traces.requests),
        "workflows": "\n".join(str(each.raw_info) for each in workflows),
    }
    assert len(seen.customers.secrets) > 300
    found = {(where, secret) for where, text in shown.items() for secret in seen.customers.secrets if secret in text}
    assert not found


def _whole(trace: dict[bytes, tuple[str, Span]]) -> dict[bytes, tuple[str, Span]]:
    """The trace, once every span's parent has come."""
    parents = {span.parent_span_id for _, span in trace.values()} - {b""}
    return trace if trace and parents <= trace.keys() else {}
