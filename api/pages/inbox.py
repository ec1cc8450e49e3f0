"""The inbox: what came in, with age and owner; and what somebody makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from api.acts import filing, inbox, inbox_lists, joining
from api.acts.accounts import log_view
from api.pages import inbox_opening
from api.pages.ages import age
from api.pages.fields import Option
from api.pages.frame import Trouble, new_key, page, trouble_of
from api.pages.names import names_in
from api.pages.posted import Form, Posted
from api.pages.posted_files import uploaded
from api.pages.urls import urls
from api.pages.versions import version_of
from api.problems import Changed, Invalid, Problem
from api.security.people import Person, queues_of
from api.security.signin import SignedIn
from api.services import Office, Services
from api.texts import N_, _, clock_time, language
from api.views.accounts import AccountDetail
from api.views.books import FileView, file_view
from api.views.cases import CaseView, case_view
from api.views.inbox import ItemView, item_view
from api.views.stories import account_detail
from store.people import people
from store.queries.cases import case_page
from store.queries.inbox import InboxCount, inbox_counts, unread_memos
from store.tables.audit import Audit
from store.tables.inbox import CHANNELS, InboxItem
from store.tables.papers import File
from store.tables.utility import Account

router = APIRouter(include_in_schema=False)

SHOWN: Final = 50
EVERY: Final = 5  #: seconds between two looks at what changed
QueueName = Annotated[str | None, Query(max_length=120)]
Which = Annotated[str, Query(pattern="^(waiting|mine|all)$")]
CursorText = Annotated[str | None, Query(max_length=500)]
WHICH: Final = (("waiting", N_("Waiting")), ("mine", N_("Yours")), ("all", N_("All, the newest first")))
CHANNEL_WORDS: Final = {
    "call": N_("call"),
    "voicemail": N_("voicemail"),
    "email": N_("e-mail"),
    "fax": N_("fax"),
    "letter": N_("letter"),
    "walk-in": N_("visit"),
    "web": N_("web form"),
}
FIELDS: Final = ("channel", "received", "sender", "reply_to", "account", "subject", "text", "queue")


@dataclass(frozen=True, kw_only=True)
class ItemLine:
    """An item in the list."""

    item: ItemView
    channel: str  #: in the reader's language
    age: str  #: since its date stamp
    version: str  #: changes with all that the line shows


@dataclass(frozen=True, kw_only=True)
class InboxPage:
    """What came in for the person's queues."""

    lines: Sequence[ItemLine]
    which: str  #: waiting, mine or all
    ways: Sequence[tuple[str, str]]  #: which → address
    queue: str | None  #: the queue that alone is shown
    queues: Sequence[tuple[str, str, InboxCount | None]]  #: name, title, how much waits there
    may_take_in: bool
    unread: int  #: memos to the person
    next: str | None
    live: str  #: where all this is asked for again
    every: int  #: seconds
    version: str  #: of all this


@dataclass(frozen=True, kw_only=True)
class NewItemPage:
    """Taking down what came in."""

    given: Mapping[str, str]
    channels: Sequence[Option]
    queues: Sequence[Option]
    key: str
    trouble: Trouble | None


@dataclass(frozen=True, kw_only=True)
class ItemPage:
    """One item, and what can be made of it."""

    item: ItemView
    channel: str
    queue_title: str
    age: str
    account: AccountDetail | None
    files: Sequence[FileView]
    cases: Sequence[CaseView]  #: open ones of its account
    kinds: Sequence[inbox_opening.Kind]  #: that can be opened for its account
    colleagues: Sequence[tuple[str, str]]  #: who works in its queue: short name and name
    queues: Sequence[tuple[str, str]]  #: others that it can be handed to
    is_open: bool
    may_work: bool
    changed: str | None  #: who changed it meanwhile, when and how
    given: Mapping[str, str]  #: what was typed and not kept
    keys: Mapping[str, str] = field(default_factory=dict)
    trouble: Trouble | None = None


ACTS: Final = ("claim", "release", "assign", "move", "settle", "bring-back", "change", "join", "file")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which part of the list is looked at."""

    queue: QueueName = None
    which: Which = "waiting"
    cursor: CursorText = None


@router.get("/inbox")
def show(
    request: Request,
    office: Office,
    person: SignedIn,
    asked: Annotated[Asked, Depends()],
) -> Response:
    """Lists what waits, what the person has, or all that came in."""
    content = _inbox(office, person, asked)
    return page(request, "inbox/inbox.html", content, person=person)


@router.get("/inbox/now")
def now(
    request: Request,
    office: Office,
    person: SignedIn,
    asked: Annotated[Asked, Depends()],
    x_seen: Annotated[str, Header(max_length=40)] = "",
) -> Response:
    """The list as it is now; 204 when it is as it was seen."""
    content = _inbox(office, person, asked)
    if content.version == x_seen:
        return Response(status_code=204)
    return page(request, "inbox/_list.html", content, person=person)


def _inbox(office: Services, person: Person, asked: Asked) -> InboxPage:
    queue, which, cursor = asked.queue, asked.which, asked.cursor
    found = inbox_lists.items_of(office, person, queue=queue, which=which, limit=SHOWN, cursor=cursor)
    seen, now = inbox_lists.queues_seen(office, person), office.now()
    with office.store.reading() as session:
        counts = {each.queue: each for each in inbox_counts(session, seen, now)}
        unread = unread_memos(session, person.id, sorted(person.crews))
    lines = [_line(office, item, now) for item in found.items]
    return InboxPage(
        lines=lines,
        which=which,
        ways=[(key, _(title)) for key, title in WHICH],
        queue=queue,
        queues=[(name, office.district.queues[name].title, counts.get(name)) for name in seen],
        may_take_in=person.may(inbox.RIGHT),
        unread=unread,
        next=urls.inbox_of(which, queue, found.cursor) if found.cursor else None,
        live=urls.inbox_now(which, queue, cursor),
        every=EVERY,
        version=version_of([line.version for line in lines], counts, unread, found.cursor),
    )


@router.get("/inbox/new")
def ask(request: Request, office: Office, person: SignedIn) -> Response:
    """Asks what came in."""
    person.must(inbox.RIGHT)
    now = office.now().astimezone(office.zone)
    given = dict.fromkeys(FIELDS, "") | {"channel": "call", "received": f"{now:%Y-%m-%dT%H:%M}"}
    return _new(request, office, person, given)


@router.post("/inbox/new")
async def take_in(request: Request, office: Office, form: Form) -> Response:
    """Takes it down, with its files, and shows it."""
    given = {name: form.text(name) for name in FIELDS}
    try:
        came = inbox.Incoming(
            channel=given["channel"] if given["channel"] in CHANNELS else "call",
            received_at=_stamp(office, given["received"]),
            sender=given["sender"][:200],
            reply_to=given["reply_to"][:200],
            account=given["account"][:80] or None,
            subject=given["subject"][:200],
            text=given["text"][:20_000],
            queue=given["queue"] or None,
        )
        taken = await run_in_threadpool(inbox.take_in, office, form.ask, came)
    except Problem as problem:
        if problem.status != 422:
            raise
        return await run_in_threadpool(_new, request, office, form.ask.person, given, trouble_of(problem))
    await _keep_files(office, form, taken.body["id"])
    return RedirectResponse(urls.item(taken.body["id"]), status_code=303)


@router.get("/inbox/{item_id}")
def show_item(request: Request, office: Office, person: SignedIn, item_id: str) -> Response:
    """Shows an item."""
    return _item(request, office, person, item_id)


@router.post("/inbox/{item_id}/{act}")
async def do(request: Request, office: Office, form: Form, item_id: str, act: str) -> Response:
    """Does what was asked with the item, and shows it; what stands against it is said where it was asked."""
    try:
        if act == "file":
            await _keep_files(office, form, item_id)
        else:
            await run_in_threadpool(_done, office, form, item_id, act)
    except Problem as problem:
        if problem.status not in (403, 409, 412, 422):
            raise
        return await run_in_threadpool(_item, request, office, form.ask.person, item_id, form, problem)
    return RedirectResponse(urls.item(item_id), status_code=303)


def _done(office: Services, form: Posted, item_id: str, act: str) -> None:
    ask, reason = form.ask, form.text("reason")[:1000]
    match act:
        case "claim":
            inbox.claim(office, ask, item_id)
        case "release":
            inbox.release(office, ask, item_id)
        case "assign":
            inbox.assign(office, ask, item_id, to=_needed(form, "to"))
        case "move":
            inbox.move(office, ask, item_id, queue=_needed(form, "queue"))
        case "settle":
            inbox.settle(office, ask, item_id, reason=reason or _needed(form, "reason"))
        case "bring-back":
            inbox.bring_back(office, ask, item_id, reason=reason or _needed(form, "reason"))
        case "join":
            joining.join(office, ask, item_id, _needed(form, "case")[:80])
        case "change":
            named = {name: form.text(name)[:200] for name in ("sender", "reply_to", "subject")}
            changes: dict[str, Any] = {**named, "account": form.text("account")[:80] or None}
            inbox.change(office, ask, item_id, version=form.text("version")[:20], changes=changes)
        case _:
            raise Invalid(_("Nothing of this kind is done with an item."))


def _needed(form: Posted, name: str) -> str:
    given = form.text(name)
    if not given:
        raise Invalid(_("Something is missing."), fields={name: _("is needed")})
    return given


async def _keep_files(office: Services, form: Posted, item_id: str) -> None:
    for number, name in enumerate(form.files):
        await uploaded(office, form, name, filing.Upload.of_item(item_id), f"file-{number}")


def _new(
    request: Request, office: Services, person: Person, given: Mapping[str, str], trouble: Trouble | None = None
) -> Response:
    standing = given["queue"] or str(office.district.settings.get("inbox-queue", inbox.QUEUE))
    content = NewItemPage(
        given=given,
        channels=[Option(value=key, label=_(CHANNEL_WORDS[key]), chosen=key == given["channel"]) for key in CHANNELS],
        queues=[
            Option(value=name, label=queue.title, chosen=name == standing)
            for name, queue in sorted(office.district.queues.items())
        ],
        key=new_key(),
        trouble=trouble,
    )
    return page(request, "inbox/new.html", content, person=person, status=422 if trouble else 200)


def _item(
    request: Request,
    office: Services,
    person: Person,
    item_id: str,
    form: Posted | None = None,
    problem: Problem | None = None,
) -> Response:
    now, zone, district = office.now(), office.zone, office.district
    with office.store.reading() as session:
        row = inbox.item_seen(session, person, item_id)
        account = session.get(Account, row.account_id) if row.account_id else None
        is_open = row.closed_at is None
        acts = is_open and person.may("work")
        cases = case_page(session, account=row.account_id, limit=20).items if row.account_id else []
        content = ItemPage(
            item=item_view(row, at=now, zone=zone),
            channel=_(CHANNEL_WORDS[row.channel]),
            queue_title=district.queues[row.queue].title if row.queue in district.queues else row.queue,
            age=age(row.received_at, now),
            account=account_detail(session, account, zone=zone) if account else None,
            files=[
                file_view(file, zone=zone)
                for file in session.exec(select(File).where(File.inbox_item == row.id).order_by(col(File.uploaded_at)))
                if not file.medical or person.may("see-medical") or file.uploaded_by == person.id
            ],
            cases=[case_view(case, zone=zone) for case in cases if case.status == "open"],
            kinds=inbox_opening.kinds(session, office, person, row) if acts else (),
            colleagues=_colleagues(session, office, row) if acts else (),
            queues=[(name, queue.title) for name, queue in sorted(district.queues.items()) if name != row.queue],
            is_open=is_open,
            may_work=person.may("work"),
            changed=_changed(session, office, row) if isinstance(problem, Changed) else None,
            given={name: form.text(name) for name in (*FIELDS, "reason", "case")} if form and problem else {},
            keys={act: new_key() for act in ACTS},
            trouble=trouble_of(problem) if problem else None,
        )
    is_confidential = bool(account and account.confidential)
    log_view(
        office, person, row.account_id, confidential=is_confidential, what="inbox-item", of=row.id, case=row.case_id
    )
    return page(request, "inbox/item.html", content, person=person, status=problem.status if problem else 200)


def _line(office: Services, item: InboxItem, now: datetime) -> ItemLine:
    view, old = item_view(item, at=now, zone=office.zone), age(item.received_at, now)
    return ItemLine(
        item=view,
        channel=_(CHANNEL_WORDS[item.channel]),
        age=old,
        version=version_of(view.version, view.late, old, language()),
    )


def _colleagues(session: Session, office: Services, item: InboxItem) -> list[tuple[str, str]]:
    """Who works in the item's queue, by name."""
    roles = office.district.roles
    found = [
        (each.id, each.name)
        for each in people(session)
        if each.active
        and each.id != item.assignee
        and item.queue in queues_of(office.district, each.roles, each.crews)
        and any("work" in roles[role].rights for role in each.roles if role in roles)
    ]
    return sorted(found, key=lambda each: each[1])


def _changed(session: Session, office: Services, item: InboxItem) -> str | None:
    """`changed by rep2 at 10:42 am`: who did the last act on the item."""
    last = session.exec(
        select(Audit)
        .where(Audit.object_kind == "inbox-item", Audit.object_id == item.id, col(Audit.allowed).is_(True))
        .order_by(col(Audit.id).desc())
        .limit(1)
    ).first()
    if last is None:
        return None
    who, at = names_in(session).told(last.person), clock_time(last.at.astimezone(office.zone))
    return _("%(who)s changed it at %(at)s. What stands there now is in the fields' hints.", who=who, at=at)


def _stamp(office: Services, given: str) -> datetime | None:
    if not given:
        return None
    try:
        stamp = datetime.fromisoformat(given)
    except ValueError:
        raise Invalid(_("The date stamp cannot be read."), fields={"received": _("is a day and a time")}) from None
    return stamp.replace(tzinfo=office.zone) if stamp.tzinfo is None else stamp
