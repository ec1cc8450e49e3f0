"""The file store: contents by digest."""

from pathlib import Path

import pytest

from activities import files
from activities.files import FolderStore, NoSuchFileError


def test_a_content_is_kept_once_and_found_by_its_digest(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    digest = store.put(b"a photograph")
    assert store.put(b"a photograph") == digest
    assert store.get(digest) == b"a photograph"
    assert store.has(digest)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_an_unknown_a_changed_and_a_deleted_content_are_refused(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    digest = store.put(b"x")
    with pytest.raises(NoSuchFileError):
        store.get("0" * 64)
    with pytest.raises(NoSuchFileError, match="is no digest"):
        store.get("../../etc/passwd")
    (tmp_path / digest[:2] / digest).write_bytes(b"y")
    with pytest.raises(NoSuchFileError, match="changed outside Headgate"):
        store.get(digest)
    store.delete(digest)
    store.delete(digest)
    assert not store.has(digest)


def test_the_process_uses_the_folder_of_its_home_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADGATE_HOME", str(tmp_path / "home"))
    files.use(None)
    digest = files.current().put(b"x")
    assert (tmp_path / "home" / "files" / digest[:2] / digest).exists()
    other = FolderStore(tmp_path / "other")
    files.use(other)
    assert files.current() is other
    files.use(None)
