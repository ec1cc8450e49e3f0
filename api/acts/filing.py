"""Files: photographs, proofs, certificates. Kept by their content, seen by who may see what they belong to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import uuid4

from sqlmodel import Session, col, select

from activities.files import digest_of
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.inbox import RIGHT, item_seen, may_see
from api.acts.rules import case_called, must_see_account, must_see_task
from api.problems import Conflict, Invalid, NotFound, NotPermitted, TooLarge, WrongType
from api.security.people import Person
from api.services import Services
from api.views.books import file_view
from definitions.language.sentences import say
from store.owners import owner_of_account, owner_of_case, owner_of_item
from store.papers import lock_content
from store.tables.cases import TaskRow
from store.tables.inbox import InboxItem
from store.tables.papers import File, Letter
from store.tables.utility import Account

LARGEST: Final = 20 * 1024 * 1024  #: bytes
MOST_OF_ONE: Final = 500  #: files of one task, case or account
KEPT_DAYS: Final = 5 * 365  #: where the district's settings do not say
KINDS: Final = ("photo", "proof", "certificate", "document", "signature")
MEDICAL: Final = "certificate"
BEGINNINGS: Final = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "application/pdf": b"%PDF-",
}


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as it came."""

    content: bytes
    name: str
    content_type: str
    kind: str
    case: str | None = None
    task: str | None = None
    account: str | None = None
    item: str | None = None  #: of the inbox, that it came with

    @classmethod
    def of_item(cls, item: str) -> Upload:
        """A document that came with an item of the inbox; its content is still to come."""
        return cls(content=b"", name="", content_type="", kind="document", item=item)

    @classmethod
    def of_task(cls, task: str, kind: str) -> Upload:
        """What came with a task's form; its content is still to come."""
        return cls(content=b"", name="", content_type="", kind=kind, task=task)


def upload(office: Services, ask: Ask, sent: Upload) -> Answer:
    """The file, kept."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work" if sent.item is None else RIGHT)
        _check(sent)
        case, account = _belongs(session, ask.person, sent, record)
        _must_have_room(session, sent.task, case, account)
        owner = owner_of_account(session, account) or owner_of_case(session, case) or owner_of_item(session, sent.item)
        lock_content(session, digest_of(sent.content))
        digest = office.files.put(sent.content, owner)
        days = int(office.district.settings.get("keep-files-days", KEPT_DAYS))
        row = File(
            id=f"f-{uuid4().hex[:16]}",
            digest=digest,
            kind=sent.kind,
            name=plain_name(sent.name),
            content_type=sent.content_type,
            size=len(sent.content),
            case_id=case,
            task_id=sent.task,
            account_id=account,
            inbox_item=sent.item,
            uploaded_by=ask.person.id,
            uploaded_at=ask.at,
            keep_until=office.today() + timedelta(days=days),
            medical=sent.kind == MEDICAL,
        )
        session.add(row)
        record.id = row.id
        return Answer(status=201, body=file_view(row, zone=office.zone).model_dump(mode="json"))

    return once(office.store, ask, Record(act="upload", kind="file", id="new"), work)


def file_seen(session: Session, person: Person, file_id: str) -> File:
    """The file, for a person who may see it; NotFound, Confidential or NotPermitted otherwise."""
    row = session.get(File, file_id)
    if row is None:
        raise NotFound(say("There is no file %(file)s.", file=repr(file_id[:60])))
    if row.medical and not person.may("see-medical") and row.uploaded_by != person.id:
        raise NotPermitted(say("Medical certificates are kept apart, and open only to people with that right."))
    if person.in_the_field_only:
        task = session.get(TaskRow, row.task_id) if row.task_id else _order_of_notice(session, row)
        if row.uploaded_by != person.id and task is None:
            raise NotFound(say("There is no file %(file)s of your crew's orders.", file=repr(file_id[:60])))
        if task is not None:
            must_see_task(session, person, task)
    elif row.uploaded_by != person.id:
        person.must("see-accounts")
        if row.inbox_item is not None and row.case_id is None:
            item_seen(session, person, row.inbox_item)
    must_see_account(session, person, row.account_id)
    return row


def _order_of_notice(session: Session, row: File) -> TaskRow | None:
    """The open work order on which this notice is left at the property, or None."""
    if row.kind != "letter":
        return None
    notice = session.get(Letter, f"l-{row.id.removeprefix('f-')}")
    if notice is None or notice.delivery != "posted" or notice.status == "recalled":
        return None
    orders = session.exec(
        select(TaskRow).where(
            TaskRow.case_id == notice.case_id, TaskRow.kind == "work-order", col(TaskRow.closed_at).is_(None)
        )
    )
    return next(iter(orders), None)


def _check(sent: Upload) -> None:
    if len(sent.content) > LARGEST:
        raise TooLarge(
            say("The file has %(value)s MB; files may have up to 20 MB.", value=len(sent.content) // 1024 // 1024)
        )
    if not sent.content:
        raise Invalid(say("The file is empty."), fields={"file": say("is empty")})
    if sent.kind not in KINDS:
        raise Invalid(
            say("There is no such kind of file."), fields={"kind": say("is one of %(kinds)s", kinds=", ".join(KINDS))}
        )
    if not _is_what_it_says(sent):
        raise WrongType(
            say("Files are JPEG or PNG photographs, PDF documents or plain text, and what they say they are.")
        )


def _is_what_it_says(sent: Upload) -> bool:
    if sent.content_type == "text/plain":
        try:
            text = sent.content.decode("utf-8")
        except UnicodeDecodeError:
            return False
        return all(sign.isprintable() or sign in "\t\r\n\f\ufeff" for sign in text)
    beginning = BEGINNINGS.get(sent.content_type)
    return beginning is not None and sent.content.startswith(beginning)


def plain_name(name: str) -> str:
    """A file's name without the folders and the control characters that its sender may have put into it."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(sign for sign in last if sign.isprintable()).strip(". ")[:120]


def _must_have_room(session: Session, task: str | None, case: str | None, account: str | None) -> None:
    """Raises Conflict when so many files belong to the task, the case or the account that one more is a mistake."""
    held = [(File.task_id, task), (File.case_id, case), (File.account_id, account)]
    of, id_ = next(((column, value) for column, value in held if value is not None), (None, None))
    if of is None:
        return
    if len(session.exec(select(File.id).where(of == id_).limit(MOST_OF_ONE)).all()) == MOST_OF_ONE:
        raise Conflict(
            say(
                "%(most)s files are kept there already; that is as many as there may be.",
                most=MOST_OF_ONE,
            )
        )


def _belongs(session: Session, person: Person, sent: Upload, record: Record) -> tuple[str | None, str | None]:
    """The case and the account that the file belongs to."""
    if sent.task is not None:
        task = session.get(TaskRow, sent.task)
        if task is None:
            raise NotFound(say("There is no task %(task)s.", task=repr(sent.task[:60])))
        must_see_task(session, person, task)
        record.case, record.account = task.case_id, task.account_id
    elif sent.case is not None:
        person.must("see-accounts")
        case = case_called(session, sent.case)
        record.case, record.account = case.id, case.account_id
    elif sent.item is not None:
        item = session.get(InboxItem, sent.item)
        if item is None or not may_see(person, item):
            raise NotFound(
                say("There is no inbox item %(item)s for %(person)s.", item=repr(sent.item[:60]), person=person.id)
            )
        record.case, record.account = item.case_id, item.account_id
    elif sent.account is not None:
        person.must("see-accounts")
        if session.get(Account, sent.account) is None:
            raise NotFound(say("There is no account %(account)s.", account=repr(sent.account[:60])))
        record.account = sent.account
    else:
        raise Invalid(
            say("A file belongs to something."),
            fields={"task": say("give a task, a case, an account or an inbox item")},
        )
    must_see_account(session, person, record.account)
    return record.case, record.account
