"""Lists that a lead reviews before they run: taking a line off with a reason, approving the rest, and what then goes on.

Who approves, approves the lines that they saw: the digest of their ids is the list's ETag, and when somebody joins or leaves
meanwhile the approval is refused. A worker releases what was approved; each line is decided again by its own case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Literal

from sqlmodel import Session, col, delete, select
from starlette.concurrency import run_in_threadpool

from activities.published import in_effect
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.many import many
from api.acts.moving import audited, key_of, taken_once
from api.problems import Changed, Conflict, Invalid, NotFound, NotPermitted
from api.security.people import Person
from api.services import Services
from api.views.lists import Approval, per_day, release_view
from definitions.language.pack import ReviewList
from definitions.language.sentences import say, word
from store.queries.lists import begin_release, change_release, release_counts, taken_on, waiting_lines
from store.tables.batches import ListApproval
from store.tables.cases import ListLine
from store.tables.lists import ListRelease
from workflows.machine.events import LineDecided
from workflows.messages import Taken

MOST = 5000  #: lines that are shown and approved at once

Change = Literal["pause", "resume", "cancel"]
_FROM = {"pause": ("running",), "resume": ("paused",), "cancel": ("running", "paused")}
_TO: dict[Change, Literal["paused", "running", "cancelled"]] = {
    "pause": "paused",
    "resume": "running",
    "cancel": "cancelled",
}


def lists(session: Session, at: datetime) -> dict[str, ReviewList]:
    """The lists of the definitions that new cases take now, by name."""
    found: dict[str, ReviewList] = {}
    for compiled in in_effect(session, at):
        found |= compiled.lists
    return found


def list_of(session: Session, at: datetime, name: str) -> ReviewList:
    """The list; NotFound when there is none of this name."""
    known = lists(session, at)
    if name not in known:
        raise NotFound(
            say(
                "There is no list %(name)s. The lists are %(known)s.",
                name=repr(name[:60]),
                known=", ".join(sorted(known)) or say("none"),
            )
        )
    return known[name]


def release_of(session: Session, name: str, release_id: str) -> ListRelease:
    """The release of this list; NotFound when there is none."""
    release = session.get(ListRelease, release_id)
    if release is None or release.list_name != name:
        raise NotFound(say("There is no release %(release)s of this list.", release=repr(release_id[:60])))
    return release


def reasons_of(spec: ReviewList) -> tuple[str, ...]:
    """For what a line is taken off the list."""
    return tuple(each.reason for each in spec.reasons)


def may_review(person: Person, spec: ReviewList) -> None:
    """Raises NotPermitted unless the person reviews this list."""
    must_change_things(person, "review-lists")
    if not person.roles & set(spec.review):
        raise NotPermitted(
            say("“%(title)s” is reviewed by %(review)s.", title=spec.title, review=", ".join(spec.review)),
            rule="list review",
        )


def digest_of(lines: Iterable[ListLine]) -> str:
    """The digest of the lines that somebody sees; what a line shows is frozen with its id."""
    return hashlib.sha256("\n".join(line.id for line in lines).encode()).hexdigest()[:24]


def approvers(session: Session, name: str, digest: str, since: datetime) -> tuple[str, ...]:
    """Who has approved exactly these lines today: yesterday's approval is not today's."""
    rows = session.exec(
        select(ListApproval.person)
        .where(ListApproval.list_name == name, ListApproval.lines_digest == digest, ListApproval.at >= since)
        .order_by(col(ListApproval.person))
    )
    return tuple(rows)


def midnight(office: Services) -> datetime:
    """When the district's day began."""
    return datetime.combine(office.today(), time.min, office.zone)


def left_today(session: Session, name: str, spec: ReviewList, day: date) -> int | None:
    """How many more lines of the list may be released on the day; None where there is no such limit."""
    return None if spec.per_day is None else max(0, int(spec.per_day) - taken_on(session, name, day))


async def exclude(office: Services, ask: Ask, name: str, line_id: str, *, reason: str, until: date | None) -> Answer:
    """The step by which the line was taken off the list."""
    record = Record(act="exclude-line", kind="list", id=f"{name}/{line_id}")

    def prepared(repeated: bool) -> ListLine:
        with office.store.reading() as session:
            spec = list_of(session, ask.at, name)
            if not repeated:
                may_review(ask.person, spec)
            line = session.get(ListLine, line_id)
            if line is None or line.list_name != name:
                raise NotFound(say("There is no line %(line)s on this list.", line=repr(line_id[:80])))
            record.case, record.account, record.rule = line.case_id, line.account_id, "list review"
            if spec.reasons and reason not in reasons_of(spec):
                raise Invalid(
                    say("A line is taken off for one of the list's reasons."), fields={"reason": _one_of(spec)}
                )
            return line

    async def taken(repeated: bool) -> Taken:
        line = await run_in_threadpool(prepared, repeated)
        event = LineDecided(
            state=line.state,
            decision="excluded",
            joined=line.joined_step,
            reason=reason,
            until=until.isoformat() if until else None,
            by=ask.person.id,
        )
        return await office.engine.act(
            line.case_id, event, name=f"line:{line.id}:excluded", key=key_of(ask), audit=audited(record)
        )

    return await taken_once(office, ask, record, taken)


async def exclude_many(
    office: Services, ask: Ask, name: str, lines: Sequence[str], *, reason: str, until: date | None
) -> Answer:
    """What became of each line; NotFound for an unknown list, NotPermitted for who does not review it."""

    def allowed() -> None:
        with office.store.reading() as session:
            may_review(ask.person, list_of(session, ask.at, name))

    await run_in_threadpool(allowed)

    async def one(part: Ask, line: str) -> Answer:
        return await exclude(office, part, name, line, reason=reason, until=until)

    return await many(ask, lines, one)


def approve(office: Services, ask: Ask, name: str, *, seen: str) -> Answer:
    """What became of the approval: a release that begins, or waiting for a second person."""

    def work(session: Session, record: Record) -> Answer:
        spec = list_of(session, ask.at, name)
        may_review(ask.person, spec)
        lines = waiting_lines(session, name, limit=MOST)
        if digest_of(lines) != seen:
            raise Changed(say("The list has changed since you read it: somebody joined or left. Look at it again."))
        if not lines:
            raise Conflict(say("The list is empty; there is nothing to approve."))
        if left_today(session, name, spec, office.today()) == 0:
            raise Conflict(
                say(
                    "At most %(per_day)s lines of this list are released a day, and so many were today.",
                    per_day=spec.per_day,
                )
            )
        session.merge(ListApproval(list_name=name, lines_digest=seen, person=ask.person.id, at=ask.at))
        session.flush()
        by = approvers(session, name, seen, midnight(office))
        record.rule = "list review"
        waits_for = max(0, int(spec.persons) - len(by))
        release = None if waits_for else _begun(session, office, ask, name, spec, lines, by)
        shown = release_view(release, release_counts(session, release.id), zone=office.zone) if release else None
        view = Approval(name=name, approved_by=list(by), waits_for=waits_for, release=shown)
        return Answer(body=view.model_dump(mode="json"))

    return once(office.store, ask, Record(act="approve-list", kind="list", id=name), work)


def change(office: Services, ask: Ask, name: str, release_id: str, *, how: Change, reason: str) -> Answer:
    """The release, paused, resumed or cancelled."""

    def work(session: Session, record: Record) -> Answer:
        may_review(ask.person, list_of(session, ask.at, name))
        release = release_of(session, name, release_id)
        if release.status not in _FROM[how]:
            raise Conflict(
                say("The release is %(status)s; it cannot be %(to)s.", status=word(release.status), to=word(_TO[how]))
            )
        change_release(session, release, _TO[how], by=ask.person.id, reason=reason, at=ask.at)
        record.rule = "list review"
        view = release_view(release, release_counts(session, release.id), zone=office.zone)
        return Answer(body=view.model_dump(mode="json"))

    return once(office.store, ask, Record(act=f"{how}-release", kind="list", id=f"{name}/{release_id}"), work)


def _begun(
    session: Session,
    office: Services,
    ask: Ask,
    name: str,
    spec: ReviewList,
    lines: Iterable[ListLine],
    by: tuple[str, ...],
) -> ListRelease:
    # An approval is for one release: whoever releases the same lines again looks at them again.
    session.execute(delete(ListApproval).where(col(ListApproval.list_name) == name))
    return begin_release(
        session,
        name,
        list(lines),
        day=office.today(),
        per_day=per_day(spec),
        by=ask.person.id,
        approved_by=by,
        at=ask.at,
    )


def _one_of(spec: ReviewList) -> str:
    return say("is one of %(known)s", known="; ".join(reasons_of(spec)))
