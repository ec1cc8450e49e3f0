"""A person's key: what it seals, and that nothing opens once it is destroyed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from activities.files import FolderStore, NoSuchFileError, RedactedFileError, digest_of
from store.vault import KeyDestroyedError, Vault, VaultError, current, is_sealed, name_of, use

ONE, TWO = b"1" * 32, b"2" * 32
TEXT = "Maria López, 12 Orchard Lane".encode()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "keys", {"one": ONE})


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_what_is_sealed_opens_only_as_what_it_is_about(vault: Vault) -> None:
    sealed = vault.seal("cu-1", TEXT, "a letter")
    assert is_sealed(sealed)
    assert "López".encode() not in sealed
    assert vault.open(sealed, "a letter") == TEXT
    with pytest.raises(VaultError):
        vault.open(sealed, "another letter")
    with pytest.raises(VaultError):
        vault.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "a letter")


def test_what_was_never_sealed_is_given_back(vault: Vault) -> None:
    assert vault.open(b"plain", "a letter") == b"plain"


def test_a_destroyed_key_opens_nothing_and_is_not_made_again(vault: Vault, tmp_path: Path) -> None:
    mine, other = vault.seal("cu-1", TEXT, "x"), vault.seal("cu-2", TEXT, "x")
    again = Vault(tmp_path / "keys", {"one": ONE})
    vault.destroy("cu-1")
    for each in (vault, again):
        with pytest.raises(KeyDestroyedError):
            each.open(mine, "x")
        with pytest.raises(KeyDestroyedError):
            each.seal("cu-1", TEXT, "x")
    assert (vault.is_destroyed("cu-1"), vault.is_destroyed("cu-2")) == (True, False)
    assert vault.open(other, "x") == TEXT
    vault.destroy("cu-1")
    assert vault.destroyed() == {name_of("cu-1")}
    vault.destroy("cu-3")
    assert vault.is_destroyed("cu-3")


def test_keys_are_wrapped_with_the_master_key_and_wrapped_anew_with_a_newer_one(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    sealed = Vault(folder, {"one": ONE}).seal("cu-1", TEXT, "x")
    with pytest.raises(VaultError, match='"one"'):
        Vault(folder, {"two": TWO}).open(sealed, "x")
    both = Vault(folder, {"two": TWO, "one": ONE})
    assert (both.rewrap(), both.rewrap()) == (1, 0)
    assert Vault(folder, {"two": TWO}).open(sealed, "x") == TEXT


def test_a_damaged_key_is_not_taken_for_a_destroyed_one(vault: Vault, tmp_path: Path) -> None:
    sealed = vault.seal("cu-1", TEXT, "x")
    (tmp_path / "keys" / name_of("cu-1")).write_bytes(b"")
    with pytest.raises(VaultError, match="damaged"):
        vault.open(sealed, "x")
    assert not vault.is_destroyed("cu-1")
    assert vault.destroyed() == frozenset()


def test_without_master_keys_one_is_made_in_the_folder(tmp_path: Path) -> None:
    sealed = Vault(tmp_path / "keys").seal("cu-1", TEXT, "x")
    assert Vault(tmp_path / "keys").open(sealed, "x") == TEXT
    assert (tmp_path / "keys" / "master").stat().st_mode & 0o077 == 0


def test_several_who_need_a_new_key_at_once_get_the_same_one(vault: Vault) -> None:
    sealed: list[bytes] = []
    threads = [threading.Thread(target=lambda: sealed.append(vault.seal("cu-1", TEXT, "x"))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [vault.open(each, "x") for each in sealed] == [TEXT] * 8


def test_a_file_of_a_person_is_found_by_the_digest_of_its_content_and_unreadable_on_the_disk(
    vault: Vault, tmp_path: Path
) -> None:
    before = current()
    use(vault)
    try:
        store = FolderStore(tmp_path / "files")
        digest = store.put(TEXT, "cu-1")
        assert digest == digest_of(TEXT) == store.put(TEXT, "cu-1")
        assert store.get(digest) == TEXT
        assert TEXT not in on_disk(tmp_path / "files")
        store.put(TEXT, "cu-2")
        vault.destroy("cu-1")
        assert store.get(digest) == TEXT
        vault.destroy("cu-2")
        with pytest.raises(RedactedFileError):
            store.get(digest)
        store.delete(digest)
        assert not store.has(digest)
        with pytest.raises(NoSuchFileError):
            store.get(digest)
    finally:
        use(before)
