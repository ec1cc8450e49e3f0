"""`headgate namespace`: what the cases need in a Temporal cluster, made unless it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Final, TypeVar

import typer
from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from headgate.errors import CannotStart, fail
from headgate.settings import Settings
from headgate.temporal_server import SEARCH_ATTRIBUTES, wait_until_ready
from workflows.client import connect

Answer = TypeVar("Answer")

READY_SECONDS: Final = 120
#: A new namespace or attribute is known to every server only when it has read them anew.
PASSING: Final = frozenset({RPCStatusCode.UNAVAILABLE, RPCStatusCode.NOT_FOUND, RPCStatusCode.DEADLINE_EXCEEDED})

Retention = Annotated[int, typer.Option(min=1, help="Days that Temporal keeps the history of a closed case.")]


def namespace(retention_days: Retention = 7) -> None:
    """Make the Temporal cluster's namespace and search attributes, unless they are there; waits for the server.

    Needed once before the first start on a cluster of your own, and harmless afterwards."""
    settings = Settings()
    try:
        made = asyncio.run(prepared(settings, timedelta(days=retention_days)))
    except CannotStart as error:
        fail(str(error))
    typer.echo(f"The namespace {settings.temporal_namespace} {'has been made' if made else 'was there'}; it is ready.")


async def prepared(settings: Settings, retention: timedelta) -> bool:
    """Whether the namespace has been made now; it and its search attributes are there. Raises CannotStart."""
    address = settings.temporal_address or f"127.0.0.1:{settings.temporal_port}"
    name = settings.temporal_namespace
    within = asyncio.get_running_loop().time() + READY_SECONDS
    try:
        client = await _insisted(lambda: connect(address, namespace=name), within)
        made = await _insisted(lambda: _made(client, name, retention), within)
        await _insisted(lambda: _attributed(client, name), within)
    except (RPCError, RuntimeError) as error:
        raise CannotStart(f"the Temporal server at {address} does not take the namespace {name}: {error}") from error
    await wait_until_ready(address, name)
    return made


async def _made(client: Client, name: str, retention: timedelta) -> bool:
    days = Duration()
    days.FromTimedelta(retention)
    request = RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=days)
    try:
        await client.workflow_service.register_namespace(request)
    except RPCError as error:
        if error.status is RPCStatusCode.ALREADY_EXISTS:
            return False
        raise
    return True


async def _attributed(client: Client, name: str) -> None:
    wanted = {
        key: f"INDEXED_VALUE_TYPE_{kind.upper()}" for key, kind in (each.split("=") for each in SEARCH_ATTRIBUTES)
    }
    held = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=name))
    missing = {key: IndexedValueType.Value(kind) for key, kind in wanted.items() if key not in held.custom_attributes}
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=name, search_attributes=missing)
        )


async def _insisted(asked: Callable[[], Awaitable[Answer]], within: float) -> Answer:
    while True:
        try:
            return await asked()
        except (RPCError, RuntimeError) as error:  # the client's first connection fails with a RuntimeError
            passing = isinstance(error, RuntimeError) or error.status in PASSING
            if not passing or asyncio.get_running_loop().time() > within:
                raise
        await asyncio.sleep(0.5)
