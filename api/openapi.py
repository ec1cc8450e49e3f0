"""The OpenAPI document: what FastAPI makes of the routes, with the schema of a problem and without answers that never come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import ProblemDetails

TAGS = (
    ("cases", "Cases: opening, reading, events from outside."),
    ("tasks", "Tasks and work orders: the queue, and what people do with them."),
    ("crew", "A crew's day: its orders by route, and closings sent from a phone."),
    ("accounts", "Accounts and their whole story."),
    ("outages", "Where the water is off, and what customers are told of it."),
    ("lists", "Lists that a lead reviews before they run."),
    ("definitions", "Definitions of cases, and their versions."),
    ("letters", "Letters, and the batches that they are mailed in."),
    ("files", "Photographs, proofs, certificates, letters."),
    ("inbox", "What comes in by telephone, mail or over the counter; memos between people."),
    ("people", "Users, roles, limits and absences."),
    ("operators", "Incidents, audit, health."),
)


#: What an answer leads on to, by the name of its schema: link → operation, its parameter, and where the answer has it.
LINKS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "TakenView": {
        "case": ("read_case", "case_id", "case"),
        "steps": ("list_steps", "case_id", "case"),
        "next task": ("read_task", "task_id", "open_tasks/0"),
        "claim": ("claim_task", "task_id", "open_tasks/0"),
    },
    "TaskView": {
        "task": ("read_task", "task_id", "id"),
        "release": ("release_task", "task_id", "id"),
        "complete": ("complete_task", "task_id", "id"),
        "case": ("read_case", "case_id", "case"),
    },
    "Page_CaseView_": {
        "first": ("read_case", "case_id", "items/0/id"),
        "steps": ("list_steps", "case_id", "items/0/id"),
    },
    "Page_TaskView_": {
        "first": ("read_task", "task_id", "items/0/id"),
        "claim": ("claim_task", "task_id", "items/0/id"),
    },
    "ItemTaken": {
        "item": ("read_item", "item_id", "id"),
        "claim": ("claim_item", "item_id", "id"),
        "settle": ("settle_item", "item_id", "id"),
    },
    "Page_IncidentView_": {"retry": ("retry_incident", "incident_id", "items/0/id")},
}


def describe(app: FastAPI) -> None:
    """Gives the application its OpenAPI document, made once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=(
            "Every write carries an `Idempotency-Key`; errors are problem details (RFC 9457), explained at their `type`. "
            "Times are RFC 3339 with offset, money is a decimal string."
        ),
        routes=app.routes,
        tags=[{"name": name, "description": description} for name, description in TAGS],
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["ProblemDetails"] = ProblemDetails.model_json_schema()
    # Invalid requests are answered as problems too, so FastAPI's own error schemas describe nothing.
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    _link(document)
    return document


def _link(document: dict[str, Any]) -> None:
    """Says of each good answer which operations its ids lead on to."""
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
                links = LINKS.get(str(schema.get("$ref", "")).rpartition("/")[2]) if status.startswith("2") else None
                if links:
                    answer["links"] = {
                        name: {"operationId": leads_to, "parameters": {parameter: f"$response.body#/{place}"}}
                        for name, (leads_to, parameter, place) in links.items()
                    }
