"""Files whose time is over are deleted by the worker's rounds, once, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from books import ACCOUNT, account
from sqlalchemy import URL
from sqlmodel import select, update

from activities import files
from activities.files import FolderStore
from activities.forgetting import Forgetting
from activities.world import World
from store.engine import Store, open_store
from store.publishing import publish_compiled
from store.tables.audit import Audit
from store.tables.cases import CaseRow
from store.tables.papers import File, Letter
from store.tables.utility import Hold
from tests.shipped import shipped_library

NOW = datetime(2026, 7, 6, 18, tzinfo=UTC)
YESTERDAY = NOW.date() - timedelta(days=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, new_database: Callable[[str], URL], tmp_path: Path) -> Iterator[Store]:
    found = open_store(new_database(request.param))
    with found.writing() as session:
        account(session)
        session.add(
            CaseRow(id="c-1", definition="told", version=1, opened_at=NOW, at=NOW, status="closed", closed_at=NOW)
        )
    files.use(FolderStore(tmp_path / "files"))
    yield found
    files.use(None)
    found.close()


def keep(store: Store, name: str, until: date | None = YESTERDAY, content: bytes | None = None) -> str:
    """A file of the case; its digest."""
    digest = files.current().put(content or name.encode())
    with store.writing() as session:
        session.add(
            File(
                id=name, digest=digest, kind="photo", content_type="image/png", size=1, case_id="c-1", account_id=ACCOUNT,
                uploaded_by="rep", uploaded_at=NOW, keep_until=until,
            )
        )  # fmt: skip
    return digest


def forget(store: Store) -> int:
    world = cast(World, SimpleNamespace(store=store, now=lambda: NOW))
    return Forgetting(world=world).round()


def left(store: Store) -> list[str]:
    with store.reading() as session:
        return sorted(session.exec(select(File.id)))


def test_a_file_whose_time_is_over_goes_once_and_the_audit_says_so(store: Store) -> None:
    over = keep(store, "over")
    last_day, for_ever = keep(store, "last-day", NOW.date()), keep(store, "for-ever", None)

    assert (forget(store), forget(store)) == (1, 0)

    assert left(store) == ["for-ever", "last-day"]
    assert [files.current().has(each) for each in (over, last_day, for_ever)] == [False, True, True]
    with store.reading() as session:
        row = session.exec(select(Audit)).one()
        assert (row.person, row.act, row.object_id, row.case_id, row.rule) == (
            "headgate", "forget-file", "over", "c-1", f"kept until {YESTERDAY}",
        )  # fmt: skip


def test_a_round_that_died_after_the_content_was_deleted_is_finished_by_the_next(store: Store) -> None:
    files.current().delete(keep(store, "over"))
    assert forget(store) == 1
    assert left(store) == []


def test_files_of_an_open_case_wait_for_its_close(store: Store) -> None:
    keep(store, "over")
    with store.writing() as session:
        session.exec(update(CaseRow).values(status="open", closed_at=None))
    assert forget(store) == 0
    with store.writing() as session:
        session.exec(update(CaseRow).values(status="closed", closed_at=NOW))
    assert forget(store) == 1


def test_files_wait_while_a_hold_keeps_the_records(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store, "over")
    district = SimpleNamespace(settings={}, holds={"litigation": SimpleNamespace(keeps_records=True)})
    monkeypatch.setattr("activities.forgetting.district_of", lambda _session, _at: district)
    with store.writing() as session:
        session.add(Hold(id="h1", account_id=ACCOUNT, kind="litigation", since=NOW, placed_by="rep", placed_at=NOW))
    assert forget(store) == 0
    with store.writing() as session:
        session.exec(update(Hold).values(released_at=NOW))
    assert forget(store) == 1


def test_a_content_that_a_letter_or_a_younger_file_has_too_stays(store: Store) -> None:
    same = keep(store, "over", content=b"same")
    keep(store, "younger", None, content=b"same")
    printed = keep(store, "printed")
    with store.writing() as session:
        session.add(
            Letter(
                id="l1", case_id="c-1", step_no=1, effect_no=1, template="answer", file_digest=printed, queued_at=NOW
            )
        )
    assert forget(store) == 2
    assert left(store) == ["younger"]
    assert files.current().has(same)
    assert files.current().has(printed)


def test_a_content_that_is_also_the_wording_of_a_published_letter_stays(store: Store) -> None:
    compiled = shipped_library().compile("high-consumption")
    with store.writing() as session:
        publish_compiled(session, compiled, source="", by="author", at=NOW)
    wording = shipped_library().letters["usage-history"].text.encode()
    digest = keep(store, "somebody-attached-the-template", content=wording)
    assert digest in compiled.letters.values()
    assert forget(store) == 1
    assert files.current().has(digest)
