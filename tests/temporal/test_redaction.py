"""A former customer's data made unreadable, on each engine: their name is then in no table, file or history."""

from __future__ import annotations

import asyncio
import shutil
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from books import ACCOUNT
from desk import HERE, LONG_AGO, SHIPPED, Desk
from sqlalchemy import select as core_select
from sqlmodel import select
from sqlmodel import update as update
from typer.testing import CliRunner

from activities import files
from activities.archive import Archive
from activities.exporting import exported
from activities.files import FolderStore, RedactedFileError
from activities.redacting import Redacting
from activities.world import World
from definitions.language.library import load_library
from headgate.cli import command_line
from store import vault
from store.finding import keep_account_words
from store.persons import Retention, belongings, obstacles
from store.publishing import publish_compiled
from store.records import archived_histories
from store.sealing import seal
from store.tables.audit import Audit
from store.tables.base import metadata
from store.tables.batches import LetterBatch
from store.tables.cases import CaseArchive, CaseRow, Note, StepRow, TaskRow
from store.tables.connections import RegisterEvent, RegisterItem
from store.tables.conversations import Conversation
from store.tables.inbox import InboxItem, Memo
from store.tables.outbox import IdempotencyKey
from store.tables.papers import File, Letter
from store.tables.parties import AccountParty
from store.tables.people import User
from store.tables.redactions import Redaction
from store.tables.rules import SiteCheck
from store.tables.utility import Account, Customer, Hold
from store.vault import KeyDestroyedError
from store.verifying import verify
from worker.run import working

NAME = "Zanthorpe"
PERSON = "cu-000001"
SAID = f"Mr {NAME} says that the read is wrong, call 555-0142"
TOLD = """
case: told
title: Told
facts: {balance: money}
data:
  account: {type: account, required: true}
  cause: {enum: [leak, misread]}
  seen: {type: date}
  amount: {type: money}
  comment: {type: text}
initial: review
states:
  review:
    task:
      title: Review what was told
      queue: desk
      due: 1 business day
      form: {cause: required, comment: required, amount: required, seen: required}
      outcomes: {explained: closed}
  closed: {type: final}
"""


@dataclass(frozen=True, kw_only=True)
class Former:
    """A customer who has left, with everything that was kept of them."""

    world: World
    case: str
    letters: dict[str, str]  #: what → digest

    def day(self, person: str = PERSON) -> list[str]:
        """What stands in the way today."""
        with self.world.store.reading() as session:
            whose = belongings(session, person)
            kinds = obstacles(session, whose, date(2026, 7, 6), Retention(years=7, keeping=frozenset({"medical"})))
            return [each.kind for each in kinds]


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture
async def former(world: World, tmp_path: Path) -> AsyncIterator[Former]:
    """Their case is closed and archived; they left eight years ago, owing nothing."""
    store, before = FolderStore(tmp_path / "files"), vault.current()
    files.use(store)
    vault.use(vault.Vault(tmp_path / "keys"))
    _publish(world, tmp_path)
    async with working(world):
        desk = Desk(world=world)
        case = (await desk.open("told")).case
        await desk.complete(case, "explained", cause="leak", comment=SAID, amount="25.00", seen="2026-03-09")
        await world.client.get_workflow_handle(case).result()
        assert await Archive(world=world).keep_last(case, _closed_at(world, case))
    letters = {
        "pdf": store.put(f"%PDF Dear {NAME}".encode(), PERSON),
        "data": store.put(f'{{"customer": "{NAME}"}}'.encode(), PERSON),
        "old": store.put(f"kept before people had keys: {NAME}".encode()),
        "batch": store.put(f"all letters of a day, {NAME}".encode(), "batch lb-1"),
    }
    with world.store.writing() as session:
        _kept(session, case, letters)
    yield Former(world=world, case=case, letters=letters)
    files.use(None)
    vault.use(before)


def _publish(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "definitions"
    shutil.copytree(HERE / "definitions", folder)
    (folder / "cases" / "told.yaml").write_text(TOLD)
    district = (folder / "district.yaml").read_text().replace("{title: Medical certificate}", _KEEPS)
    (folder / "district.yaml").write_text(f'{district}\nsettings: {{personal-data-years: "7"}}\n')
    library = load_library(folder)
    library.calendars |= load_library(SHIPPED).calendars
    assert library.problems == []
    with world.store.writing() as session:
        publish_compiled(session, library.compile("told"), source=TOLD, by="author", at=LONG_AGO + timedelta(days=1))


_KEEPS = "{title: Medical certificate, keeps-records: true}"


def _closed_at(world: World, case: str) -> datetime:
    with world.store.reading() as session:
        at = session.get_one(CaseRow, case).closed_at
    assert at is not None
    return at


def _kept(session: Any, case: str, letters: dict[str, str]) -> None:
    at = datetime(2026, 3, 9, 16, tzinfo=UTC)
    session.exec(
        update(Customer).where(Customer.id == PERSON).values(name=f"Ada {NAME}", phone="555-0142", email="a@x")
    )
    mailing = {"line1": f"c/o {NAME}", "city": "Wellton", "zip": "90000"}
    session.exec(
        update(Account).where(Account.id == ACCOUNT).values(mailing=mailing, status="closed", closed=date(2018, 5, 1))
    )
    keep_account_words(session.connection(), [ACCOUNT])
    session.add(User(id="rep", name="Rep"))
    session.flush()
    session.add(
        AccountParty(account_id=ACCOUNT, role="counsel", name=NAME, mailing=mailing, noted_by="rep", noted_at=at)
    )
    session.add(Note(id="n1", case_id=case, account_id=ACCOUNT, by="rep", at=at, text=SAID))
    session.add(Memo(id="m1", sender="rep", to_user="rep", at=at, text=SAID, case_id=case))
    session.add(
        Conversation(
            id="cv1", account_id=ACCOUNT, at=at, by="rep", channel="telephone", incoming=True, spoke_with="customer",
            asked={"name": True}, verified=True, offered=[], text=SAID,
        )
    )  # fmt: skip
    session.add(
        InboxItem(
            id="in1", channel="email", received_at=at, taken_in_at=at, taken_in_by="rep", sender=NAME, reply_to="a@x",
            account_id=ACCOUNT, subject=SAID, text=SAID, queue="desk", due_at=at, status="joined", case_id=case,
        )
    )  # fmt: skip
    session.add(
        Hold(
            id="h1", account_id=ACCOUNT, kind="medical", since=at, placed_by="rep", placed_at=at, reason=SAID,
            released_at=at, released_by="rep",
        )
    )  # fmt: skip
    for number, what in enumerate(("pdf", "old")):
        session.add(
            File(
                id=f"f{number}", digest=letters[what], kind="letter", name=f"{NAME}.pdf", content_type="application/pdf",
                size=9, case_id=case, account_id=ACCOUNT, uploaded_by="rep", uploaded_at=at,
            )
        )  # fmt: skip
    session.add(LetterBatch(id="lb-1", made_at=at, made_by="rep", letters=1, file_digest=letters["batch"]))
    session.add(
        Letter(
            id="l1", case_id=case, step_no=1, effect_no=1, template="answer", account_id=ACCOUNT, status="mailed",
            file_digest=letters["pdf"], data_digest=letters["data"], queued_at=at, mailed_on=date(2026, 3, 9), batch="lb-1",
        )
    )  # fmt: skip
    session.exec(update(TaskRow).where(TaskRow.case_id == case).values(draft={"comment": SAID}))
    task = session.exec(select(TaskRow.id).where(TaskRow.case_id == case)).one()
    session.add(SiteCheck(task_id=task, by="rep", at=at, real_at=at, fit=False, sentence=SAID))
    session.add(
        RegisterItem(
            id="r-1", register_name="backflow", account_id=ACCOUNT, kind="double-check", since=at.date(), every_days=365
        )
    )
    session.flush()
    session.add(RegisterEvent(id="re-1", item_id="r-1", on=at.date(), kind="registered", by="rep", at=at, note=SAID))
    session.add(
        IdempotencyKey(
            person="rep", key="contact", digest="d", status=200, response={"body": {"name": NAME}},
            at=at - timedelta(days=40),
        )
    )  # fmt: skip


def found_in(world: World, word: str = NAME) -> set[str]:
    """The tables, files and histories that hold the word, also compressed or in lower case."""
    found: set[str] = set()
    with world.store.engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(core_select(table)):
                text = repr(tuple(_inside(value) for value in row)).lower()
                if word.lower() in text:
                    found.add(table.name)
    store = files.current()
    assert isinstance(store, FolderStore)
    for folder in (store.folder, vault.current().folder):
        if any(word.encode() in file.read_bytes() for file in folder.rglob("*") if file.is_file()):
            found.add(folder.name)
    return found


def _inside(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


def in_the_database_file(world: World) -> bool:
    """Whether SQLite's file still holds the name once the space that was freed is given back, as an operator does it."""
    with world.store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    file = Path(str(world.store.engine.url.database))
    return any(NAME.encode() in each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


def archived(world: World, case: str) -> bytes:
    with world.store.reading() as session:
        return b"".join(archived_histories(session, case))


async def test_after_redaction_the_name_is_nowhere_and_figures_days_and_rules_are_still_there(former: Former) -> None:
    world, store = former.world, files.current()
    written = {
        "customers",
        "accounts",
        "account_parties",
        "search_words",
        "notes",
        "memos",
        "conversations",
        "inbox_items",
    }
    written |= {"register_events", "site_checks", "holds", "files", "tasks", "steps", "cases", "idempotency_keys"}
    assert found_in(world) >= written
    assert NAME.encode() in archived(world, former.case)
    assert NAME.encode() in store.get(former.letters["pdf"])
    before = _provable(world, former.case)
    with world.store.writing() as session:
        seal(session, 10**6, datetime.now(UTC))

    assert former.day() == []
    assert await Redacting(world=world).round() == 1
    assert await Redacting(world=world).round() == 0

    assert found_in(world) == set()
    assert found_in(world, "555-0142") == set()
    if world.store.engine.dialect.name == "sqlite":
        assert not in_the_database_file(world)
    with pytest.raises(KeyDestroyedError):
        archived(world, former.case)
    for what in ("pdf", "data", "batch"):
        with pytest.raises(RedactedFileError):
            store.get(former.letters[what])
    assert not store.has(former.letters["old"])

    assert _provable(world, former.case) == before
    with world.store.reading() as session:
        form = session.exec(select(TaskRow).where(TaskRow.case_id == former.case)).one().form
        assert form == {"cause": "leak", "comment": "[redacted]", "amount": before["amount"], "seen": "2026-03-09"}
        row = session.get_one(Redaction, PERSON)
        assert row.done_at is not None
        assert row.finished_at is not None
        assert session.exec(select(Audit).where(Audit.act == "redact")).one().object_id == PERSON
        assert verify(session).whole
        assert [
            each.kind for each in obstacles(session, belongings(session, PERSON), date(2027, 1, 1), Retention(years=7))
        ] == ["redacted"]


def _provable(world: World, case: str) -> dict[str, Any]:
    """What a court or an auditor asks for: when what happened, under which rule, with which amount, what was mailed when."""
    with world.store.reading() as session:
        steps = session.exec(select(StepRow).where(StepRow.case_id == case).order_by(StepRow.step_no)).all()
        letter = session.exec(select(Letter)).one()
        row = session.get_one(CaseRow, case)
        changes = [step.changes or {} for step in steps]
        return {
            "steps": [
                (s.step_no, s.event, s.by, s.at, s.states_left, s.states_entered, s.rules, s.digest) for s in steps
            ],
            "case": (row.state, row.opened_at, row.closed_at, row.outcome),
            "letter": (letter.template, letter.mailed_on, letter.file_digest, letter.data_digest),
            "amount": next(each["amount"] for each in changes if "amount" in each),
        }


async def test_nobody_is_redacted_whose_case_is_open_who_owes_or_whose_records_are_held(former: Former) -> None:
    def change(model: Any, **values: Any) -> None:
        with former.world.store.writing() as session:
            session.exec(update(model).values(**values))

    change(CaseRow, status="open")
    assert former.day() == ["open-case"]
    change(CaseRow, status="closed")
    change(Hold, released_at=None)
    assert former.day() == ["hold"]
    change(Hold, released_at=datetime.now(UTC))
    change(Account, closed=None)
    assert former.day() == ["open-account", "retention"]
    change(Account, closed=date(2019, 7, 7))
    assert former.day() == ["retention"]
    change(Account, closed=date(2019, 7, 6))
    assert former.day() == []
    _owe(former)
    assert former.day() == ["balance"]
    assert await Redacting(world=former.world).round() == 0
    assert "customers" in found_in(former.world)


def _owe(former: Former) -> None:
    from store.ledger import Entry, charge, post

    with former.world.store.writing() as session:
        lines = charge(ACCOUNT, Decimal("12.00"), "fees")
        at = datetime.now(UTC)
        post(session, [Entry(id="e1", lines=lines, posted_on=at.date(), at=at, rule="fee", person="rep", memo="")])


async def test_a_redaction_that_was_interrupted_is_finished_by_the_next_round(former: Former) -> None:
    stopped = Redacting(world=replace(former.world))
    assert await asyncio.to_thread(stopped._due) == 1
    assert NAME.encode() in files.current().get(former.letters["pdf"])
    await Redacting(world=former.world).round()
    with pytest.raises(RedactedFileError):
        files.current().get(former.letters["pdf"])


async def test_a_person_whom_a_database_from_a_backup_shows_again_is_redacted_again(former: Former) -> None:
    with former.world.store.writing() as session:
        session.exec(update(Account).values(closed=datetime.now(UTC).date()))
    vault.current().destroy(PERSON)
    vault.current().destroy("batch lb-1")
    assert "customers" in found_in(former.world)
    assert await Redacting(world=former.world).round() == 1
    assert found_in(former.world) == set()
    assert await Redacting(world=former.world).round() == 0


async def test_an_archive_from_before_people_had_keys_goes_with_the_key_too(former: Former) -> None:
    history = archived(former.world, former.case)
    with former.world.store.writing() as session:
        session.exec(update(CaseArchive).values(history=zlib.compress(history)))
    assert "case_archives" in found_in(former.world)
    await Redacting(world=former.world).round()
    assert found_in(former.world) == set()


async def test_an_export_holds_all_that_is_kept_and_letters_as_they_were_printed(former: Former) -> None:
    with former.world.store.reading() as session:
        found = exported(session, PERSON, files.current(), datetime.now(UTC))
    assert found["customers"][0]["name"] == f"Ada {NAME}"
    assert found["letters"][0]["data"] == {"customer": NAME}
    for table in (
        "notes",
        "conversations",
        "inbox_items",
        "steps",
        "tasks",
        "holds",
        "files",
        "account_parties",
        "memos",
        "site_checks",
        "register_events",
    ):
        assert NAME in str(found[table]), table


def test_the_command_exports_and_redacts_and_says_what_stands_in_the_way(
    former: Former, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = vault.current()
    monkeypatch.setenv("HEADGATE_HOME", str(tmp_path))
    monkeypatch.setenv("HEADGATE_DEFINITIONS", str(tmp_path / "definitions"))
    monkeypatch.setenv("DATABASE_URL", former.world.store.engine.url.render_as_string(hide_password=False))

    def said(*words: str) -> Any:
        return CliRunner().invoke(command_line(["person"]), ["person", *words])

    try:
        assert said("export", "cu-nobody").exit_code == 1
        assert said("export", PERSON, "--out", str(tmp_path / "all.json")).exit_code == 0
        assert NAME in (tmp_path / "all.json").read_text()
        with former.world.store.writing() as session:
            session.exec(update(Account).values(closed=datetime.now(UTC).date()))
        refused = said("redact", PERSON)
        assert (refused.exit_code, "are kept for 7 years" in refused.output) == (3, True)
        assert said("redact", PERSON, "--early", "asked for it").exit_code == 0
        assert "customers" in found_in(former.world)
        with former.world.store.writing() as session:
            session.exec(update(Account).values(closed=date(2018, 5, 1)))
        assert said("redact", PERSON).exit_code == 0
        assert found_in(former.world) == set()
    finally:
        vault.use(keys)
