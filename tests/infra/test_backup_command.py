"""`headgate backup` and `headgate restore`: what they copy, and what they refuse. On real processes: tests/faults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headgate import home
from headgate.backup import MANIFEST, made
from headgate.errors import CannotStart
from headgate.restored import RECOVER_FIRST
from headgate.settings import Settings
from store.vault import Vault
from tests.faults.command import headgate
from tests.faults.product import DEFINITIONS


@pytest.fixture
def installation(tmp_path: Path) -> Settings:
    """A home folder with an empty database, nothing of it running."""
    settings = Settings(home=tmp_path / "home", definitions=DEFINITIONS, sample=False)
    home.make(settings)
    home.prepared(settings, lambda _: None).close()
    return settings


def test_a_second_backup_shares_the_files_of_the_first(installation: Settings, tmp_path: Path) -> None:
    letter = installation.files / "ab" / "abcd"
    letter.parent.mkdir()
    letter.write_bytes(b"%PDF")
    one, two = (made(installation, tmp_path / "backups") for _ in range(2))
    assert (two / "files" / "ab" / "abcd").samefile(one / "files" / "ab" / "abcd")
    assert json.loads((two / MANIFEST).read_text())["files"] == 1


def test_keys_of_people_have_one_copy_in_which_a_destroyed_key_is_destroyed_too(
    installation: Settings, tmp_path: Path
) -> None:
    installation.vault.seal("cu-1", b"Pat Doe", "x")
    made(installation, tmp_path / "backups")
    installation.vault.destroy("cu-1")
    made(installation, tmp_path / "backups")
    copy = Vault(tmp_path / "backups" / "keys")
    assert copy.is_destroyed("cu-1")
    assert (copy.folder / "master").read_bytes() == (installation.home / "keys" / "master").read_bytes()


def test_a_backup_that_was_changed_is_refused_and_what_was_there_stays(installation: Settings, tmp_path: Path) -> None:
    backup = made(installation, tmp_path / "backups")
    with (backup / "headgate.db").open("ab") as file:
        file.write(b"more")
    before = (installation.home / "headgate.db").read_bytes()
    done = headgate("restore", str(backup), HEADGATE_HOME=str(installation.home))
    assert done.returncode == 1
    assert "has been changed since the backup was made" in " ".join(done.stderr.split())
    assert (installation.home / "headgate.db").read_bytes() == before


@pytest.mark.parametrize("process", ["worker", "serve"])
def test_nothing_starts_on_a_restored_database_before_its_cases_are_recovered(
    installation: Settings, process: str
) -> None:
    (installation.home / RECOVER_FIRST).touch()
    done = headgate(process, HEADGATE_HOME=str(installation.home))
    assert done.returncode == 1
    assert "run `headgate recover` before any worker or API" in " ".join(done.stderr.split())


def test_a_folder_without_an_installation_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="holds no installation"):
        made(Settings(home=tmp_path), tmp_path / "backups")


def test_a_database_of_its_own_has_scripts_of_its_own(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url="postgresql+psycopg://headgate@db/headgate")
    with pytest.raises(CannotStart, match=r"deploy/backup\.sh"):
        made(settings, tmp_path / "backups")
