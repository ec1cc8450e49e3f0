"""Moving a case to another state where its own ways lead nowhere: one person asks, a second agrees; laws and holds bind."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlmodel import Session, col, select, text
from starlette.concurrency import run_in_threadpool

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.moving import audited, key_of, taken_once
from api.acts.queue import visible
from api.acts.rules import case_acted_on, must_stand_at
from api.library import content_of_case
from api.problems import Conflict, Invalid, NotFound, NotPermitted
from api.security.people import Person
from api.services import Services
from api.views.moves import move_view
from definitions.language.problems import near_miss
from definitions.language.sentences import say, whole
from store.tables.cases import CaseRow
from store.tables.moves import ASKED, CaseMove
from workflows.machine.events import Moved
from workflows.machine.machine import Machine, machine_of
from workflows.messages import Taken

RIGHT = "move-cases"
RULE = f"right {RIGHT}, two persons"
MOST = 200  #: that wait, shown at once


def moves_of(session: Session, case_id: str) -> Sequence[CaseMove]:
    """What was asked for in a case, the oldest first."""
    query = select(CaseMove).where(CaseMove.case_id == case_id)
    return session.exec(query.order_by(col(CaseMove.asked_at), col(CaseMove.id))).all()


def waiting_moves(session: Session, person: Person) -> Sequence[CaseMove]:
    """The moves that wait for a second person, the oldest first, as far as this person may see their cases."""
    query = select(CaseMove).where(text(f"case_moves.{ASKED}")).order_by(col(CaseMove.asked_at), col(CaseMove.id))
    found = session.exec(query.limit(MOST)).all()
    cases = session.exec(select(CaseRow).where(col(CaseRow.id).in_([move.case_id for move in found]))).all()
    seen = {case.id for case in visible(session, person, cases)}
    return [move for move in found if move.case_id in seen]


def places(machine: Machine, case: CaseRow) -> dict[str, str]:
    """The states that an operator can move the case to, with their titles."""
    setting = machine.setting
    at = set(case.state.split())
    return {
        path: plan.title
        for path, plan in setting.plan.states.items()
        if path not in at and path in setting.chart.by_path and setting.chart.by_path[path].kind != "history"
    }


def ask_for(office: Services, ask: Ask, case_id: str, *, target: str, reason: str, step: int | None = None) -> Answer:
    """The move, asked for: it waits for a second person; Changed when the case has gone on since `step`."""

    def work(session: Session, record: Record) -> Answer:
        case = _case(session, ask, case_id, record)
        must_stand_at(case, step)
        known = places(machine_of(content_of_case(session, case)), case)
        if target not in known:
            sentence = say(
                "no state of this case is called %(near)s, or the case is there already",
                near=near_miss(target[:60], known),
            )
            raise Invalid(
                whole(sentence),
                fields={"target": sentence},
            )
        move = CaseMove(
            id=f"mv-{secrets.token_hex(6)}",
            case_id=case.id,
            target=target,
            reason=reason,
            asked_by=ask.person.id,
            asked_at=ask.at,
        )
        session.add(move)
        session.flush()
        return Answer(status=201, body=move_view(move, zone=office.zone).model_dump(mode="json"))

    return once(office.store, ask, Record(act="ask-move", kind="case", id=case_id), work)


async def agree(office: Services, ask: Ask, move_id: str, *, step: int | None = None) -> Answer:
    """The step by which the case was moved; what a law or a hold bars is refused, and the move goes on waiting.

    Raises Changed when the case has gone on since `step`."""
    record = Record(act="move-case", kind="case", id=move_id)

    def prepared(repeated: bool) -> tuple[str, Moved]:
        with office.store.reading() as session:
            move = move_of(session, move_id, decided=repeated)
            case = _case(session, ask, move.case_id, record, must_be_open=not repeated)
            record.id = case.id
            if not repeated:
                must_stand_at(case, step)
                if ask.person.id == move.asked_by:
                    raise NotPermitted(say("A second person must agree to the move."), rule=record.rule)
            event = Moved(target=move.target, reason=move.reason, by=move.asked_by, approved_by=ask.person.id)
            return case.id, event

    async def taken(repeated: bool) -> Taken:
        case, event = await run_in_threadpool(prepared, repeated)
        return await office.engine.act(case, event, name=f"move:{move_id}", key=key_of(ask), audit=audited(record))

    answer = await taken_once(office, ask, record, taken)
    await run_in_threadpool(_done, office, ask, move_id)
    return answer


def refuse(office: Services, ask: Ask, move_id: str, *, reason: str) -> Answer:
    """The move, refused by a second person, or withdrawn by the first."""

    def work(session: Session, record: Record) -> Answer:
        move = move_of(session, move_id)
        _case(session, ask, move.case_id, record, must_be_open=False)
        record.id = move.case_id
        move.status, move.decided_by, move.decided_at, move.refusal = "refused", ask.person.id, ask.at, reason
        session.add(move)
        session.flush()
        return Answer(body=move_view(move, zone=office.zone).model_dump(mode="json"))

    return once(office.store, ask, Record(act="refuse-move", kind="case", id=move_id), work)


def move_of(session: Session, move_id: str, *, decided: bool = False) -> CaseMove:
    """The move; NotFound when there is none, Conflict when it was decided."""
    move = session.get(CaseMove, move_id)
    if move is None:
        raise NotFound(say("There is no move %(move)s. GET /api/moves lists those that wait.", move=repr(move_id[:60])))
    if move.status != "asked" and not decided:
        raise Conflict(
            say(
                "The move was decided already, by %(who)s: %(status)s.",
                who=move.decided_by,
                status=move.status,
            )
        )
    return move


def _case(session: Session, ask: Ask, case_id: str, record: Record, *, must_be_open: bool = True) -> CaseRow:
    record.rule = RULE
    must_change_things(ask.person, RIGHT)
    case = case_acted_on(session, ask.person, case_id, record)
    if must_be_open and case.status != "open":
        raise Conflict(say("The case is closed; it can only be reopened."))
    return case


def _done(office: Services, ask: Ask, move_id: str) -> None:
    with office.store.writing() as session:
        move = session.get_one(CaseMove, move_id)
        if move.status == "asked":
            move.status, move.decided_by, move.decided_at = "moved", ask.person.id, ask.at
            session.add(move)
