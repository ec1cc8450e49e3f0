"""Files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from sqlmodel import select, update

from activities import files
from activities.files import FolderStore, digest_of
from activities.forgetting import Forgetting
from activities.world import World
from api.acts import filing
from store.tables.audit import Audit
from store.tables.papers import File
from tests.api.office import MONDAY, Office

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 100


async def _upload(office: Office, by: str, *, key: str, content: bytes = JPEG, **data: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {office.tokens[by]}", "Idempotency-Key": key}
    file = ("meter.jpg", content, "image/jpeg")
    return await office.http.post("/api/files", headers=headers, files={"file": file}, data=data)


async def test_a_photograph_is_kept_once_and_opened_by_who_sees_the_case(office: Office) -> None:
    task = office.task(kind="work-order", queue="meters", name="rereading", place="rereading")
    first = await _upload(office, "crew", key="k", task=task)
    again = await _upload(office, "crew", key="k", task=task)
    assert (first.status_code, again.json()) == (201, first.json()), first.text
    assert again.headers["Idempotency-Replayed"] == "true"
    kept = office.services.files
    assert isinstance(kept, FolderStore)
    assert not any(JPEG in file.read_bytes() for file in kept.folder.rglob("*") if file.is_file())
    for user in ("crew", "rep"):
        content = await office.by(user).get(f"/api/files/{first.json()['id']}/content")
        assert (content.content, content.headers["content-type"]) == (JPEG, "image/jpeg")
        assert content.headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_a_file_is_what_it_says_it_is(office: Office) -> None:
    task = office.task()
    wrong = await _upload(office, "rep", key="a", content=b"<script>", task=task)
    assert (wrong.status_code, wrong.json()["code"]) == (415, "wrong-type")
    unknown = await _upload(office, "rep", key="b", kind="joke", task=task)
    assert (unknown.status_code, "kind" in unknown.json()["fields"]) == (422, True)
    nowhere = await _upload(office, "rep", key="c")
    assert nowhere.status_code == 422


async def test_medical_certificates_are_kept_apart(office: Office) -> None:
    task = office.task()
    kept = (await _upload(office, "rep", key="a", kind="certificate", task=task)).json()
    assert (await office.by("rep2").get(f"/api/files/{kept['id']}")).status_code == 403
    assert (await office.by("rep").get(f"/api/files/{kept['id']}/content")).status_code == 200
    listed = await office.by("rep2").get("/api/files", case=kept["case"])
    assert listed.json()["items"] == []
    with office.store.reading() as session:
        looked = session.exec(select(Audit).where(Audit.act == "view")).all()
    assert [(row.person, row.object_kind, row.allowed) for row in looked] == [
        ("rep2", "address", False),
        ("rep", "file", True),
    ]


async def test_what_is_no_photograph_is_saved_rather_than_opened_and_keeps_no_folders_in_its_name(
    office: Office,
) -> None:
    task = office.task()
    for name, kind, content, shown in (
        ("../../etc/pass\x07wd.txt", "text/plain", b"a note", "attachment"),
        ("C:\\scans\\proof.pdf", "application/pdf", b"%PDF-1.7", "attachment"),
        ("meter.jpg", "image/jpeg", JPEG, "inline"),
    ):
        headers = {"Authorization": f"Bearer {office.tokens['rep']}", "Idempotency-Key": name.replace("\x07", "")}
        kept = await office.http.post(
            "/api/files", headers=headers, files={"file": (name, content, kind)}, data={"task": task, "kind": "proof"}
        )
        assert kept.status_code == 201, kept.text
        assert kept.json()["name"] in ("passwd.txt", "pass%07wd.txt", "proof.pdf", "meter.jpg")
        read = await office.by("rep").get(f"/api/files/{kept.json()['id']}/content")
        assert read.headers["Content-Disposition"].startswith(f'{shown}; filename="f-')
        assert read.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_says_that_it_is_text_is_text(office: Office) -> None:
    headers = {"Authorization": f"Bearer {office.tokens['rep']}", "Idempotency-Key": "k"}
    file = ("note.txt", b"MZ\x90\x00\x03", "text/plain")
    kept = await office.http.post("/api/files", headers=headers, files={"file": file}, data={"task": office.task()})
    assert kept.status_code == 415


async def test_a_task_holds_only_so_many_files(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "MOST_OF_ONE", 2)
    task = office.task()
    answers = [await _upload(office, "rep", key=f"k{number}", task=task) for number in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 409]


class Overtaken(FolderStore):
    """A file store in which something else begins as soon as a content is kept, before a row says what it is."""

    def __init__(self, folder: Path, what: threading.Thread, waits: Callable[[], bool]) -> None:
        super().__init__(folder)
        self.what, self.waits = what, waits

    def put(self, content: bytes, owner: str | None = None) -> str:
        """Goes on when the other has ended or waits for this one."""
        digest = super().put(content, owner)
        self.what.start()
        while self.what.is_alive() and not self.waits():
            self.what.join(timeout=0.01)
        return digest


@pytest.fixture
def files_of(office_on_each: Office) -> Iterator[FolderStore]:
    """The office's file store, for workers too."""
    kept = office_on_each.services.files
    assert isinstance(kept, FolderStore)
    files.use(kept)
    yield kept
    files.use(None)


async def test_what_is_uploaded_while_the_same_content_is_deleted_stays(
    office_on_each: Office, files_of: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, forgotten = office_on_each, []
    old = (await _upload(office, "rep", key="old", account="a-1")).json()["id"]
    with office.store.writing() as session:
        session.exec(update(File).values(keep_until=MONDAY.date() - timedelta(days=1)))
    world = cast(World, SimpleNamespace(store=office.store, now=lambda: MONDAY))
    round_ = threading.Thread(target=lambda: forgotten.append(Forgetting(world=world).round()))

    def waits() -> bool:
        """Whether a transaction waits for another one; on SQLite each that writes does."""
        with office.store.reading() as session:
            on_sqlite = session.get_bind().dialect.name == "sqlite"
            return on_sqlite or session.connection().exec_driver_sql(WAITING).scalar_one() > 0

    services: Any = replace(office.services, files=Overtaken(files_of.folder, round_, waits))
    monkeypatch.setattr(office.app.state, "services", services)

    new = (await _upload(office, "rep", key="new", account="a-1")).json()["id"]

    round_.join()
    assert forgotten == [1]
    assert (await office.by("rep").get(f"/api/files/{old}")).status_code == 404
    assert (await office.by("rep").get(f"/api/files/{new}/content")).content == JPEG
    assert files_of.has(digest_of(JPEG))
