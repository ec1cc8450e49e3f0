"""`headgate namespace`: what the cases need in a Temporal cluster."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client

from headgate import namespace
from headgate.errors import CannotStart
from headgate.settings import Settings
from headgate.temporal_server import free_port


def settings(folder: Path, address: str) -> Settings:
    return Settings(home=folder, temporal_address=address, temporal_namespace="of-a-district")


async def test_a_namespace_is_made_once_with_its_search_attributes(
    tmp_path: Path, temporal_address: str, temporal_client: Client
) -> None:
    assert await namespace.prepared(settings(tmp_path, temporal_address), timedelta(days=3)) is True
    assert await namespace.prepared(settings(tmp_path, temporal_address), timedelta(days=3)) is False
    held = await temporal_client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace="of-a-district")
    )
    assert {"HeadgateCase", "HeadgateVersion"} <= set(held.custom_attributes)


async def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(namespace, "READY_SECONDS", 0)
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(
        CannotStart, match=f"the Temporal server at {address} does not take the namespace of-a-district"
    ):
        await namespace.prepared(settings(tmp_path, address), timedelta(days=3))
