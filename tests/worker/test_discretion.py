"""What a worker logs: events, ids and types, never the text of an exception, which could name a person."""

from __future__ import annotations

import json
import logging

import pytest

from telemetry import logs


def test_a_logged_exception_keeps_its_type_and_place_and_loses_its_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])
    monkeypatch.setattr(logging.root, "level", logging.WARNING)
    logs.set_up("info", "worker")
    try:
        raise ValueError("Pat Doe, 1 Well St")
    except ValueError:
        logging.getLogger("a-test").exception("an activity failed", extra={"activity": "letter", "name_of": "Pat Doe"})
    line = capsys.readouterr().err.strip()
    assert "Pat Doe" not in line
    said = json.loads(line)
    assert (said["event"], said["error"], said["activity"]) == ("an activity failed", "ValueError", "letter")
    assert "test_discretion.py" in said["raised_at"][0]
