"""The OpenAPI document: what FastAPI makes of the routes, with the schema of a problem and without answers that never come."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import ProblemDetails

TAGS = (
    ("cases", "Cases: opening, reading, events from outside."),
    ("tasks", "Tasks and work orders: the queue, and what people do with them."),
    ("crew", "A crew's day: its orders by route, and closings sent from a phone."),
    ("accounts", "Accounts and their whole story."),
    ("lists", "Lists that a lead reviews before they run."),
    ("definitions", "Definitions of cases, and their versions."),
    ("letters", "Letters, and the batches that they are mailed in."),
    ("files", "Photographs, proofs, certificates, letters."),
    ("inbox", "What comes in by telephone, mail or over the counter; memos between people."),
    ("people", "Users, roles, limits and absences."),
    ("operators", "Incidents, audit, health."),
)


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
    return document
