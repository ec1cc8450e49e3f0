"""Where a Temporal server comes from, and that it runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import Client

from headgate.errors import CannotStart
from headgate.temporal_server import find_or_build


def test_temporal_on_the_path_is_taken_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable = tmp_path / "temporal"
    executable.write_text("#!/bin/sh\n")
    executable.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_or_build(tmp_path / "cache", print) == executable


def test_without_a_server_a_network_or_go_one_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("headgate.temporal_server._fetched", _unreachable)
    with pytest.raises(CannotStart, match="install Temporal's command line"):
        find_or_build(tmp_path / "cache", print)


def _unreachable(target: Path) -> bool:
    return False


async def test_the_server_answers(temporal_client: Client) -> None:
    assert (await temporal_client.count_workflows()).count >= 0
