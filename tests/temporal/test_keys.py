"""Which keys histories need, and `headgate keys`, on a real server with real histories."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest
from desk import Desk
from typer.testing import CliRunner, Result

from activities.archive import Archive
from activities.keys import needed, reseal
from activities.world import World
from headgate.cli import command_line
from store.records import archived_histories
from worker.run import working
from workflows.client import connect
from workflows.codec import encryption, read_keys

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


def said(*words: str) -> Result:
    return CliRunner().invoke(command_line(["keys"]), ["keys", *words])


async def with_keys(world: World, address: str, keys: str) -> World:
    client = await connect(address, keys=keys)
    return World(store=world.store, client=client, task_queue=world.task_queue, files=world.files)


async def closed_case(world: World) -> str:
    """A closed and archived case."""
    async with working(world):
        desk = Desk(world=world)
        case = (await desk.open("complaint", key="closes")).case
        await desk.send(case, "customer-withdrew")
        await world.client.get_workflow_handle(case).result()
        assert await Archive(world=world).keep_last(case, desk.now())
        with world.store.writing() as session:
            session.connection().exec_driver_sql("UPDATE cases SET kept_at = at WHERE status = 'closed'")
    return case


async def test_an_old_key_is_needed_by_open_cases_and_by_the_archive_until_it_is_encrypted_anew(
    world: World, temporal_address: str
) -> None:
    first = await with_keys(world, temporal_address, OLD)
    closed = await closed_case(first)
    async with working(first):
        await Desk(world=first).open("complaint", key="stays open")
    both = await with_keys(world, temporal_address, f"{NEW},{OLD}")
    found = await needed(both)
    assert (found.cases["old"], found.archived["old"], found.by("new")) == (1, 1, 0)

    codec = encryption(f"{NEW},{OLD}")
    assert codec is not None
    with world.store.reading() as session:
        before = archived_histories(session, closed)
    assert await asyncio.to_thread(reseal, both, codec) == 1
    assert await asyncio.to_thread(reseal, both, codec) == 0
    found = await needed(both)
    assert (found.cases["old"], found.archived["old"], found.archived["new"]) == (1, 0, 1)
    with world.store.reading() as session:
        assert archived_histories(session, closed) != before


def test_a_key_is_made_rotated_listed_and_destroyed_only_when_nothing_needs_it(
    world: World, temporal_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "codec-keys"
    assert said("make", "--name", "first", "--file", str(file)).exit_code == 0
    assert file.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("HEADGATE_CODEC_KEYS", f"@{file}")
    monkeypatch.setenv("DATABASE_URL", world.store.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)

    async def open_one() -> None:
        sealed = await with_keys(world, temporal_address, f"@{file}")
        async with working(sealed):
            await Desk(world=sealed).open("complaint", key="needs the first key")

    asyncio.run(open_one())
    assert said("rotate", "--name", "second").exit_code == 0
    assert list(read_keys(f"@{file}")) == ["second", "first"]
    secrets = [base64.b64encode(key).decode() for key in read_keys(f"@{file}").values()]

    listed = said("list")
    assert listed.exit_code == 0
    lines = {
        line.split()[1]: line.split()[3::2]
        for line in listed.output.splitlines()
        if "first" in line or "second" in line
    }
    assert lines["second"] == ["yes", "0", "0", "no"]
    assert lines["first"] == ["no", "1", "0", "no"]
    assert not any(secret in listed.output for secret in secrets)

    refused = said("destroy", "first")
    assert refused.exit_code == 3
    assert "still needed by 1 cases" in refused.output
    assert said("rotate", "--name", "third").exit_code == 0
    assert said("destroy", "second").exit_code == 0
    assert list(read_keys(f"@{file}")) == ["third", "first"]
    assert said("destroy", "third").exit_code == 1
    assert said("rotate", "--name", "first").exit_code == 1
