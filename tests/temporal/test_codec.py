"""Payloads are unreadable where keys are set, and keys can be changed while cases live."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from desk import Desk
from temporalio.api.common.v1 import Payload

from activities.world import World
from worker.run import working
from workflows.client import connect
from workflows.codec import ByType, CodecError, Encryption, data_converter, encryption, parse_keys

OLD = base64.b64encode(b"o" * 32).decode()
NEW = base64.b64encode(b"n" * 32).decode()
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"Pat Doe"')


async def test_what_is_encrypted_with_an_old_key_is_read_with_both() -> None:
    sealed = await Encryption(parse_keys(f"old:{OLD}")).encode([PLAIN])
    assert b"Pat Doe" not in sealed[0].SerializeToString()
    assert sealed[0].metadata["key-id"] == b"old"
    both = Encryption(parse_keys(f"new:{NEW}, old:{OLD}"))
    assert await both.decode(sealed) == [PLAIN]
    assert (await both.encode([PLAIN]))[0].metadata["key-id"] == b"new"


async def test_a_payload_whose_key_is_gone_says_which_one_is_missing() -> None:
    sealed = await Encryption(parse_keys(f"old:{OLD}")).encode([PLAIN])
    with pytest.raises(CodecError, match='the key "old"'):
        await Encryption(parse_keys(f"new:{NEW}")).decode(sealed)


async def test_a_payload_under_a_wrong_name_or_changed_on_the_way_is_not_opened() -> None:
    (sealed,) = await Encryption(parse_keys(f"old:{OLD}")).encode([PLAIN])
    with pytest.raises(CodecError, match="does not open"):
        await Encryption(parse_keys(f"old:{NEW}")).decode([sealed])
    sealed.data = sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])
    with pytest.raises(CodecError, match="does not open"):
        await Encryption(parse_keys(f"old:{OLD}")).decode([sealed])


async def test_what_was_never_encrypted_is_read_as_it_is() -> None:
    assert await Encryption(parse_keys(f"old:{OLD}")).decode([PLAIN]) == [PLAIN]


async def test_keys_of_a_file_are_read_again_for_a_payload_of_a_key_that_is_not_known(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# ours\nold:{OLD}\n")
    running = encryption(f"@{file}")
    assert running is not None
    file.write_text(f"new:{NEW}\nold:{OLD}\n")
    restarted = encryption(f"@{file}")
    assert restarted is not None
    assert running.newest == "old"
    assert await running.decode(await restarted.encode([PLAIN])) == [PLAIN]
    assert running.newest == "new"


def test_a_key_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CodecError, match="nowhere"):
        data_converter(f"@{tmp_path}/nowhere")


@pytest.mark.parametrize("text", ["", "short:c2hvcnQ=", f":{OLD}", "none", "bad:???", f"a b:{OLD}", f"k:{OLD},k:{NEW}"])
def test_keys_that_cannot_be_used_are_refused(text: str) -> None:
    with pytest.raises(CodecError):
        Encryption(parse_keys(text))


async def test_a_case_lives_through_a_change_of_keys_and_its_history_shows_nothing(
    world: World, temporal_address: str
) -> None:
    first = await _with_keys(world, temporal_address, f"old:{OLD}")
    async with working(first, sandboxed=True):
        case = (await Desk(world=first).open("complaint")).case
    both = await _with_keys(world, temporal_address, f"new:{NEW},old:{OLD}")
    async with working(both, sandboxed=True):
        taken = await Desk(world=both).complete(case, "explained", cause="leak")
    assert taken.state == ("answering",)
    history = await both.client.get_workflow_handle(case).fetch_history()
    text = history.to_json()
    assert "leak" not in text
    assert "10-000001" not in text
    ids = {base64.b64encode(name).decode() for name in (b"old", b"new")}
    assert all(name in text for name in ids)


async def _with_keys(world: World, address: str, keys: str) -> World:
    client = await connect(address, keys=keys)
    return World(store=world.store, client=client, task_queue=world.task_queue, files=world.files)


def test_all_converters_share_the_schemas_of_types() -> None:
    first, second = (data_converter(None).payload_converter_class() for _ in range(2))
    assert isinstance(first, ByType)
    assert isinstance(second, ByType)
    assert first.converters is second.converters
