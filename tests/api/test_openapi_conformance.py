"""The OpenAPI document says all that is answered: schemathesis asks, on a real store and a real Temporal server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.office import Office

EXAMPLES = 6  #: for each operation
FOLLOWED = ["open_case", "read_case", "list_steps", "read_task", "claim_task"]
WORKS_AS = "supervisor"


@pytest_asyncio.fixture
async def served(working_office: Office) -> AsyncIterator[str]:
    """The address of the office's application."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(working_office.app, host="127.0.0.1", port=port, lifespan="off", log_level="error")
    )
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running


async def test_what_is_answered_is_what_is_documented(working_office: Office, served: str) -> None:
    opened = await working_office.by("rep").post("/api/cases", {"case": "complaint", "data": {"account": "a-1"}})
    assert opened.status_code == 201
    document = (await working_office.http.get("/openapi.json")).json()
    case = opened.json()["case"]
    known = {"account_id": "a-1", "case_id": case, "task_id": f"{case}.1", "user_id": "rep", "case": "complaint"}
    token = working_office.tokens[WORKS_AS]
    found = await asyncio.to_thread(_asked, document, served, token, {})
    found += await asyncio.to_thread(_asked, document, served, token, known)
    assert found == [], "\n".join(found)


def _asked(document: dict[str, object], address: str, token: str, known: dict[str, str]) -> list[str]:
    """What does not fit, one line for each operation and fault; `known` puts things that there are into addresses."""
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=address)
    faults: list[str] = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        if known and not any(f"{{{name}}}" in operation.path for name in known):
            continue  # it has been asked the very same

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @operation_given(operation)
        def ask(case: schemathesis.Case) -> None:
            case.path_parameters = {
                **(case.path_parameters or {}),
                **{name: value for name, value in known.items() if name in (case.path_parameters or {})},
            }
            response = case.call(headers={"Authorization": f"Bearer {token}"})
            # What is well formed may still be refused: by a definition's form, a version, a date that has passed.
            case.validate_response(response, excluded_checks=[positive_data_acceptance])

        try:
            ask()
        except BaseException as error:
            faults.append(f"{operation.label}: {_first_lines(error)}")
    return faults


async def test_links_lead_from_one_act_to_the_next(working_office: Office, served: str) -> None:
    document = (await working_office.http.get("/openapi.json")).json()
    led_to = await asyncio.to_thread(_followed, document, served, working_office.tokens[WORKS_AS])
    assert led_to >= {"open_case", "read_case", "list_steps"}


def _followed(document: dict[str, object], address: str, token: str) -> set[str]:
    """The operations that links have led to, each with an id that an answer gave; asserts that each answer is documented."""
    schema = schemathesis.openapi.from_dict(document).include(operation_id=FOLLOWED)
    schema.config.update(base_url=address)
    led_to: set[str] = set()

    class Desk(schema.as_state_machine()):  # type: ignore[misc]  # made from the document
        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {token}"}}

        def before_call(self, case: schemathesis.Case) -> None:
            if case.operation.definition.raw["operationId"] == "open_case":
                case.body = {"case": "complaint", "data": {"account": "a-1"}}

        def validate_response(self, response: Any, case: schemathesis.Case, *_: Any, **__: Any) -> None:
            case.validate_response(response, excluded_checks=[positive_data_acceptance])
            if response.status_code < 300:
                led_to.add(str(case.operation.definition.raw["operationId"]))

    run_state_machine_as_test(Desk, settings=settings(Desk.TestCase.settings, max_examples=EXAMPLES, derandomize=True))
    return led_to


def operation_given(operation: object) -> object:
    """Hypothesis' decorator for cases of this operation."""
    from hypothesis import given

    return given(case=operation.as_strategy())  # type: ignore[attr-defined]


def _first_lines(error: BaseException) -> str:
    nested = getattr(error, "exceptions", None)
    texts = [str(each) for each in nested] if nested else [str(error)]
    return " | ".join(" ".join(text.split())[:600] for text in texts)
