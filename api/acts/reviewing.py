"""Lists that a lead reviews before they run: taking a line off with a reason, approving the rest.

Who approves, approves the lines that they saw: the digest of their ids is the list's ETag, and when somebody joins or leaves
meanwhile the approval is refused. Each released line is decided again by its own case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlmodel import Session, col, func, select
from starlette.concurrency import run_in_threadpool

from api.acts.act import Answer, Ask, Record, answered, key_row, must_change_things, refuse
from api.acts.moving import audited, key_of, taken_once
from api.library import content, current_all
from api.problems import Changed, Conflict, Invalid, NotFound, NotPermitted, Problem
from api.security.people import Person
from api.services import Services
from api.views.lists import Approval, LineDecision
from definitions.language.compiled import from_bytes
from definitions.language.pack import ReviewList
from store.queries.cases import waiting_lines
from store.tables.batches import ListApproval
from store.tables.cases import ListLine
from workflows.machine.errors import Refused
from workflows.machine.events import LineDecided
from workflows.messages import Audited, Taken

MOST = 1000  #: lines that are shown and approved at once


@dataclass(frozen=True, kw_only=True)
class Approved:
    """What an approval has to release."""

    lines: Sequence[ListLine]
    by: tuple[str, ...]
    waits_for: int


def lists(session: Session, at: datetime) -> dict[str, ReviewList]:
    """The lists of the definitions that new cases take now, by name."""
    found: dict[str, ReviewList] = {}
    for version in current_all(session, at):
        found |= from_bytes(content(session, version.definition, version.version)).lists
    return found


def list_of(session: Session, at: datetime, name: str) -> ReviewList:
    """The list; NotFound when there is none of this name."""
    known = lists(session, at)
    if name not in known:
        raise NotFound(f"There is no list {name[:60]!r}. The lists are {', '.join(sorted(known)) or 'none'}.")
    return known[name]


def reasons_of(spec: ReviewList) -> tuple[str, ...]:
    """For what a line is taken off the list."""
    return tuple(each.reason for each in spec.reasons)


def may_review(person: Person, spec: ReviewList) -> None:
    """Raises NotPermitted unless the person reviews this list."""
    must_change_things(person, "review-lists")
    if not person.roles & set(spec.review):
        raise NotPermitted(f"“{spec.title}” is reviewed by {', '.join(spec.review)}.", rule="list review")


def digest_of(lines: Iterable[ListLine]) -> str:
    """The digest of the lines that somebody sees."""
    return hashlib.sha256("\n".join(line.id for line in lines).encode()).hexdigest()[:24]


def approvers(session: Session, name: str, digest: str) -> tuple[str, ...]:
    """Who has approved exactly these lines."""
    rows = session.exec(
        select(ListApproval.person)
        .where(ListApproval.list_name == name, ListApproval.lines_digest == digest)
        .order_by(col(ListApproval.person))
    )
    return tuple(rows)


async def exclude(office: Services, ask: Ask, name: str, line_id: str, *, reason: str) -> Answer:
    """The step by which the line's case left the list."""
    record = Record(act="exclude-line", kind="list", id=f"{name}/{line_id}")

    def prepared(repeated: bool) -> ListLine:
        with office.store.reading() as session:
            spec = list_of(session, ask.at, name)
            if not repeated:
                may_review(ask.person, spec)
            line = session.get(ListLine, line_id)
            if line is None or line.list_name != name:
                raise NotFound(f"There is no line {line_id[:80]!r} on this list.")
            record.case, record.account, record.rule = line.case_id, line.account_id, "list review"
            if spec.reasons and reason not in reasons_of(spec):
                raise Invalid("A line is taken off for one of the list's reasons.", fields={"reason": _one_of(spec)})
            return line

    async def taken(repeated: bool) -> Taken:
        line = await run_in_threadpool(prepared, repeated)
        event = LineDecided(
            state=line.state, decision="excluded", joined=line.joined_step, reason=reason, by=ask.person.id
        )
        return await office.engine.act(
            line.case_id, event, name=f"line:{line.id}:excluded", key=key_of(ask), audit=audited(record)
        )

    return await taken_once(office, ask, record, taken)


async def approve(office: Services, ask: Ask, name: str, *, seen: str) -> Answer:
    """What became of the approval: released, or waiting for a second person."""
    record = Record(act="approve-list", kind="list", id=name, rule="list review")
    try:
        before = await run_in_threadpool(_before, office, ask)
        if before is not None:
            return before
        approval = await run_in_threadpool(_approved, office, ask, name, seen)
        released = [] if approval.waits_for else [await _release(office, ask, line) for line in approval.lines]
    except Problem as problem:
        await run_in_threadpool(refuse, office.store, ask, record, problem)
        raise
    view = Approval(name=name, approved_by=list(approval.by), waits_for=approval.waits_for, released=released)
    return await run_in_threadpool(_kept, office, ask, record, Answer(body=view.model_dump(mode="json")))


def _before(office: Services, ask: Ask) -> Answer | None:
    with office.store.reading() as session:
        return answered(session, ask)


def _approved(office: Services, ask: Ask, name: str, seen: str) -> Approved:
    with office.store.writing() as session:
        spec = list_of(session, ask.at, name)
        may_review(ask.person, spec)
        lines = waiting_lines(session, name, limit=MOST)
        if digest_of(lines) != seen:
            raise Changed("The list has changed since you read it: somebody joined or left. Look at it again.")
        if not lines:
            raise Conflict("The list is empty; there is nothing to approve.")
        if ask.person.id not in approvers(session, name, seen):
            session.add(ListApproval(list_name=name, lines_digest=seen, person=ask.person.id, at=ask.at))
            session.flush()
        by = approvers(session, name, seen)
        allowed = _left_today(session, office, name, spec)
        return Approved(lines=lines[:allowed], by=by, waits_for=max(0, int(spec.persons) - len(by)))


def _left_today(session: Session, office: Services, name: str, spec: ReviewList) -> int:
    if spec.per_day is None:
        return MOST
    midnight = datetime.combine(office.today(), time.min, office.zone)
    released = session.exec(
        select(func.count())
        .select_from(ListLine)
        .where(ListLine.list_name == name, ListLine.status == "released", col(ListLine.decided_at) >= midnight)
    ).one()
    left = int(spec.per_day) - released
    if left <= 0:
        raise Conflict(f"At most {spec.per_day} lines of this list are released a day, and {released} were today.")
    return left


async def _release(office: Services, ask: Ask, line: ListLine) -> LineDecision:
    event = LineDecided(state=line.state, decision="released", joined=line.joined_step, by=ask.person.id)
    audit = Audited(act="release-line", object_kind="list", object_id=line.id, rule="list review")
    try:
        await office.engine.act(line.case_id, event, name=f"line:{line.id}:released", audit=audit)
    except Refused as refused:
        return LineDecision(line=line.id, case=line.case_id, taken=False, sentence=refused.sentence)
    return LineDecision(line=line.id, case=line.case_id, taken=True, sentence=None)


def _kept(office: Services, ask: Ask, record: Record, answer: Answer) -> Answer:
    with office.store.writing() as session:
        earlier = answered(session, ask)
        if earlier is None:
            session.add(record.row(by=ask.person.id, at=ask.at))
            session.add(key_row(ask, answer, record))
    return earlier or answer


def _one_of(spec: ReviewList) -> str:
    return f"is one of {'; '.join(reasons_of(spec))}"
