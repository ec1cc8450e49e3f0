"""The codec server: real payloads of a real server, decoded for those with the right, also by Temporal's own command."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
import uvicorn
from sqlmodel import select

from activities.world import World
from api.engine import CaseEngine
from headgate.settings import Settings
from headgate.temporal_server import find_or_build
from store.engine import Store
from store.tables.audit import Audit
from tests.api.office import Office, opened_office
from worker.run import working
from workflows.client import connect

KEY = "k1:" + base64.b64encode(b"k" * 32).decode()
PAGES = "http://temporal.test:8080"
ACCOUNT = b'"a-1"'  #: as it stands in what a case is started with


@pytest_asyncio.fixture
async def sealed_office(
    temporal_address: str, office_store: Store, tmp_path: Path, tokens: dict[str, str]
) -> AsyncIterator[Office]:
    """An office whose payloads are encrypted, with a real Temporal server and a worker behind it."""
    client = await connect(temporal_address, keys=KEY)
    queue = f"codec-{uuid4().hex[:8]}"
    engine = CaseEngine(client=client, task_queue=queue, clock="real", now=lambda: datetime.now(UTC))
    world = World(store=office_store, client=client, task_queue=queue, files=tmp_path)
    async with working(world), opened_office(office_store, tmp_path, tokens=tokens, engine=engine) as opened:
        services = replace(opened.services, codec=client.data_converter.payload_codec, temporal_pages=PAGES)
        opened.app.state.services = opened.services = services
        yield opened


async def opened_case(office: Office) -> str:
    answer = await office.by("rep").post("/api/cases", {"case": "complaint", "data": {"account": "a-1"}})
    assert answer.status_code == 201
    return str(answer.json()["case"])


async def start_input(address: str, case: str) -> list[dict[str, object]]:
    """The payloads that a case was started with, as Temporal's server keeps them and its pages send them."""
    client = await connect(address)
    history = json.loads((await client.get_workflow_handle(case).fetch_history()).to_json())
    payloads = history["events"][0]["workflowExecutionStartedEventAttributes"]["input"]["payloads"]
    assert payloads
    return list(payloads)


async def test_payloads_of_a_case_are_decoded_for_who_has_the_right_and_the_audit_says_so(
    sealed_office: Office, temporal_address: str
) -> None:
    payloads = await start_input(temporal_address, await opened_case(sealed_office))
    assert ACCOUNT not in b"".join(base64.b64decode(str(each["data"])) for each in payloads)
    answer = await sealed_office.by("supervisor").post("/api/codec/decode", {"payloads": payloads})
    assert answer.status_code == 200
    opened = answer.json()["payloads"]
    assert len(opened) == len(payloads)
    assert ACCOUNT in b"".join(base64.b64decode(each["data"]) for each in opened)
    with sealed_office.store.reading() as session:
        row = session.exec(select(Audit).order_by(Audit.id.desc())).first()
    assert row is not None
    assert (row.person, row.act, row.object_kind, row.object_id) == (
        "supervisor",
        "view",
        "payloads",
        str(len(payloads)),
    )


async def test_what_is_encoded_is_what_a_worker_decodes(sealed_office: Office) -> None:
    plain = {"metadata": {"encoding": base64.b64encode(b"json/plain").decode()}, "data": "IngiCg=="}
    by = sealed_office.by("supervisor")
    encoded = (await by.post("/api/codec/encode", {"payloads": [plain]})).json()["payloads"]
    assert base64.b64decode(encoded[0]["metadata"]["key-id"]) == b"k1"
    assert (await by.post("/api/codec/decode", {"payloads": encoded})).json()["payloads"] == [plain]


@pytest.mark.parametrize("user", ["rep", "auditor", "gateway"])
async def test_nobody_decodes_without_the_right(sealed_office: Office, user: str) -> None:
    assert (await sealed_office.by(user).post("/api/codec/decode", {"payloads": []})).status_code == 403


async def test_a_payload_of_an_unknown_key_or_none_at_all_is_refused_with_a_sentence(sealed_office: Office) -> None:
    other = {"metadata": {"encoding": "YmluYXJ5L2VuY3J5cHRlZA==", "key-id": "azk="}, "data": "AAAA"}
    for payload, words in ((other, "k9"), ({"metadata": {"encoding": "A"}}, "base64")):
        answer = await sealed_office.by("supervisor").post("/api/codec/decode", {"payloads": [payload]})
        assert answer.status_code == 422
        assert words in answer.text


async def test_only_temporals_own_pages_may_ask_from_another_origin(sealed_office: Office) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-namespace"}
    http = sealed_office.http
    allowed = await http.options("/api/codec/decode", headers={"Origin": PAGES, **asks})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == PAGES
    assert allowed.headers["access-control-allow-credentials"] == "true"
    other = await http.options("/api/codec/decode", headers={"Origin": "http://elsewhere.test", **asks})
    assert "access-control-allow-origin" not in other.headers
    unsigned = await http.post("/api/codec/decode", json={"payloads": []}, headers={"Origin": PAGES})
    assert (unsigned.status_code, unsigned.headers["access-control-allow-origin"]) == (401, PAGES)
    elsewhere = await http.options("/api/cases", headers={"Origin": PAGES, **asks})
    assert "access-control-allow-origin" not in elsewhere.headers


async def test_temporals_pages_decode_with_the_session_of_who_looks_as_a_browser_asks(
    sealed_office: Office, temporal_address: str
) -> None:
    payloads = await start_input(temporal_address, await opened_case(sealed_office))
    http = sealed_office.http
    cookie = f"headgate={sealed_office.tokens['supervisor']}"
    headers = {
        "Origin": PAGES,
        "Content-Type": "application/json",
        "X-Namespace": "default",
        "Sec-Fetch-Site": "same-site",
    }
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": ",".join(
            name.lower() for name in headers if name.startswith(("Content", "X-"))
        ),
    }
    preflight = await http.options("/api/codec/decode", headers={"Origin": PAGES, **asks})
    permitted = preflight.headers["access-control-allow-headers"].lower()
    assert all(name in permitted for name in ("content-type", "x-namespace"))
    answer = await http.post(
        "/api/codec/decode", content=json.dumps({"payloads": payloads}), headers={**headers, "Cookie": cookie}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == PAGES
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert ACCOUNT in b"".join(base64.b64decode(each["data"]) for each in answer.json()["payloads"])


async def test_temporals_own_command_shows_a_case_through_the_codec_server(
    sealed_office: Office, temporal_address: str
) -> None:
    case = await opened_case(sealed_office)
    command = [
        str(find_or_build(Settings().cache, print)),
        "workflow",
        "show",
        "--workflow-id",
        case,
        "--output",
        "json",
    ]
    command += ["--address", temporal_address]
    async with served(sealed_office) as address:
        token = sealed_office.tokens["supervisor"]
        codec = ["--codec-endpoint", f"{address}/api/codec", "--codec-auth", f"Bearer {token}"]
        readable, unreadable = await asyncio.gather(output(*command, *codec), output(*command))
    assert ACCOUNT in values(readable)
    assert ACCOUNT not in values(unreadable)


def values(shown: str) -> bytes:
    """What the payloads of a history hold: the command shows it in base64."""
    found = re.findall(r'"data": "([^"]*)"', shown)
    return b"".join(base64.b64decode(each) for each in found)


async def output(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    assert process.returncode == 0
    return told.decode()


@asynccontextmanager
async def served(office: Office) -> AsyncIterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(office.app, host="127.0.0.1", port=port, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    async with httpx.AsyncClient() as http:
        while not server.started:
            await asyncio.sleep(0.02)
        assert (await http.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running
