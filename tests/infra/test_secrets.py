"""No secret and nothing that signs somebody in is ever in a log, at the loudest level, in whatever goes wrong."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from headgate.settings import Settings
from headgate.temporal_server import free_port
from store import people
from store.engine import Store

SECRETS = {
    "database": "p4ssw0rd-of-the-database",
    "codec": base64.b64encode(b"k" * 32).decode(),
    "openid": "s3cret-of-the-client",
}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment with every secret in it, and nothing behind it that answers."""
    return {
        **os.environ,
        "HEADGATE_HOME": str(tmp_path),
        "HEADGATE_LOG_LEVEL": "debug",
        "HEADGATE_PORT": str(free_port()),
        "DATABASE_URL": f"postgresql+psycopg://headgate:{SECRETS['database']}@127.0.0.1:{free_port()}/headgate",
        "HEADGATE_CODEC_KEYS": f"k1:{SECRETS['codec']}",
        "HEADGATE_OPENID_ISSUER": f"http://127.0.0.1:{free_port()}",
        "HEADGATE_OPENID_CLIENT_SECRET": SECRETS["openid"],
        "TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
    }


@pytest.mark.parametrize("words", [["user", "list"], ["upgrade"], ["serve"], ["worker"]], ids=" ".join)
def test_a_process_that_cannot_start_says_so_without_its_secrets(environment: dict[str, str], words: list[str]) -> None:
    command = [sys.executable, "-m", "headgate", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert said
    assert [secret for secret in SECRETS.values() if secret in said] == []


def test_settings_do_not_show_their_secrets(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    shown = f"{Settings()!r} {Settings()}"
    assert [secret for secret in SECRETS.values() if secret in shown] == []


def test_neither_a_password_nor_a_token_is_kept_or_logged(
    sqlite_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC)
    with caplog.at_level(logging.DEBUG), sqlite_store.writing() as session:
        people.add_user(session, "rep", "Rosa", roles=frozenset(), by="test", at=now, password="a password of hers")
        token = people.make_sign_in(session, "rep", kind="token", at=now, expires_at=now + timedelta(days=1))
        assert people.check_password(session, "rep", "a password of hers")
        assert people.sign_in_of(session, token, now) is not None
    content = Path(str(sqlite_store.engine.url.database)).read_bytes()
    for secret in (token, "a password of hers"):
        assert secret not in caplog.text
        assert secret.encode() not in content
