"""What acts that move a case have in common: rules first, then one update of the case, then the answer.

The key is the case's own: the step's transaction keeps it with the answer. A repetition passes by the rules, since what it
asked has moved on, and goes to the case first: a key that SQL knows does not prove that the case's history holds the step.
What SQL has kept counts only when the case refuses.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.acts.act import Answer, Ask, Record, refuse
from api.acts.observing import observed
from api.failing import problem_of
from api.problems import KeyReused, NotReady, Problem
from api.services import Services
from api.views.steps import TAKEN, taken_view
from definitions.language.sentences import say
from store.tables.cases import CaseRow
from store.tables.outbox import IdempotencyKey
from workflows.machine.errors import Refused, Unknown
from workflows.machine.events import Event
from workflows.messages import Audited, Key, Taken


@dataclass(frozen=True, kw_only=True)
class Move:
    """What is asked of a case."""

    case: str
    event: Event


Rules = Callable[[Session, Record], None]
Asking = Callable[[Session, Record], Move]


async def moved(office: Services, ask: Ask, record: Record, rules: Rules, asking: Asking) -> Answer:
    """The answer of an act that moves a case: `rules` raises what stands against it, `asking` says what is asked."""

    def prepared(repeated: bool) -> Move:
        with office.store.writing() as session:
            if not repeated:
                rules(session, record)
            move = asking(session, record)
        record.case = move.case
        return move

    async def taken(repeated: bool) -> Taken:
        move = await run_in_threadpool(prepared, repeated)
        return await office.engine.act(move.case, move.event, name=name_of(ask), key=key_of(ask), audit=audited(record))

    return await taken_once(office, ask, record, taken)


async def taken_once(
    office: Services, ask: Ask, record: Record, taken: Callable[[bool], Awaitable[Taken]], *, status: int = 200
) -> Answer:
    """The step as answer; a refusal as a problem, with its audit row, unless the key was answered before.

    `taken` is told whether the key was sent before."""
    with observed(record) as seen:
        return seen.answered(await _taken_once(office, ask, record, taken, status))


async def _taken_once(
    office: Services, ask: Ask, record: Record, taken: Callable[[bool], Awaitable[Taken]], status: int
) -> Answer:
    try:
        repeated = await run_in_threadpool(_is_repeated, office, ask)
        step = await taken(repeated)
        record.case, record.step = step.case, step.step
        given = answer_of(office, step, status)
        return replace(given, replayed=given.replayed or repeated)
    except Refused as refused:
        kept = await run_in_threadpool(_kept, office, ask)
        if kept is not None:
            return kept
        problem = await run_in_threadpool(_told, office, record, refused)
        await run_in_threadpool(refuse, office.store, ask, record, problem)
        raise problem from refused
    except Problem as problem:
        await run_in_threadpool(refuse, office.store, ask, record, problem)
        raise


def _told(office: Services, record: Record, refused: Refused) -> Problem:
    """The refusal as a problem: NotReady where SQL shows a step that the case's history does not hold.

    Somebody acted on what they saw there. Either the history is about to hold it, or, where a worker died between the two, the
    case is put right by a round of the workers."""
    step = refused.facts.get("step")
    if isinstance(refused, Unknown) and isinstance(step, int) and record.case is not None:
        with office.store.reading() as session:
            row = session.get(CaseRow, record.case)
        if row is not None and row.step_no > step:
            return NotReady(say("The case has not caught up with what is shown of it. Send the same act again."))
    return problem_of(refused)


def answer_of(office: Services, taken: Taken, status: int = 200) -> Answer:
    """The step as answer."""
    body = taken_view(taken, zone=office.zone).model_dump(mode="json")
    return Answer(status=status, body=body, replayed=taken.replayed)


def name_of(ask: Ask) -> str:
    """The name of an act, which a case takes once."""
    return f"{ask.person.id}:{ask.key}"


def key_of(ask: Ask, status: int = 200) -> Key:
    """The key of an ask, as the case's step keeps it."""
    return Key(person=ask.person.id, key=ask.key, digest=ask.digest, status=status)


def audited(record: Record) -> Audited:
    """What the audit says of the act, as the case's step keeps it."""
    return Audited(act=record.act, object_kind=record.kind, object_id=record.id, rule=record.rule)


def _is_repeated(office: Services, ask: Ask) -> bool:
    with office.store.reading() as session:
        row = session.get(IdempotencyKey, (ask.person.id, ask.key))
    if row is not None and row.digest != ask.digest:
        raise KeyReused(
            say("This Idempotency-Key was sent before with a different request. Choose a new key for a new act.")
        )
    return row is not None


def _kept(office: Services, ask: Ask) -> Answer | None:
    with office.store.reading() as session:
        row = session.get(IdempotencyKey, (ask.person.id, ask.key))
    if row is None or row.digest != ask.digest or row.response is None:
        return None
    return replace(answer_of(office, TAKEN.validate_python(row.response), row.status), replayed=True)
