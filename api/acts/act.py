"""What every act has in common: it is done once for one key, it leaves an audit row, and a refusal leaves one too.

An act that is SQL alone is one transaction: the key, the change and the audit row are there together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from api.acts.observing import observed
from api.problems import Conflict, KeyReused, NotPermitted, Problem
from api.security.people import Person
from definitions.language.sentences import beside, say, sentence_of, whole
from store.claims import ClaimError
from store.engine import Store
from store.tables.audit import Audit
from store.tables.outbox import IdempotencyKey


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Who asks, when, and with which key for which request."""

    person: Person
    at: datetime  #: the district's time
    key: str  #: the Idempotency-Key
    digest: str  #: of method, address and body

    @property
    def person_id(self) -> str:
        """The short name of who asks."""
        return self.person.id


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an act answers: what the first answer was is what every repetition gets."""

    status: int = 200
    body: Any = None  #: plain JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    replayed: bool = False


@dataclass(kw_only=True)
class Record:
    """What the audit will say of an act; filled in as it becomes known."""

    act: str
    kind: str  #: of the object: task, case, account
    id: str
    account: str | None = None
    case: str | None = None
    step: int | None = None
    rule: str | None = None  #: by which it was allowed

    def row(self, *, by: str, at: datetime, refused: Problem | None = None) -> Audit:
        """The audit row: of the act, or of its refusal."""
        return Audit(
            at=at,
            person=by,
            act=self.act,
            object_kind=self.kind,
            object_id=self.id[:200],
            account_id=self.account,
            case_id=self.case,
            step_no=self.step,
            allowed=refused is None,
            code=refused.code if refused else None,
            sentence=refused.sentence if refused else None,
            said=beside(refused.sentence) if refused else None,
            rule=self.rule,
        )


Work = Callable[[Session, Record], Answer]


def once(store: Store, ask: Ask, record: Record, work: Work) -> Answer:
    """Does an act that is SQL alone, in one transaction with its key and its audit row; a repetition gets the first answer."""
    with observed(record) as seen:
        try:
            return seen.answered(_in_one_transaction(store, ask, record, work))
        except IntegrityError:
            # Somebody sent the same key at the same moment and was first: the second time round finds their answer.
            return seen.answered(_in_one_transaction(store, ask, record, work))


def _in_one_transaction(store: Store, ask: Ask, record: Record, work: Work) -> Answer:
    try:
        with store.writing() as session:
            earlier = answered(session, ask)
            if earlier is not None:
                return earlier
            answer = work(session, record)
            session.add(record.row(by=ask.person.id, at=ask.at))
            session.add(key_row(ask, answer, record))
            return answer
    except Problem as problem:
        refuse(store, ask, record, problem)
        raise
    except ClaimError as error:
        conflict = Conflict(whole(sentence_of(error)))
        refuse(store, ask, record, conflict)
        raise conflict from error


def answered(session: Session, ask: Ask) -> Answer | None:
    """What the key was answered before, or None for a new key; KeyReused when it stood for another request."""
    row = session.get(IdempotencyKey, (ask.person.id, ask.key))
    if row is None:
        return None
    if row.digest != ask.digest:
        raise KeyReused(
            say("This Idempotency-Key was sent before with a different request. Choose a new key for a new act.")
        )
    kept: dict[str, Any] = row.response or {}
    return Answer(status=row.status, body=kept.get("body"), headers=kept.get("headers", {}), replayed=True)


def key_row(ask: Ask, answer: Answer, record: Record) -> IdempotencyKey:
    """The row that remembers the answer for the key."""
    return IdempotencyKey(
        person=ask.person.id,
        key=ask.key,
        digest=ask.digest,
        status=answer.status,
        response={"body": answer.body, "headers": dict(answer.headers)},
        case_id=record.case,
        step_no=record.step,
        at=ask.at,
    )


def refuse(store: Store, ask: Ask, record: Record, problem: Problem) -> None:
    """Writes the audit row of a refusal, in its own transaction."""
    if isinstance(problem, KeyReused):
        return
    with store.writing() as session:
        session.add(record.row(by=ask.person.id, at=ask.at, refused=problem))


def must_change_things(person: Person, right: str) -> None:
    """Raises NotPermitted unless the person has the right; the auditor has none that changes anything."""
    if not person.rights - {"read-audit", "see-accounts", "see-confidential", "see-medical"}:
        raise NotPermitted(say("%(person)s may read, and change nothing.", person=person.id))
    person.must(right)
