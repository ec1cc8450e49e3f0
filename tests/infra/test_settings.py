"""Settings come from the environment or from files that it names; what is secret is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.settings import Settings


def test_a_setting_may_stand_in_a_file_and_the_environment_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in (("DATABASE_URL", "postgresql://one"), ("HEADGATE_OPENID_CLIENT_SECRET", "kept")):
        file = tmp_path / name
        file.write_text(f"{content}\n")
        monkeypatch.setenv(f"{name}_FILE", str(file))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = Settings()
    assert settings.database_url == "postgresql://one"
    assert settings.openid_client_secret is not None
    assert settings.openid_client_secret.get_secret_value() == "kept"
    assert "kept" not in repr(settings)
    monkeypatch.setenv("DATABASE_URL", "postgresql://two")
    assert Settings().database_url == "postgresql://two"


def test_an_empty_variable_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_DEPLOYMENT", "")
    assert Settings().release is None
    monkeypatch.setenv("HEADGATE_DEPLOYMENT", "district")
    monkeypatch.setenv("HEADGATE_BUILD", "")
    release = Settings().release
    assert release is not None
    assert release.build


def test_a_file_that_cannot_be_read_is_named_by_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_CODEC_KEYS_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ValueError, match="HEADGATE_CODEC_KEYS_FILE"):
        Settings()
